// The signals that a process of the daemon answers to, caught from its first statement on: one that comes before anybody
// knows what to do about it waits. What each means is for who takes them. Imports nothing, as main.ts must have it before
// all else.

/** Asked for by systemd, an operator or logrotate. */
export type AskingSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

const asking = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/**
 * They mean something to keepalived, or open Node's debugger (SIGUSR1), or tell of a limit that the write itself
 * reports (SIGXFSZ): none of them shall end a director.
 */
const meaningless = ['SIGUSR1', 'SIGUSR2', 'SIGXFSZ'] as const;

const waiting: AskingSignal[] = [];
let take: ((signal: AskingSignal) => void) | undefined;
let endEarly: ((signal: AskingSignal) => void) | undefined;

/** To be called once, first. */
export function catchSignals(): void {
  for (const signal of asking) {
    process.on(signal, () => {
      if (take !== undefined) return take(signal);
      waiting.push(signal);
      if (signal !== 'SIGHUP') endEarly?.(signal);
    });
  }
  for (const signal of meaningless) process.on(signal, () => {});
}

/** From now on each is told at once; those that came before, in their order, as soon as this turn is over. */
export function takeSignals(listener: (signal: AskingSignal) => void): void {
  setImmediate(() => {
    take = listener;
    for (const signal of waiting.splice(0)) listener(signal);
  });
}

/** Until somebody takes the signals: told of one that asks for the end, also of one that has come already. */
export function onEarlyEnd(listener: ((signal: AskingSignal) => void) | undefined): void {
  endEarly = listener;
  const [first] = waiting.filter((signal) => signal !== 'SIGHUP');
  if (first !== undefined) endEarly?.(first);
}
