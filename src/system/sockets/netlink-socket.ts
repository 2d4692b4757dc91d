// A netlink socket of the kernel as a NetlinkPort, over the npm package `netlink`. Two of its sharp edges end
// here, for either aborts the process: an exception in one of its callbacks, so every callback is guarded; and
// an error pending on the socket, which is how the kernel tells of an overflow. So the kernel is asked not to
// tell (NETLINK_NO_ENOBUFS), its count of lost messages is read instead, and reported as ENOBUFS.
// The package waits for the event loop before it sends and before it reads, and looks at each datagram twice. Where
// there is nothing to wait for, both are done at once by calls of the C library.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { RawNetlinkSocket } from 'netlink/dist/raw.js';
import type { NetlinkPort } from '../../ports/datagram.ts';
import { getSocketOption, intBytes, receiveFrom, sendTo, setSocketOption } from '../libc.ts';

/** NETLINK_ROUTE, NETLINK_NETFILTER, NETLINK_GENERIC (linux/netlink.h). */
const PROTOCOLS = { route: 0, netfilter: 12, generic: 16 } as const;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
/** Of the nine numbers of SO_MEMINFO (linux/sock_diag.h), the one that counts lost messages. */
const SK_MEMINFO_DROPS = 8;
const SOL_NETLINK = 270;
const NETLINK_NO_ENOBUFS = 5;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** af_netlink.c, netlink_recvmsg: no datagram of a dump is longer than 32 KiB. */
const DATAGRAM_BYTES_MAX = 64 * 1024;
const AF_NETLINK = 16;
/** struct sockaddr_nl: family, padding, port, groups. The kernel is all zeros but for the family. */
const SOCKADDR_BYTES = 12;
const KERNEL = new Uint8Array(SOCKADDR_BYTES);
new Uint16Array(KERNEL.buffer)[0] = AF_NETLINK;

export type NetlinkSocketOptions = {
  /** What the kernel keeps for a process that is late; 4 MiB by default. It takes twice what is asked. */
  readonly receiveBufferBytes?: number;
};

/** @throws ErrnoException where the kernel refuses a socket, Error where it cannot be made safe. */
export function openNetlinkSocket(
  family: keyof typeof PROTOCOLS,
  { receiveBufferBytes = RECEIVE_BUFFER_BYTES }: NetlinkSocketOptions = {},
): NetlinkPort {
  const received: ((bytes: Uint8Array) => void)[] = [];
  const failed: ((error: NodeJS.ErrnoException) => void)[] = [];
  let closed = false;
  const socket = openRaw(PROTOCOLS[family]);
  const fd = secure(socket, PROTOCOLS[family], receiveBufferBytes);

  const report = (error: NodeJS.ErrnoException) => {
    if (!closed) for (const listener of failed) listener(error);
  };
  const tell = guarded((bytes: Uint8Array) => {
    for (const listener of received) listener(bytes);
  });
  const checkLostSoon = watchLost(fd, () => closed, report);
  const hear = createHearing(fd, { tell, report });
  /** @param port of who sent it. Only the kernel has port 0: any process may send to ours. */
  const onMessage = (bytes: Uint8Array, { port }: { readonly port: number }) => {
    if (closed) return;
    checkLostSoon();
    if (port === 0) tell(bytes);
  };
  socket.on('message', guarded(onMessage));
  socket.on('error', guarded(report));

  return {
    portId: socket.address().port,
    send: createSending(socket, fd, () => closed),
    hear: () => {
      if (closed || !hear()) return false;
      checkLostSoon();
      return true;
    },
    onReceived: (listener) => void received.push(listener),
    onError: (listener) => void failed.push(listener),
    joinGroup: (group) => socket.addMembership(group),
    close: () => {
      if (closed) return;
      closed = true;
      // Not at once: the package goes on using the socket after a callback that closes it.
      setImmediate(() => socket.close());
    },
  };
}

/** Messages are lost only while others wait to be read: to look after each burst of them is to see it all. */
function watchLost(fd: number, isClosed: () => boolean, report: (error: NodeJS.ErrnoException) => void) {
  let lost = 0;
  let checking = false;
  return () => {
    if (checking) return;
    checking = true;
    setImmediate(() => {
      checking = false;
      const before = lost;
      if (!isClosed()) lost = readLost(fd);
      if (lost !== before) report(overflow(lost - before));
    });
  };
}

type Heard = {
  readonly tell: (bytes: Uint8Array) => void;
  readonly report: (error: NodeJS.ErrnoException) => void;
};

/** @returns reads one datagram, if there is one. */
function createHearing(fd: number, { tell, report }: Heard): () => boolean {
  const incoming = new Uint8Array(DATAGRAM_BYTES_MAX);
  const sender = new Uint8Array(SOCKADDR_BYTES);
  const senderPort = new Uint32Array(sender.buffer);
  return () => {
    const length = receiveFrom(fd, incoming, sender);
    if (!length.ok) return false;
    if (length.value > incoming.length) report(tooLong(length.value));
    else if (senderPort[1] === 0) tell(incoming.slice(0, length.value));
    return true;
  };
}

/** At once where there is room; else by way of the package, which waits until there is. What waits there goes first. */
function createSending(socket: RawNetlinkSocket, fd: number, isClosed: () => boolean): NetlinkPort['send'] {
  let queued = 0;
  const sendLater: NetlinkPort['send'] = (bytes, done) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sent = guarded((error?: Error) => {
      queued -= 1;
      done(error);
    });
    queued += 1;
    try {
      socket.send(buffer, { port: 0 }, sent);
    } catch (error) {
      queued -= 1;
      setImmediate(() => done(error as Error));
    }
  };
  return (bytes, done) => {
    if (queued === 0 && !isClosed() && sendTo(fd, bytes, KERNEL).ok) done();
    else sendLater(bytes, done);
  };
}

const overflow = (count: number): NodeJS.ErrnoException =>
  Object.assign(new Error(`${count} messages of the kernel were lost: no buffer space`), { code: 'ENOBUFS' });

const tooLong = (length: number): NodeJS.ErrnoException =>
  Object.assign(new Error(`a message of the kernel is ${length} bytes long`), { code: 'EMSGSIZE' });

const loadRaw = () =>
  createRequire(import.meta.url)('netlink/dist/raw.js') as typeof import('netlink/dist/raw.js');

/** Now and not with the first socket: for who has time to wait. */
export const loadNetlink = (): void => void loadRaw();

function openRaw(protocol: number): RawNetlinkSocket {
  const { RawNetlinkSocket } = loadRaw();
  return new RawNetlinkSocket(protocol);
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
 * Sets what the package has no call for. Besides safety: the kernel's own sentences in errors, answers that do
 * not quote the request, dumps of what was asked for alone (a kernel that cannot, sends more), and a buffer larger than
 * net.core.rmem_max, without which the socket works as well.
 * @returns the descriptor.
 */
function secure(socket: RawNetlinkSocket, protocol: number, receiveBufferBytes: number): number {
  const fd = findDescriptor(protocol, socket.address().port);
  if (fd === undefined || !setSocketOption(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, intBytes(1)).ok) {
    socket.close();
    throw new Error('Cannot open netlink socket: expected a way to set NETLINK_NO_ENOBUFS on it, got none');
  }
  setSocketOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, intBytes(1));
  setSocketOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, intBytes(1));
  setSocketOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, intBytes(1));
  setSocketOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, intBytes(receiveBufferBytes));
  return fd;
}

/** How many messages the kernel could not deliver, ever. */
function readLost(fd: number): number {
  const info = new Uint32Array(SK_MEMINFO_DROPS + 1);
  getSocketOption(fd, SOL_SOCKET, SO_MEMINFO, new Uint8Array(info.buffer));
  return info[SK_MEMINFO_DROPS] ?? 0;
}

/** The package keeps its descriptor to itself; the kernel lists sockets by protocol and port. */
function findDescriptor(protocol: number, portId: number): number | undefined {
  const target = `socket:[${findInode(protocol, portId)}]`;
  const name = orUndefined(() => readdirSync('/proc/self/fd'))?.find(
    (fd) => orUndefined(() => readlinkSync(`/proc/self/fd/${fd}`)) === target,
  );
  return name === undefined ? undefined : Number(name);
}

/** The columns: sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode. */
function findInode(protocol: number, portId: number): string | undefined {
  const listing = orUndefined(() => readFileSync('/proc/self/net/netlink', 'latin1')) ?? '';
  const rows = listing.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.find((row) => Number(row[1]) === protocol && Number(row[2]) === portId)?.at(-1);
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
