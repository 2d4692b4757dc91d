// What the main process knows of a check that another process makes: all that it takes to have somebody else go on with it.

import { loadOf } from '../../../health/checks/cost.ts';
import type { ShownResult } from '../../../model/probe-result.ts';
import type { ScheduledCheck } from '../scheduled-check.ts';
import type { CheckTask } from './messages.ts';

/** `due` is its next start: where that has gone by, it is under way, or whoever should make it does not. */
export type RemoteCheck = ScheduledCheck & {
  /** The part of a processor that it takes. */
  readonly load: number;
  /** As its process knows it; 0 before the first. */
  id: number;
  /** The operator holds out every server that it judges. */
  held: boolean;
  /** What that process has told last. */
  said: ShownResult | undefined;
};

export const loadOfCheck = ({ plan, schedule }: ScheduledCheck): number =>
  loadOf(plan, schedule.interval / 1000);

export const remoteOf = (check: ScheduledCheck, held: boolean): RemoteCheck => ({
  ...check,
  ...{ load: loadOfCheck(check), id: 0, held, said: undefined },
});

export const withoutRemote = ({ load: _, id: __, held: ___, said: ____, ...check }: RemoteCheck) => check;

export function taskOf({ id, plan, schedule, due, combined, held, last }: RemoteCheck): CheckTask {
  const task = { id, plan, schedule, due, combined, held };
  const result = last?.result;
  if (result?.outcome !== 'success' || result.weightPercent === undefined) return task;
  return { ...task, weightPercent: result.weightPercent };
}
