// A tracked virtual service: whether enough of its real servers are up, by the verdicts of the health checks, or
// whether it has its own quorum. The fallback does not count: it says sorry, it does not serve.

import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, realName } from '../../model/ipvs.ts';
import type { Finding } from '../../model/tracking.ts';
import type { VerdictOf } from '../../model/verdict.ts';
import type { QuorumStatus } from '../reconcile/quorums.ts';

export type ServiceFinding = { readonly finding: Finding; readonly detail: string };

/** Unknown as long as servers without a verdict could still make, or break, the quorum. */
export function judgeService(virtual: VirtualConfig, quorum: number, verdictOf: VerdictOf): ServiceFinding {
  const service = formatServiceId(virtual.id);
  const verdicts = virtual.reals.map((real) => verdictOf(service, realName(virtual.id, real)));
  const up = verdicts.filter((verdict) => verdict === 'up' || verdict === 'held').length;
  const open = verdicts.filter((verdict) => verdict === 'unverified').length;
  const detail = `${up} of ${verdicts.length} server(s) up`;
  if (up >= quorum) return { finding: 'up', detail };
  return { finding: up + open >= quorum ? 'unknown' : 'down', detail };
}

/** By weight, with hysteresis: the quorum of the service itself. */
export function judgeQuorum({ state, weight, quorum, hysteresis }: QuorumStatus): ServiceFinding {
  const finding = { held: 'up', lost: 'down', unknown: 'unknown' } as const;
  return { finding: finding[state], detail: `weight ${weight}, quorum ${quorum}, hysteresis ${hysteresis}` };
}
