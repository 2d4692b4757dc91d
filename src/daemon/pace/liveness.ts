// Heartbeats between the main process and one that it has started: beats at a fixed rate, and notices when the other
// side has been silent for too long. It counts its own beats, not time: whoever was frozen itself has not been
// listening, and must not take that for the other's silence. Nor is it silence while a word waits to be read: a beat
// that is late fires before it, so the last one counts only after what came in has been read.
// One side may answer: its beats go with every second one of the other's, which wake it anyway, and it sleeps for several
// beats at a time. Its own clock counts only in a silence.
import type { Clock, EventLoop, Micros } from '../../ports/clock.ts';

export const beatMs = 500;
/** Who answers does so to what comes so long after its last beat: each word wakes the other side. */
const answeredAfterUs = 1800 * beatMs;
/** So much longer it waits for the beat that it would answer. */
const slackMs = 20;
/** A timer that is set anew with each beat would wake it in vain: Node forgets no time that it once was to wake at. */
const sleepMs = 3 * beatMs;

export type Liveness = {
  /** Something came from the other side. */
  readonly heard: () => void;
  readonly stop: () => void;
};

export type LivenessOptions = {
  /** A whole number of beats, rounded up. */
  readonly silenceMs: number;
  /** Until the first word, as the other side has to start: where that may take longer. */
  readonly firstWordMs: number;
  readonly onBeat: () => void;
  readonly answers?: boolean;
  /** Called once. The beats go on: who hands over because of it is alive until that is done. */
  readonly onSilent: (silentMs: number) => void;
};

/** One side, as the functions below know it. */
type Side = {
  readonly clock: Clock & EventLoop;
  readonly options: LivenessOptions;
  /** Beats of its own since it heard something. */
  unanswered: number;
  limitMs: number;
  isSilent: boolean;
  isStopped: boolean;
  beatAt: Micros;
  heardAt: Micros;
  /** Set while it does so. */
  sleepsUntil?: Micros | undefined;
  cancel: () => void;
};

export function createLiveness(clock: Clock & EventLoop, options: LivenessOptions): Liveness {
  const now = clock.now();
  const side: Side = {
    ...{ clock, options, unanswered: 0, limitMs: options.firstWordMs },
    ...{ isSilent: false, isStopped: false, beatAt: now, heardAt: now },
    cancel: clock.after(beatMs, () => beat(side)),
  };
  return {
    heard: () => {
      side.unanswered = 0;
      side.limitMs = options.silenceMs;
      if (options.answers === true && !side.isStopped) answer(side);
    },
    stop: () => {
      side.isStopped = true;
      side.cancel();
    },
  };
}

function beat(side: Side, nextMs = beatMs): void {
  const { clock, options } = side;
  side.unanswered += 1;
  side.beatAt = clock.now();
  side.cancel = clock.after(nextMs, () => beat(side));
  options.onBeat();
  if (!side.isSilent && isOverdue(side)) clock.afterPoll(() => judge(side));
}

const isOverdue = ({ unanswered, limitMs }: Side): boolean => unanswered * beatMs > limitMs;

function judge(side: Side): void {
  if (side.isStopped || side.isSilent || !isOverdue(side)) return;
  side.isSilent = true;
  side.options.onSilent(side.unanswered * beatMs);
}

function answer(side: Side): void {
  side.heardAt = side.clock.now();
  if (side.sleepsUntil === undefined) {
    side.cancel();
    sleep(side);
  }
  if (side.heardAt - side.beatAt < answeredAfterUs) return;
  side.beatAt = side.heardAt;
  side.options.onBeat();
}

function sleep(side: Side): void {
  side.sleepsUntil = side.clock.now() + 1000 * sleepMs;
  side.cancel = side.clock.after(sleepMs, () => wake(side));
}

/** Until it was due, it has listened: what is later may be a standstill of its own. */
function wake(side: Side): void {
  const { heardAt, sleepsUntil = heardAt } = side;
  const listenedMs = (sleepsUntil - heardAt) / 1000 - slackMs;
  const missed = Math.floor(listenedMs / beatMs);
  if (missed < 1) {
    sleep(side);
    return;
  }
  side.sleepsUntil = undefined;
  side.unanswered = missed - 1;
  beat(side, Math.ceil((missed + 1) * beatMs - listenedMs));
}
