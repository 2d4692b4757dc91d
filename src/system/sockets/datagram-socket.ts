// A kernel datagram socket of any family, type and protocol as a node:dgram socket. Node accepts a descriptor
// only where it belongs to a UDP socket, but its event loop reads and writes any datagram socket alike: so a
// UDP socket is bound first, and the wanted socket is then put under its descriptor, in the same turn, before
// the loop has polled it. Documented Node API only; tried on Node 20, 22 and 24.
import { createSocket, type Socket } from 'node:dgram';
import { type Ip, ipFromBytes, parseIp } from '../../net/ip.ts';
import { err, ok, type Result } from '../../net/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DatagramPort, ReceivedDatagram } from '../../ports/datagram.ts';
import {
  AF_INET,
  AF_INET6,
  bindDescriptor,
  closeDescriptor,
  duplicateOnto,
  type ErrnoCode,
  openSocket,
  SOCK_DGRAM,
  sendTo,
  setSocketOption,
} from '../libc.ts';
import { socketAddress } from './socket-address.ts';

/** As many destinations are kept ready; a pinger may have more. */
const addressesMax = 1024;

export type SocketOption = {
  readonly level: number;
  readonly name: number;
  readonly value: Uint8Array;
  /** Where the kernel may refuse it without harm. */
  readonly optional?: boolean;
};

export type SocketRequest = {
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
  /** Set in order before the first datagram can be read. */
  readonly options: readonly SocketOption[];
  /** Absent: as the routes say. */
  readonly source?: Ip;
};

/** What could not be done ("open", "set option 25 of level 1"), and the kernel's code for why. */
export type SocketFailure = { readonly step: string; readonly code: ErrnoCode };

export type ConfigurablePort = DatagramPort & {
  /** @returns the kernel's code where it refused. */
  readonly setOption: (option: SocketOption) => ErrnoCode | undefined;
};

export function openDatagramSocket(
  request: SocketRequest,
  clock: Clock,
): Result<ConfigurablePort, SocketFailure> {
  const wanted = openConfigured(request);
  if (!wanted.ok) return wanted;
  // Of what Node takes for a UDP socket.
  const carrier = openSocket(request.domain === AF_INET6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
  if (!carrier.ok) {
    closeDescriptor(wanted.value);
    return err({ step: 'open', code: carrier.error });
  }
  const socket = createSocket({
    type: request.domain === AF_INET6 ? 'udp6' : 'udp4',
    // Destinations are addresses: there is nothing to look up, and nothing to wait for.
    lookup: (address, _options, done) => done(null, address, request.domain === AF_INET6 ? 6 : 4),
  });
  socket.bind({ fd: carrier.value, exclusive: true });
  const replaced = duplicateOnto(wanted.value, carrier.value);
  closeDescriptor(wanted.value);
  if (!replaced.ok) {
    socket.close();
    return err({ step: 'replace', code: replaced.error });
  }
  return ok(portOf(socket, { fd: carrier.value, ...request }, clock));
}

function openConfigured(request: SocketRequest): Result<number, SocketFailure> {
  const opened = openSocket(request.domain, request.type, request.protocol);
  if (!opened.ok) return err({ step: 'open', code: opened.error });
  for (const option of request.options) {
    const set = setSocketOption(opened.value, option.level, option.name, option.value);
    if (set.ok || option.optional === true) continue;
    closeDescriptor(opened.value);
    return err({ step: `set option ${option.name} of level ${option.level}`, code: set.error });
  }
  if (request.source === undefined) return opened;
  const bound = bindDescriptor(opened.value, socketAddress(request.source, 0));
  if (bound.ok) return opened;
  closeDescriptor(opened.value);
  return err({ step: `bind to ${request.source}`, code: bound.error });
}

type Place = Pick<SocketRequest, 'domain' | 'protocol'> & { readonly fd: number };

/**
 * Datagrams leave within the call, so that what happens next happens after it, and nothing is allocated for the
 * wait. Only where the socket's buffer is full is it left to Node to wait for room.
 */
function portOf(socket: Socket, place: Place, clock: Clock): ConfigurablePort {
  let closed = false;
  const addresses = new Map<Ip, Uint8Array>();
  /** Raw IPv6 sockets accept only 0 or the protocol number as a port; IPv4 ignores it. */
  const addressFor = (destination: Ip): Uint8Array => {
    const known = addresses.get(destination);
    if (known !== undefined) return known;
    if (addresses.size >= addressesMax) addresses.clear();
    const made = socketAddress(destination, place.protocol);
    addresses.set(destination, made);
    return made;
  };
  return {
    send: (bytes, destination, done) => {
      if (closed) return done(new Error(`Cannot send: expected an open socket, got a closed one`));
      const sent = sendTo(place.fd, bytes, addressFor(destination));
      if (sent.ok) return done();
      if (sent.error !== 'EAGAIN')
        return done(Object.assign(new Error(`send ${sent.error}`), { code: sent.error }));
      socket.send(bytes, place.protocol, destination, (error) => done(error ?? undefined));
    },
    onReceived: (listener: (datagram: ReceivedDatagram) => void) => {
      socket.on('message', (bytes, from) =>
        listener({ bytes, source: sourceOf(from.address), at: clock.now() }),
      );
    },
    onError: (listener) => {
      socket.on('error', listener);
    },
    close: () => {
      if (closed) return;
      closed = true;
      socket.close();
    },
    setOption: ({ level, name, value }) => {
      if (closed) return 'EBADF';
      const set = setSocketOption(place.fd, level, name, value);
      return set.ok ? undefined : set.error;
    },
  };
}

/** The address without its zone ("fe80::1%eth0"): each socket is bound to one interface already. */
function sourceOf(text: string): Ip {
  return parseIp(text.split('%', 1)[0] ?? '') ?? ipFromBytes(new Uint8Array(4));
}
