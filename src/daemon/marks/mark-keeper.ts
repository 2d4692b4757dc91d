// The firewall marks that services list, in tables of our own: made at the start, followed by every reload, put back when
// somebody has changed or deleted them, taken away by a clean stop. A table that an earlier run has left is taken over,
// or goes, if no mark is configured any more. Nothing outside of it is looked at, and the services do not wait for it.

import type { Journal } from '../../journal/event.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { Family } from '../../net/ip.ts';
import type { Mark } from '../../net/mark.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KernelError } from '../../ports/kernel.ts';
import type { MarkKernel } from '../../ports/marks.ts';
import {
  describeMarkChange,
  diffMarks,
  type MarkChange,
  marksOf,
  type ObservedMarks,
  withDeparting,
} from '../../reconcile/marks.ts';

const families = ['inet', 'inet6'] as const;
const retryMsMin = 1000;
const retryMsMax = 30_000;
/** How often it is looked whether a service that leaves has gone, where the interval is longer. */
const lookEveryMs = 1000;
/** A log line names this many changes and counts the others. */
const changesToldMax = 20;

export type MarkKeeperPorts = {
  readonly kernel: MarkKernel;
  /** Names of services that are in the table for their last connections alone. */
  readonly departing: () => readonly string[];
  readonly clock: Clock;
  readonly journal: Journal;
};

export type MarkStatus = {
  readonly family: Family;
  readonly marks: readonly Mark[];
  /** Why they are not set; absent: they are. */
  readonly reason?: string;
};

export type MarkKeeper = {
  /** Resolves when a pass with them has ended, be it one that failed. */
  readonly configure: (virtuals: readonly VirtualConfig[], resyncIntervalMs: number) => Promise<void>;
  /** Of each family that has any. */
  readonly status: () => readonly MarkStatus[];
  /** What a pass would change now. */
  readonly plan: () => Promise<readonly MarkChange[]>;
  /** Takes away the marks of services that a stop takes away: those that leave are gone by then, or stay. */
  readonly stop: () => Promise<void>;
};

type Kept = {
  readonly family: Family;
  marks: readonly Mark[];
  /** What the last pass left there; undefined: nothing that is known. */
  left?: readonly Mark[];
  failure?: { readonly reason: string; readonly retryMs: number };
};

export function createMarkKeeper({ kernel, clock, journal, departing }: MarkKeeperPorts): MarkKeeper {
  const kept: readonly Kept[] = families.map((family) => ({ family, marks: [] }));
  let virtuals: readonly VirtualConfig[] = [];
  let resyncMs = 5000;
  let cancel = () => {};
  let queue: Promise<unknown> = Promise.resolve();
  let stopped = false;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  const want = (all: readonly VirtualConfig[]) => {
    for (const each of kept) each.marks = marksOf(all, each.family);
  };

  const wantedOver = ({ family, marks, left }: Kept, observed: ObservedMarks): readonly Mark[] =>
    withDeparting(marks, left ?? (typeof observed === 'string' ? [] : observed), {
      ...{ family, departing: departing() },
    });

  async function pass(): Promise<void> {
    cancel();
    for (const each of kept) await passOver(each);
    const delays = kept.flatMap(({ marks, left = [], failure }) => {
      if (failure !== undefined) return failure.retryMs;
      if (left.length > marks.length) return Math.min(lookEveryMs, resyncMs);
      // Where nothing is marked, nothing is watched.
      return marks.length > 0 ? resyncMs : [];
    });
    if (stopped || delays.length === 0) return;
    cancel = clock.after(Math.min(...delays), () => void inTurn(pass));
  }

  async function passOver(each: Kept): Promise<void> {
    const { family, left } = each;
    const observed = await kernel.observe(family);
    if (!observed.ok) return fail(each, observed.error);
    const marks = wantedOver(each, observed.value);
    const changes = diffMarks(observed.value, marks);
    if (changes.length > 0) {
      // It would have been needed without any change of ours.
      const drift = left === undefined ? [] : diffMarks(observed.value, left);
      if (drift.length > 0) journal({ event: 'marks.drift', family, changes: told(drift) });
      const error = await kernel.replace(family, marks);
      if (error !== undefined) return fail(each, error);
      journal({ event: 'marks.applied', family, changes: told(changes) });
    }
    each.left = marks;
    delete each.failure;
  }

  function fail(each: Kept, { code, message }: KernelError): void {
    const { family, marks, failure } = each;
    // Without nf_tables there is no table that would have to go.
    if (marks.length === 0 && each.left === undefined) return;
    const reason = `${message} (${code})`;
    const retryMs = Math.min(retryMsMax, 2 * (failure?.retryMs ?? retryMsMin / 2));
    each.failure = { reason, retryMs };
    if (failure?.reason !== reason)
      journal({ event: 'marks.failed', family, reason, retry_s: retryMs / 1000 });
  }

  return {
    configure: (next, resyncIntervalMs) =>
      inTurn(async () => {
        if (stopped) return;
        [virtuals, resyncMs] = [next, resyncIntervalMs];
        want(virtuals);
        await pass();
      }),
    status: () =>
      kept
        .filter(({ marks }) => marks.length > 0)
        .map(({ family, marks, failure }) => ({
          ...{ family, marks },
          ...(failure !== undefined && { reason: failure.reason }),
        })),
    plan: () =>
      inTurn(async () => {
        const changes: MarkChange[] = [];
        for (const each of kept) {
          const observed = await kernel.observe(each.family);
          if (observed.ok) changes.push(...diffMarks(observed.value, wantedOver(each, observed.value)));
        }
        return changes;
      }),
    stop: () => {
      stopped = true;
      return inTurn(async () => {
        want(virtuals.filter(({ cleanstop }) => !cleanstop));
        await pass();
      });
    },
  };
}

function told(changes: readonly MarkChange[]): readonly string[] {
  const words = changes.slice(0, changesToldMax).map(describeMarkChange);
  const rest = changes.length - words.length;
  return rest === 0 ? words : [...words, `and ${rest} more`];
}
