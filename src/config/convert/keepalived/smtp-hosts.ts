// The host blocks of an SMTP_CHECK: keepalived makes a check of each, beside the one of the checker itself where that says where it
// goes or how long it waits. Source: keepalived/check/check_smtp.c (smtp_check_end_handler).
import type { Noting } from '../converted.ts';
import { placeKeys } from './check-reach.ts';
import type { Statement } from './tree.ts';

/** Each host has its own, and nothing of the checker's. */
const ofHosts: ReadonlySet<string> = new Set([...placeKeys, 'connect_port', 'connect_timeout']);

/** The checker for each place that it asks; itself alone where it has no host. */
export function byHost(checker: Statement, note: Noting): readonly Statement[] {
  const { key, block = [] } = checker;
  if (key !== 'SMTP_CHECK') return [checker];
  const all = block.filter((each) => each.key === 'host');
  const own = block.filter((each) => each.key !== 'host');
  for (const { at, block: said } of all)
    if (said === undefined) note(at, 'missing', 'SMTP_CHECK host: left out, as it has no block');
  const hosts = all.filter((each) => each.block !== undefined);
  const shared = own.filter((each) => !ofHosts.has(each.key));
  const itself = own.length > shared.length || hosts.length === 0 ? [own] : [];
  const blocks = [...itself, ...hosts.map((host) => [...shared, ...(host.block ?? [])])];
  return blocks.map((each) => ({ ...checker, block: each }));
}
