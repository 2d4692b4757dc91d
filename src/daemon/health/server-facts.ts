// What is counted of a server under check, as metrics tell it: numbers and times alone, none of what its checks said.

import type { Verdict } from '../../model/verdict.ts';
import type { Micros } from '../../ports/clock.ts';
import type { CheckResults } from './check-counts.ts';
import { type CheckedServer, verdictOn } from './checked-server.ts';

export type ServerFacts = {
  readonly verdict: Verdict;
  readonly maintenance: boolean;
  readonly results: CheckResults;
  /** When the last check of it ended; absent before. */
  readonly checkedAt?: Micros;
  /** ISO 8601; of several checks the certificate that ends first. Absent where none was ever shown. */
  readonly certificateEnds?: string;
};

export function serverFactsOf(server: CheckedServer, results: CheckResults): ServerFacts {
  let checkedAt: Micros | undefined;
  let certificateEnds: string | undefined;
  for (const { last, certificateEnds: ends } of server.checks) {
    if (last === undefined) continue;
    if (checkedAt === undefined || last.at > checkedAt) checkedAt = last.at;
    if (ends !== undefined && (certificateEnds === undefined || ends < certificateEnds))
      certificateEnds = ends;
  }
  return {
    ...{ verdict: verdictOn(server), maintenance: server.maintenance, results },
    ...(checkedAt !== undefined && { checkedAt }),
    ...(certificateEnds !== undefined && { certificateEnds }),
  };
}
