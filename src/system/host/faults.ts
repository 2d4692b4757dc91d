// What nobody caught: an exception or a rejection that reached the end of its call. It is handed to whoever has set
// themselves up for it, until then said on standard error as an event and the end of the process. Imports nothing, as
// main.ts must have it before all else. What a fault means is daemon/judge-fault.ts's.

/** Of a process that a fault ended (EX_SOFTWARE of sysexits.h): systemd starts it again. */
export const faultStatus = 70;

/** @property kind as Node calls it. */
export type Fault = { readonly kind: 'uncaughtException' | 'unhandledRejection'; readonly error: unknown };

let take: (fault: Fault) => void = endAtOnce;
let taking = false;

/** To be called once, first. */
export function catchFaults(): void {
  process.on('uncaughtException', (error, kind) => {
    // One in the handling of another: nothing works any more.
    if (taking) return endAtOnce({ kind, error });
    taking = true;
    try {
      take({ kind, error });
    } catch {
      endAtOnce({ kind, error });
    }
    taking = false;
  });
}

/** @param listener decides what becomes of the process. */
export function takeFaults(listener: (fault: Fault) => void): void {
  take = listener;
}

/** Without the message, in which anything may stand that was being read. */
function endAtOnce({ kind, error }: Fault): void {
  const { name, stack = '' } = error instanceof Error ? error : new Error('no error');
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  const line = {
    event: 'daemon.fault',
    level: 'error',
    kind,
    error: name,
    stack: frames.map((each) => each.trim()),
  };
  process.stderr.write(`${JSON.stringify({ ...line, timestamp: new Date().toISOString() })}\n`);
  process.exit(faultStatus);
}
