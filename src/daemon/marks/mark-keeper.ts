// The firewall marks that services list, in tables of our own: made at the start, followed by every reload, put back when
// somebody has changed or deleted them, taken away by a clean stop. A table that an earlier run has left is taken over,
// or goes, if no mark is configured any more: that hinders nobody, so it is looked for when the start is over. Nothing
// outside of it is looked at, and the services do not wait for it.

import type { VirtualConfig } from '../../model/config/service.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarkChange } from '../../reconcile/marks.ts';
import { createKeeperLoop } from '../pace/keeper-loop.ts';
import { createFamilyMarks, type FamilyMarksPorts, type MarkStatus } from './family-marks.ts';

export type MarkKeeperPorts = FamilyMarksPorts & { readonly clock: Clock };

export type MarkKeeper = {
  /** Resolves when a pass with them has ended, be it one that failed; at once where none is marked and none was. */
  readonly configure: (virtuals: readonly VirtualConfig[], resyncIntervalMs: number) => Promise<void>;
  /** Of each family that has any. */
  readonly status: () => readonly MarkStatus[];
  /** What a pass would change now. */
  readonly plan: () => Promise<readonly MarkChange[]>;
  /** Takes away the marks of services that a stop takes away: those that leave are gone by then, or stay. */
  readonly stop: () => Promise<void>;
};

/** Until what an earlier run may have left is looked for, where nothing is marked. */
const lookAfterMs = 1000;

export function createMarkKeeper(ports: MarkKeeperPorts): MarkKeeper {
  const families = (['inet', 'inet6'] as const).map((family) => createFamilyMarks(family, ports));
  let virtuals: readonly VirtualConfig[] = [];
  let resyncMs = 5000;

  const passOver = async (): Promise<number | undefined> => {
    for (const each of families) await each.pass();
    const delays = families.flatMap((each) => each.nextMs(resyncMs) ?? []);
    return delays.length === 0 ? undefined : Math.min(...delays);
  };
  const loop = createKeeperLoop(ports.clock, passOver);
  const want = (all: readonly VirtualConfig[]): void => {
    for (const each of families) each.want(all);
  };

  return {
    configure: (next, resyncIntervalMs) => {
      if (!loop.isStopped()) {
        [virtuals, resyncMs] = [next, resyncIntervalMs];
        want(virtuals);
        if (families.every((each) => each.isUntouched())) {
          loop.within(lookAfterMs);
          return Promise.resolve();
        }
      }
      return loop.passNow();
    },
    status: () => families.flatMap((each) => each.status() ?? []),
    plan: () =>
      loop.inTurn(async () => {
        const changes: MarkChange[] = [];
        for (const each of families) changes.push(...(await each.plan()));
        return changes;
      }),
    stop: () =>
      loop.stop(async () => {
        want(virtuals.filter(({ cleanstop }) => !cleanstop));
        await passOver();
      }),
  };
}
