// A netlink socket of the kernel as a NetlinkPort, over the npm package `netlink`. Two of its sharp edges end
// here: an exception in one of its callbacks aborts the process, so every callback is guarded; and an overflow
// of the receive buffer closes the socket, so it is opened again, in its groups, and reported as ENOBUFS.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { RawNetlinkSocket } from 'netlink/dist/raw.js';
import type { NetlinkPort } from '../ports/datagram.ts';
import { intBytes, setSocketOption } from './libc.ts';

/** NETLINK_ROUTE, NETLINK_GENERIC (linux/netlink.h). */
const PROTOCOLS = { route: 0, generic: 16 } as const;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const REOPEN_DELAY_MS = 1000;

export type NetlinkSocketOptions = {
  /** What the kernel keeps for a process that is late; doubled by the kernel, 4 MiB by default. */
  readonly receiveBufferBytes?: number;
};

/** @throws ErrnoException where the kernel refuses a socket (no descriptors left). */
export function openNetlinkSocket(
  family: keyof typeof PROTOCOLS,
  { receiveBufferBytes = RECEIVE_BUFFER_BYTES }: NetlinkSocketOptions = {},
): NetlinkPort {
  const received: ((bytes: Uint8Array) => void)[] = [];
  const failed: ((error: NodeJS.ErrnoException) => void)[] = [];
  const groups = new Set<number>();
  let closed = false;
  let reopening: NodeJS.Timeout | undefined;
  let socket = open();
  const portId = socket.address().port;

  function open(localPort?: number): RawNetlinkSocket {
    const opened = openRaw(PROTOCOLS[family], localPort);
    setOptions(PROTOCOLS[family], opened.address().port, receiveBufferBytes);
    opened.on(
      'message',
      guarded((bytes, { port }) => {
        // Only the kernel has port 0: any process may send to ours.
        if (!closed && port === 0) for (const listener of received) listener(bytes);
      }),
    );
    opened.on('error', guarded(onError));
    for (const group of groups) opened.addMembership(group);
    return opened;
  }

  const report = (error: NodeJS.ErrnoException) => {
    if (!closed) for (const listener of failed) listener(error);
  };

  /** libuv makes EBADF of every error pending on the socket; the one that netlink has is ENOBUFS. */
  function onError(error: NodeJS.ErrnoException): void {
    if (error.code !== 'EBADF') {
      report(error);
      return;
    }
    // The package closes its descriptor only after this callback: until then the port number is taken.
    setImmediate(reopen);
  }

  function reopen(): void {
    if (closed) return;
    try {
      socket = open(portId);
    } catch (error) {
      reopening = setTimeout(reopen, REOPEN_DELAY_MS);
      report(error as NodeJS.ErrnoException);
      return;
    }
    report(
      Object.assign(new Error('messages of the kernel were lost: no buffer space'), { code: 'ENOBUFS' }),
    );
  }

  return {
    portId,
    send: (bytes, done) => {
      try {
        socket.send(
          Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
          { port: 0 },
          guarded(done),
        );
      } catch (error) {
        setImmediate(() => done(error as Error));
      }
    },
    onReceived: (listener) => void received.push(listener),
    onError: (listener) => void failed.push(listener),
    joinGroup: (group) => {
      socket.addMembership(group);
      groups.add(group);
    },
    close: () => {
      if (closed) return;
      closed = true;
      clearTimeout(reopening);
      // Not at once: the package goes on using the socket after a callback that closes it.
      setImmediate(() => socket.close());
    },
  };
}

function openRaw(protocol: number, localPort: number | undefined): RawNetlinkSocket {
  const { RawNetlinkSocket } = createRequire(import.meta.url)(
    'netlink/dist/raw.js',
  ) as typeof import('netlink/dist/raw.js');
  const sizes = { recvBufferSize: 0, sendBufferSize: 0 };
  return new RawNetlinkSocket(protocol, localPort === undefined ? sizes : { ...sizes, localPort });
}

/** An exception must not reach the package: it is thrown again from a fresh tick. */
function guarded<A extends readonly unknown[]>(callback: (...values: A) => void): (...values: A) => void {
  return (...values) => {
    try {
      callback(...values);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  };
}

/**
 * The kernel's own sentences in errors, answers that do not quote the request, and a buffer larger than
 * net.core.rmem_max allows. Where one is refused, the socket works without it.
 */
function setOptions(protocol: number, portId: number, receiveBufferBytes: number): void {
  const fd = findDescriptor(protocol, portId);
  if (fd === undefined) return;
  setSocketOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, intBytes(1));
  setSocketOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, intBytes(1));
  setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, intBytes(receiveBufferBytes));
}

/** The package keeps its descriptor to itself; the kernel lists sockets by protocol and port (proc_net(5)). */
function findDescriptor(protocol: number, portId: number): number | undefined {
  try {
    const rows = readFileSync('/proc/self/net/netlink', 'latin1').split('\n').slice(1);
    const row = rows
      .map((line) => line.trim().split(/\s+/))
      .find((columns) => Number(columns[1]) === protocol && Number(columns[2]) === portId);
    const target = `socket:[${row?.at(-1)}]`;
    const name = readdirSync('/proc/self/fd').find((fd) => linkOf(fd) === target);
    return name === undefined ? undefined : Number(name);
  } catch {
    return undefined;
  }
}

function linkOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
