// What is counted of a server under check, as metrics tell it: numbers and times alone, none of what its checks said.

import type { ProbeResult } from '../../model/probe-result.ts';
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
  /** ISO 8601; of several certificates the one that ends first. Absent where none was shown. */
  readonly certificateEnds?: string;
};

export function serverFactsOf(server: CheckedServer, results: CheckResults): ServerFacts {
  let checkedAt: Micros | undefined;
  let certificateEnds: string | undefined;
  for (const { last } of server.checks) {
    if (last === undefined) continue;
    if (checkedAt === undefined || last.at > checkedAt) checkedAt = last.at;
    const ends = endOfCertificate(last.result);
    if (ends !== undefined && (certificateEnds === undefined || ends < certificateEnds))
      certificateEnds = ends;
  }
  return {
    ...{ verdict: verdictOn(server), maintenance: server.maintenance, results },
    ...(checkedAt !== undefined && { checkedAt }),
    ...(certificateEnds !== undefined && { certificateEnds }),
  };
}

const endOfCertificate = (result: ProbeResult): string | undefined =>
  result.outcome === 'unmade' ? undefined : result.certificate?.expires;
