// Tells the service manager how the daemon is (sd_notify(3)): datagrams to the socket named by $NOTIFY_SOCKET.
// Does nothing where nobody asked; a failure is never the daemon's concern.
import { AF_UNIX, closeDescriptor, openSocket, SOCK_DGRAM, sendTo } from '../libc.ts';
import { unixAddress } from '../unix-address.ts';

export type Notify = {
  readonly ready: (status?: string) => void;
  /** With the monotonic time that Type=notify-reload compares. */
  readonly reloading: () => void;
  readonly stopping: () => void;
  /** What goes on now may last that much longer, whatever the unit's limit is. */
  readonly extendTimeout: (ms: number) => void;
  readonly status: (text: string) => void;
  readonly watchdog: () => void;
};

/** @param socketName $NOTIFY_SOCKET: a path, or "@name" of the abstract name space; undefined: nobody listens. */
export function createNotify(socketName: string | undefined): Notify {
  const address = socketName === undefined ? undefined : unixAddress(socketName);
  const say = (...lines: readonly string[]) => {
    if (address !== undefined) sendLines(lines, address);
  };
  return {
    ready: (status) => say('READY=1', ...(status === undefined ? [] : [statusLine(status)])),
    reloading: () => say('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => say('STOPPING=1'),
    extendTimeout: (ms) => say(`EXTEND_TIMEOUT_USEC=${Math.round(ms * 1000)}`),
    status: (text) => say(statusLine(text)),
    watchdog: () => say('WATCHDOG=1'),
  };
}

const statusLine = (text: string) => `STATUS=${text.replaceAll('\n', ' ')}`;

function sendLines(lines: readonly string[], address: Uint8Array): void {
  const socket = openSocket(AF_UNIX, SOCK_DGRAM, 0);
  if (!socket.ok) return;
  sendTo(socket.value, Buffer.from(lines.join('\n')), address);
  closeDescriptor(socket.value);
}
