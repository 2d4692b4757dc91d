// Scheduler, its flags, persistence and single packets of a virtual_server. Source: keepalived/check/check_parser.c
// (lbflags_handler, pto_handler, pgr_handler), keepalived/check/check_data.c (validate_check_config).
import { schedulers } from '../../service/scheduling.ts';
import type { Fields, Noting } from '../converted.ts';
import { familiesOf, type Targets } from './targets.ts';
import { lastOf, type Statement, wholeWithin, wordOf } from './tree.ts';

export const schedulingKeys = [
  ...['lb_algo', 'lvs_sched', 'ops', 'sh-port', 'sh-fallback', 'mh-port', 'mh-fallback', 'flag-1', 'flag-2'],
  ...['flag-3', 'persistence_timeout', 'persistence_granularity', 'persistence_engine'],
] as const;

/** LVS_MAX_TIMEOUT: 31 days. */
const timeoutMax = 2_678_400;
const timeoutUnset = '360';

export function schedulingOf({ block, at }: Statement, note: Noting): Fields {
  const known = (block ?? []).findLast(
    ({ key, words }) => isAlgorithm(key) && schedulers.some((name) => name === words[0]),
  );
  const scheduler = known?.words[0] ?? 'wlc';
  if (known === undefined) {
    const given = wordOf(block, 'lb_algo', 'lvs_sched');
    note(at, 'mended', `lb_algo ${given ?? 'nowhere'}: wlc, which is what keepalived takes then`);
  }
  return {
    scheduler,
    schedflags: flagsOf(block, note),
    ops: lastOf(block, 'ops') === undefined ? undefined : 'yes',
  };
}

const isAlgorithm = (key: string): boolean => key === 'lb_algo' || key === 'lvs_sched';

/** The flags of sh and mh hold for the scheduler that stands before them, and for no other. */
function flagsOf(block: Statement['block'], note: Noting): string | undefined {
  const flags = new Set<string>();
  let scheduler = '';
  for (const { key, words, at } of block ?? []) {
    if (isAlgorithm(key)) scheduler = words[0] ?? '';
    const owner = /^(?:(sh|mh)-(?:port|fallback)|flag-[123])$/.exec(key);
    if (owner === null) continue;
    if (owner[1] === undefined || owner[1] === scheduler) flags.add(key);
    else
      note(
        at,
        'mended',
        `${key}: left out, as keepalived has no effect of it ${scheduler === '' ? 'before lb_algo' : `beside ${scheduler}`}`,
      );
  }
  return flags.size === 0 ? undefined : [...flags].join(',');
}

/** Bare, or by its granularity alone: 360 s. Port 0 stands for all ports, which only a persistent service can have. */
export function persistenceOf(targets: Targets, { block, words }: Statement, note: Noting): Fields {
  const timeouts = (block ?? []).filter(({ key }) => key === 'persistence_timeout');
  for (const {
    words: [text],
    at,
  } of timeouts) {
    if (text !== undefined && wholeWithin(text, 1, timeoutMax) === undefined)
      note(at, 'mended', `persistence_timeout ${text}: left out, as keepalived takes 1 to ${timeoutMax}`);
  }
  const last = timeouts.findLast(
    ({ words: [text] }) => text === undefined || wholeWithin(text, 1, timeoutMax) !== undefined,
  );
  const granularity = granularityOf(targets, block, note);
  const hasAnyPort = targets.some((target) => 'port' in target && target.port === '0');
  const persistent =
    last !== undefined
      ? (last.words[0] ?? timeoutUnset)
      : granularity || hasAnyPort
        ? timeoutUnset
        : undefined;
  if (granularity !== undefined && words[0] === 'group') {
    const text = 'persistence_granularity: taken, though keepalived 2.2.7 has no effect of it for a group';
    note(granularity.at, 'taken', text);
  }
  const engine = lastOf(block, 'persistence_engine');
  if (engine !== undefined && persistent === undefined)
    note(engine.at, 'approximate', 'persistence_engine: left out, as the service is not persistent');
  return {
    persistent: persistent === undefined ? undefined : `${Number(persistent)}`,
    netmask: granularity?.words[0],
    persistence_engine: persistent === undefined ? undefined : engine?.words[0],
  };
}

/** A mask of IPv4, or a length of IPv6; where no address tells which, the dots do. What is of the other is passed over. */
function granularityOf(targets: Targets, block: Statement['block'], note: Noting): Statement | undefined {
  const [family] = familiesOf(targets);
  const isUsable = ({ at, words: [text = ''] }: Statement): boolean => {
    const inet6 = family === undefined ? !text.includes('.') : family === 'inet6';
    if (inet6 ? wholeWithin(text, 1, 128) !== undefined : /^[\d.]+$/.test(text)) {
      if (!inet6 && !text.includes('.'))
        note(at, 'taken', `persistence_granularity ${text}: /${text}, though keepalived reads 0.0.0.${text}`);
      return true;
    }
    note(at, 'mended', `persistence_granularity ${text}: left out, as keepalived cannot read it either`);
    return false;
  };
  return (block ?? [])
    .filter(({ key }) => key === 'persistence_granularity')
    .filter(isUsable)
    .at(-1);
}
