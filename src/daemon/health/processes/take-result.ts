// A result that a check process tells: counted, timed and judged as if the check had been made here.

import { nextStart, startsMissed } from '../../../health/schedule.ts';
import type { CheckGauge } from '../check-gauge.ts';
import type { CheckStarterOptions } from '../check-starter.ts';
import { leaveOut, noteEnd, retryAfter } from '../scheduled-check.ts';
import type { ResultRow } from './messages.ts';
import { heed, type RemoteChecks } from './remote-checks.ts';

export type TakePorts = Pick<CheckStarterOptions, 'clock' | 'onResult' | 'isFailing'> & {
  readonly gauge: CheckGauge;
  readonly remote: RemoteChecks;
};

/** @param index of the process. @returns whether it was its to tell: of a task that was taken away meanwhile it is not */
export function takeResult({ remote, ...ports }: TakePorts, index: number, row: ResultRow): boolean {
  const [id, toldAt, toldLateUs, tookUs, skipped, news] = row;
  const check = remote.byId.get(id);
  const result = news ?? check?.said;
  if (check === undefined || result === undefined) return false;
  const { key, schedule } = check;
  if (remote.shares.processOf(key) !== index) return false;
  check.said = result;
  // Whatever it says of time: what is due next must not be out of reach of who makes it next.
  const startedAt = Math.min(toldAt, ports.clock.now());
  const lateUs = Math.min(toldLateUs, startedAt);
  const due = startedAt - lateUs;
  ports.gauge.note(startedAt, lateUs, startsMissed(schedule, due, startedAt));
  leaveOut(check, skipped);
  check.due = nextStart(schedule, due, startedAt);
  const now = Math.min(ports.clock.now(), startedAt + tookUs);
  ports.onResult(key, noteEnd(check, result, { due, startedAt, now }));
  // Whoever heard it may have taken the check away.
  if (remote.byKey.get(key) !== check) return true;
  const retryAt = retryAfter(check);
  if (retryAt !== undefined && ports.isFailing(key)) {
    check.due = retryAt;
    remote.tasks.tell(index, { type: 'retry', id: check.id });
  }
  heed(remote, check);
  return true;
}
