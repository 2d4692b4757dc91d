// One life of a check process, as the main process sees it: listened to, killed when it is silent for too long or says
// what none of ours says, and how it ended. What follows from its end is pool.ts's decision.

import type { Clock, EventLoop } from '../../../ports/clock.ts';
import { createLiveness } from '../../pace/liveness.ts';
import { decodeBatch } from './decode-batch.ts';
import type { FromCheckProcess, ToCheckProcess } from './messages.ts';

/** Its servers are not checked meanwhile: no longer than a check may take to fail. */
const silenceMs = 2000;
/** A crowded machine starts a process slowly. */
const startMs = 20_000;

/** The other end of the channel, and the process behind it. */
export type CheckChild = {
  readonly pid: number;
  readonly send: (message: ToCheckProcess) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** Called once, never at once: "exit status 1", "signal SIGKILL", why it could not be started. */
  readonly onExit: (listener: (reason: string) => void) => void;
  /** SIGKILL. */
  readonly kill: () => void;
};

export type WatchOptions = {
  readonly onMessage: (message: FromCheckProcess) => void;
  readonly onEnded: (reason: string) => void;
};

export function watchCheckProcess(
  child: CheckChild,
  clock: Clock & EventLoop,
  { onMessage, onEnded }: WatchOptions,
): { readonly stop: () => void } {
  let killedFor: string | undefined;
  let isStopped = false;
  const kill = (why: string) => {
    killedFor ??= why;
    child.kill();
  };
  const liveness = createLiveness(clock, {
    ...{ silenceMs, firstWordMs: startMs },
    // It needs no beats of ours: it ends with the channel.
    onBeat: () => {},
    onSilent: (silentMs) => kill(`silent for ${silentMs} ms`),
  });
  child.onMessage((raw) => {
    if (isStopped || killedFor !== undefined) return;
    liveness.heard();
    const message = decodeBatch(raw);
    if (message === undefined) kill('it said what no check process says');
    else onMessage(message);
  });
  child.onExit((exit) => {
    liveness.stop();
    if (!isStopped) onEnded(killedFor === undefined ? exit : `${killedFor}: ${exit}`);
  });
  return {
    stop: () => {
      isStopped = true;
      liveness.stop();
      child.kill();
    },
  };
}
