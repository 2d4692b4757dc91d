// Reads the table of a kernel that may have no IPVS: tells when it goes missing and when it is there again, and how
// long to wait before the next look.

import type { Journal } from '../../journal/event.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { ObservedService } from '../../ports/kernel.ts';
import type { TableKeeper } from './table-keeper.ts';

/** While IPVS is away, it is asked for again after as long as it has been away, within these bounds. */
const retryMsMin = 1000;
const retryMsMax = 30_000;

export type TableReader = {
  /** Undefined where there is none. */
  readonly read: () => Promise<readonly ObservedService[] | undefined>;
  /** Why it could not be read last time. */
  readonly reason: () => string | undefined;
  /** Undefined where it could be read. */
  readonly retryMs: () => number | undefined;
};

export type TableReaderPorts = { readonly clock: Clock; readonly journal: Journal };

export function createTableReader(
  read: TableKeeper['read'],
  { clock, journal }: TableReaderPorts,
): TableReader {
  let lost: { readonly since: Micros; readonly reason: string } | undefined;
  return {
    read: async () => {
      const answer = await read();
      if (answer.ok) {
        if (lost !== undefined) journal({ event: 'ipvs.available' });
        lost = undefined;
        return answer.value;
      }
      const reason = `${answer.error.message} (${answer.error.code})`;
      if (lost === undefined) journal({ event: 'ipvs.unavailable', reason, retry_s: retryMsMin / 1000 });
      lost = { since: lost?.since ?? clock.now(), reason };
      return undefined;
    },
    reason: () => lost?.reason,
    retryMs: () =>
      lost === undefined
        ? undefined
        : Math.min(retryMsMax, Math.max(retryMsMin, (clock.now() - lost.since) / 1000)),
  };
}
