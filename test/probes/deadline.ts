// Deadlines of checks whose server runs in the process of the test: counted in turns of the event loop and not by the
// clock, so that a machine which leaves this process no time takes it from the deadline too.

const tickMs = 10;
/** What may pass between a deadline and the end of the check. */
const graceMs = 250;

/** Aborts as `AbortSignal.timeout` does, on a machine of its own after `ms`. */
export function deadline(ms: number): AbortSignal {
  const controller = new AbortController();
  let leftMs = ms;
  const timer = setInterval(() => {
    leftMs -= tickMs;
    if (leftMs > 0) return;
    clearInterval(timer);
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  }, tickMs).unref();
  return controller.signal;
}

/** Runs a check to its end, which must come with its deadline at the latest. */
export function promptly<T>(ms: number, check: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const overdue = deadline(ms + graceMs);
  const late = new Promise<never>((_, reject) => {
    const fail = () =>
      reject(new Error(`Cannot go on: expected an end at the deadline of ${ms} ms, got none`));
    overdue.addEventListener('abort', fail);
  });
  return Promise.race([check(deadline(ms)), late]);
}
