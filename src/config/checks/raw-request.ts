// A request that is no UTF-8, which only an ldirectord.cf can hold, to a check whose question is text: a name, a DN, a
// statement. Those that send bytes send these as they are (net/raw-bytes.ts); here others would be sent in their place.
import type { CheckKind } from '../../model/checks/checks.ts';
import { kindsOf } from '../../model/checks/chosen.ts';
import type { Position } from '../../model/config/problem.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { findRawByte } from '../../net/raw-bytes.ts';
import { errorAt } from '../problem.ts';
import type { Resolution, Site } from '../resolution.ts';

const asksInText: ReadonlySet<CheckKind | undefined> = new Set(['dns', 'ldap', 'sql', 'grpc']);

export function judgeRawRequest(
  virtual: VirtualConfig,
  site: Site,
  { problems }: Pick<Resolution, 'problems'>,
): void {
  if (!kindsOf(virtual).some((kind) => asksInText.has(kind))) return;
  const judge = (request: string | undefined, at: Position) => {
    const raw = findRawByte(request ?? '');
    const rule = `UTF-8, as ${virtual.service} is asked in text`;
    if (raw !== undefined) problems.push(errorAt(at, 'send request', rule, `the byte ${raw.byte}`));
  };
  judge(virtual.request, site('request'));
  const { reals, namedReals = [], fallbacks, namedFallbacks = [] } = virtual;
  for (const { request, at } of [...reals, ...namedReals, ...fallbacks, ...namedFallbacks])
    judge(request, at);
}
