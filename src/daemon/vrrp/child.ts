// One life of the VRRP process, as the main process sees it: forked, listened to, killed when it is silent for too long,
// and how it ended. What follows from its end is supervisor.ts's decision.
import type { Clock, EventLoop } from '../../ports/clock.ts';
import { createLiveness } from '../pace/liveness.ts';
import { type FromVrrpProcess, orphanStatus, type ToVrrpProcess } from './messages.ts';

/** Its adverts and leases run out long before; this only gets it going again. */
const silenceMs = 3000;
/**
 * A crowded machine starts a process slowly: one that is killed for it would never get there. Not for one that resumes,
 * as its addresses are there already: those of a process that does not come are taken away soon.
 */
const startMs = 20_000;

/** The other end of the channel, and the life of the process behind it. */
export type VrrpChild = {
  readonly pid: number;
  readonly send: (message: ToVrrpProcess) => void;
  readonly onMessage: (listener: (message: FromVrrpProcess) => void) => void;
  /** Called once, never at once: "exit status 1", "signal SIGKILL", why it could not be started. */
  readonly onExit: (listener: (reason: string) => void) => void;
  /** SIGKILL. */
  readonly kill: () => void;
};

export type ChildEnd = {
  readonly pid: number;
  readonly reason: string;
  /** It has done all it was asked to: everything is handed over and removed. */
  readonly isDone: boolean;
  /** So it has where nobody asked it to: it took the main process for dead, and has nothing to go on with. */
  readonly handedOver: boolean;
};

export type WatchedChild = {
  readonly send: VrrpChild['send'];
  /** @param why told as the reason of its end. */
  readonly kill: (why: string) => void;
};

export type ChildOptions = {
  readonly resumes: boolean;
  /** What it says, also after its end. */
  readonly onMessage: (message: FromVrrpProcess) => void;
  readonly onEnded: (end: ChildEnd) => void;
};

export function watchChild(child: VrrpChild, clock: Clock & EventLoop, options: ChildOptions): WatchedChild {
  let killedFor: string | undefined;
  let isDone = false;

  const kill = (why: string) => {
    killedFor ??= why;
    child.kill();
  };
  const liveness = createLiveness(clock, {
    silenceMs,
    firstWordMs: options.resumes ? silenceMs : startMs,
    answers: true,
    onBeat: () => child.send({ type: 'heartbeat' }),
    onSilent: (silentMs) => kill(`silent for ${silentMs} ms`),
  });
  child.onMessage((message) => {
    liveness.heard();
    if (message.type === 'stopped') isDone = true;
    options.onMessage(message);
  });
  child.onExit((exit) => {
    liveness.stop();
    const reason = killedFor === undefined ? exit : `${killedFor}: ${exit}`;
    const handedOver = exit === `exit status ${orphanStatus}`;
    options.onEnded({ pid: child.pid, reason, isDone: isDone || exit === allDone, handedOver });
  });
  return { send: child.send, kill };
}

/** How a process ends that has done all it was asked to; its word for it may come later than its end. */
const allDone = 'exit status 0';
