// Lines of the log as datagrams to a socket of this host: journald's, or /dev/log. Never waits: where the reader has no room,
// the kernel says so. Node has no datagrams of this family.
import type { LogTransport } from '../../ports/log-sink.ts';
import {
  AF_UNIX,
  closeDescriptor,
  type ErrnoCode,
  intBytes,
  openSocket,
  SOCK_DGRAM,
  sendTo,
  setSocketOption,
} from '../libc.ts';
import { unixAddress } from '../unix-address.ts';

/** sd_journal_sendv(3)'s. */
export const journalSocket = '/run/systemd/journal/socket';

const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
/** As sd_journal_sendv(3); the kernel gives what net.core.wmem_max allows. */
const bufferBytes = 8 * 1024 * 1024;
const noRoom: ReadonlySet<ErrnoCode> = new Set(['EAGAIN', 'EWOULDBLOCK', 'ENOBUFS', 'ENOMEM', 'EINTR']);

export function openLogDatagrams(path: string): LogTransport {
  const address = unixAddress(path);
  let socket: number | undefined;

  function open(): number {
    const opened = openSocket(AF_UNIX, SOCK_DGRAM, 0);
    if (!opened.ok) throw failure(path, opened.error);
    setSocketOption(opened.value, SOL_SOCKET, SO_SNDBUF, intBytes(bufferBytes));
    return opened.value;
  }

  function close(): void {
    if (socket !== undefined) closeDescriptor(socket);
    socket = undefined;
  }

  return {
    send: async (lines) => {
      if (address === undefined) throw failure(path, 'ENAMETOOLONG');
      socket ??= open();
      for (const [index, line] of lines.entries()) {
        const sent = sendTo(socket, line, address);
        if (sent.ok) continue;
        if (noRoom.has(sent.error) || index > 0) return index;
        close();
        throw failure(path, sent.error);
      }
      return lines.length;
    },
    close,
  };
}

/** One line within the call, for a process that is about to end. @returns whether it was taken */
export function sendLogDatagram(path: string, line: Uint8Array): boolean {
  const address = unixAddress(path);
  const opened = openSocket(AF_UNIX, SOCK_DGRAM, 0);
  if (address === undefined || !opened.ok) return false;
  const sent = sendTo(opened.value, line, address);
  closeDescriptor(opened.value);
  return sent.ok;
}

const failure = (path: string, code: ErrnoCode) =>
  Object.assign(new Error(`send to ${path}: ${code}`), { code });
