// Runs the programs of the administrator's that do something because something has changed (notify scripts, quorum_up,
// quorum_down, fallbackcommand). Those of one subject run one after the other, each for a bounded time; subjects do not
// wait for one another, but where thousands of servers fall at once: then so many run at a time, as to start one takes the loop
// a millisecond or two. One that hangs holds up a bounded number: of those, the oldest are left out, as what counts is
// where the subject ends up. A stop waits a while for all: the service manager ends whatever of a unit outlives it.

import type { Clock, EventLoop } from '../../ports/clock.ts';
import type { RunScript, ScriptRequest } from '../../ports/tracked.ts';
import { createPlaces } from '../pace/places.ts';

const timeoutMs = 30_000;
/** Of one subject. */
const waitingMaxDefault = 16;

export const programsMax = 128;
const startsATurn = 4;

/** A stop waits so long for programs that run; those that take longer go on without us. */
export const programsMaxMs = 10_000;

export type Command = {
  readonly request: Omit<ScriptRequest, 'timeoutMs'>;
  /** @param exit for the log: "exit 0", "SIGKILL after 30 s". */
  readonly onEnded: (exit: string) => void;
};

export type Waiting = {
  /** Asked when its turn has come. Undefined: there is nothing to run any more. */
  readonly command: () => Command | undefined;
  readonly onLeftOut?: () => void;
  /** So many of its subject may wait behind one that runs, this one included. */
  readonly waitingMax?: number;
  /** Waits for none of another subject, however many run: one of few, such as a virtual router. */
  readonly isUrgent?: true;
};

export type CommandQueue = {
  /** Its turn comes when all that was added before of this subject has ended, and never before this returns. */
  readonly add: (subject: string, waiting: Waiting) => void;
  /** Resolves when nothing runs or waits any more, what began meanwhile included, or after that time. */
  readonly drained: (limitMs: number) => Promise<void>;
};

export function createCommandQueue({
  clock,
  runScript,
}: {
  readonly clock: Clock & EventLoop;
  readonly runScript: RunScript;
}): CommandQueue {
  const open = (max: number) => createPlaces<() => void>(clock, { max, startsATurn }, (begin) => begin());
  const [usual, urgent] = [open(programsMax), open(Number.POSITIVE_INFINITY)];

  /** Of each subject of which something runs or waits. */
  const lanes = new Map<string, Waiting[]>();
  const idle: (() => void)[] = [];

  async function work(subject: string, lane: Waiting[], first: Waiting): Promise<void> {
    // To start a program takes a while, and the caller is in the middle of something.
    await undefined;
    for (let next: Waiting | undefined = first; next !== undefined; next = lane.shift()) {
      const places = next.isUrgent === true ? urgent : usual;
      await new Promise<void>((resolve) => places.ask(resolve));
      const command = next.command();
      if (command !== undefined) {
        const run = runScript({ ...command.request, timeoutMs });
        command.onEnded((await run.result).detail);
        await run.ended;
      }
      places.leave();
      places.fill();
    }
    lanes.delete(subject);
    if (lanes.size > 0) return;
    for (const resume of idle.splice(0)) resume();
  }

  return {
    add: (subject, waiting) => {
      const lane = lanes.get(subject);
      if (lane === undefined) {
        const begun: Waiting[] = [];
        lanes.set(subject, begun);
        void work(subject, begun, waiting);
        return;
      }
      lane.push(waiting);
      const { waitingMax = waitingMaxDefault } = waiting;
      for (const left of lane.splice(0, lane.length - waitingMax)) left.onLeftOut?.();
    },
    drained: (limitMs) =>
      new Promise((resolve) => {
        if (lanes.size === 0) return resolve();
        const cancel = clock.after(limitMs, resolve);
        idle.push(() => {
          cancel();
          resolve();
        });
      }),
  };
}
