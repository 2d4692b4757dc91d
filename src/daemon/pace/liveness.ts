// Heartbeats between the main process and one that it has started: beats at a fixed rate, and notices when the other
// side has been silent for too long. It counts its own beats, not time: whoever was frozen itself has not been
// listening, and must not take that for the other's silence. Nor is it silence while a word waits to be read: a beat
// that is late fires before it, so the last one counts only after what came in has been read.
// One side may answer: its beats go with the other's, which wakes it anyway, and its own clock counts only in a silence.
import type { Clock, EventLoop } from '../../ports/clock.ts';

export const beatMs = 500;
/** What comes so long after the last beat is answered by the next one. Earlier, two a beat could double the rate. */
const answeredAfterUs = 800 * beatMs;
/** So much longer it waits for the beat that it would answer. */
const slackMs = 20;

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

export function createLiveness(clock: Clock & EventLoop, options: LivenessOptions): Liveness {
  let unanswered = 0;
  let limitMs = options.firstWordMs;
  let isSilent = false;
  let isStopped = false;
  const isOverdue = () => unanswered * beatMs > limitMs;
  let beatAt = clock.now();
  let cancel = clock.after(beatMs, beat);

  function beat(): void {
    unanswered += 1;
    beatAt = clock.now();
    cancel = clock.after(beatMs, beat);
    options.onBeat();
    if (!isSilent && isOverdue()) clock.afterPoll(judge);
  }

  function answer(): void {
    cancel();
    cancel = clock.after(beatMs + slackMs, beat);
    const now = clock.now();
    if (now - beatAt < answeredAfterUs) return;
    beatAt = now;
    options.onBeat();
  }

  function judge(): void {
    if (isStopped || isSilent || !isOverdue()) return;
    isSilent = true;
    options.onSilent(unanswered * beatMs);
  }

  return {
    heard: () => {
      unanswered = 0;
      limitMs = options.silenceMs;
      if (options.answers === true && !isStopped) answer();
    },
    stop: () => {
      isStopped = true;
      cancel();
    },
  };
}
