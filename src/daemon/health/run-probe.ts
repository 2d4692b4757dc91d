// Runs one probe to its end or to its deadline, whatever the probe does, and tells the result once.
import type { TimedTarget } from '../../health/checks/plan.ts';
import type { Probe, ShownResult } from '../../model/probe-result.ts';
import { shown } from '../../net/shown.ts';
import type { Clock, EventLoop } from '../../ports/clock.ts';
import type { LostTime } from './lost-time.ts';

/** How long an aborted probe may take to say what it was waiting for. */
const lastWordsMs = 100;

export type RunProbePorts = {
  readonly clock: Clock & EventLoop;
  readonly probe: Probe;
  readonly lostTime: Pick<LostTime, 'total'>;
};

/**
 * The server has `timeoutMs` of a time in which this process listens: what was lost is given again, at most once
 * over, so that a dead server goes also where time is lost without end. And a deadline is believed only after the
 * sockets were read once more: a timer that is due fires ahead of the data beside it.
 * @returns cancels it: the probe is aborted and no result told.
 */
export function runProbe(
  { clock, probe, lostTime }: RunProbePorts,
  { target, timeoutMs }: TimedTarget,
  onEnd: (result: ShownResult) => void,
): () => void {
  const abort = new AbortController();
  const lostBefore = lostTime.total();
  let ended = false;
  const end = (result?: ShownResult): void => {
    if (ended) return;
    ended = true;
    cancelTimer();
    if (result !== undefined) onEnd(result);
  };
  const expire = (): void => {
    const owedMs = Math.min(timeoutMs, (lostTime.total() - lostBefore) / 1000);
    if (owedMs > 0) cancelTimer = clock.after(owedMs, confirm);
    else confirm();
  };
  const confirm = (): void => clock.afterPoll(giveUp);
  const giveUp = (): void => {
    if (ended) return;
    const failure = { outcome: 'failure', detail: shown(`no answer within ${timeoutMs} ms`) } as const;
    cancelTimer = clock.after(lastWordsMs, () => end(failure));
    abort.abort();
  };
  let cancelTimer = clock.after(timeoutMs, expire);
  Promise.resolve()
    .then(() => probe(target, abort.signal))
    .then(end, (error: unknown) =>
      end({ outcome: 'unmade', detail: shown(`probe broke: ${String(error)}`) }),
    );
  return () => {
    end();
    abort.abort();
  };
}
