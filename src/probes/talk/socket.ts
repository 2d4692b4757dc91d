// The one connection of a check, plain or TLS: opened so that the probe holds the socket from the start and
// can destroy it at any moment, also half-way through a connect or a handshake.
import { connect, isIP, Socket } from 'node:net';
import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls';
import type { ProxyProtocolVersion } from '../../model/checks/place.ts';
import type { CheckBinding } from '../../model/config/check.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { familyOf, type Ip, parseIp } from '../../net/ip.ts';
import { openBoundStream } from '../../system/sockets/bound-socket.ts';
import { encodeProxyHeader } from '../../wire/proxy-protocol.ts';

export type TlsOptions = {
  /** Whether the certificate must chain to a trusted authority and name the server. */
  readonly verify: boolean;
  /** SNI; the certificate is compared with it, or with the address where there is none. */
  readonly serverName: string | undefined;
  /** Authorities, a certificate of ours, versions and ciphers; absent: Node's own. */
  readonly context: SecureContext | undefined;
  /** ALPN; HTTP/1.1 unless told, empty for none. */
  readonly protocols?: readonly string[];
  /** Of a connection that this one belongs to. */
  readonly session?: Buffer | undefined;
};

/** Where a connection goes. */
export type Place = {
  readonly address: Ip;
  readonly port: number;
  /** A header of it goes before everything else, also before a TLS handshake; absent: none. */
  readonly proxyProtocol?: ProxyProtocolVersion;
  /** Where it leaves this director; absent: as the routes say. */
  readonly bind?: CheckBinding;
};

/** Loaded by the first that asks: a daemon without a check over TLS starts sooner. */
const tlsConnect = (options: ConnectionOptions): TLSSocket =>
  process.getBuiltinModule('node:tls').connect(options);

export function openSocket(place: Place, tls?: TlsOptions): Socket {
  const { address, port, proxyProtocol, bind } = place;
  const plain = () => connectFrom(place);
  const introduced =
    proxyProtocol !== undefined
      ? introduce(plain(), { address, port }, proxyProtocol)
      : bind === undefined
        ? undefined
        : plain();
  if (tls === undefined) return introduced ?? plain();
  if (introduced !== undefined) return encryptSocket(introduced, address, tls);
  return tlsConnect({ host: address, port, ...handshakeOf(tls) });
}

/** TLS over a connection that is there, or will be. @param address that the certificate is compared with where there is no name */
export function encryptSocket(plain: Socket, address: Ip, tls: TlsOptions): TLSSocket {
  const socket = tlsConnect({ host: address, socket: plain, ...handshakeOf(tls) });
  plain.on('error', (error) => socket.destroy(error));
  return socket;
}

const handshakeOf = ({ protocols = ['http/1.1'], verify, serverName, context, session }: TlsOptions) => ({
  ...(protocols.length > 0 && { ALPNProtocols: [...protocols] }),
  rejectUnauthorized: verify,
  ...(serverName !== undefined && { servername: serverName }),
  ...(context !== undefined && { secureContext: context }),
  ...(session !== undefined && { session }),
});

function connectFrom({ address, port, bind = {} }: Place): Socket {
  const { address: localAddress, port: localPort, interface: device, mark } = bind;
  const options = {
    ...{ host: address, port, autoSelectFamily: false },
    ...(localAddress !== undefined && { localAddress }),
    ...(localPort !== undefined && { localPort }),
  };
  if (localPort === undefined && device === undefined && mark === undefined) return connect(options);
  try {
    return openBoundStream(familyOf(address), bind).connect(options);
  } catch (error) {
    return new Socket().destroy(error as Error);
  }
}

/** Listens first, so that the header is what goes out first. */
function introduce(socket: Socket, destination: Endpoint, version: ProxyProtocolVersion): Socket {
  return socket.once('connect', () => {
    const address = parseIp(socket.localAddress ?? '');
    if (address === undefined) socket.destroy(new Error('connection closed'));
    else socket.write(encodeProxyHeader(version, { address, port: socket.localPort ?? 0 }, destination));
  });
}

/** Resolves when `event` comes, rejects when the socket fails or closes first. */
export function ready(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('connection closed'));
    socket.once(event, () => {
      socket.off('close', gone);
      resolve(socket);
    });
    socket.on('error', reject); // stays: an error that comes later must find a listener
    socket.on('close', gone);
  });
}

/** The name for SNI: a host without its port, or none, since an address is not allowed there (RFC 6066 §3). */
export function serverNameOf(host: string): string | undefined {
  // A bare IPv6 address ends like a host with a port.
  const name = isIP(host) !== 0 ? host : host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === '' || isIP(name) !== 0 ? undefined : name;
}

/**
 * TCP allows simultaneous open: a connect to a free port of this machine that happens to be its own source
 * port succeeds with nobody listening (RFC 9293 §3.5). @param port that was connected to
 */
export const isSelfConnected = (socket: Socket, port: number): boolean =>
  socket.localPort === port && socket.localAddress === socket.remoteAddress;
