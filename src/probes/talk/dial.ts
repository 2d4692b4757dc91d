// The connection of a conversation, plain or TLS: opened, guarded and closed with it. Also looks at how long the
// certificate of the server still lasts, whether it was verified or not.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TcpPlace } from '../../model/checks/place.ts';
import type { ServerCertificate } from '../../model/probe-result.ts';
import type { TlsTarget } from '../../model/tls-target.ts';
import type { Ip } from '../../net/ip.ts';
import type { Conversation } from './conversation.ts';
import { guardSocket } from './guard-socket.ts';
import { secureContextOf } from './secure-context.ts';
import { encryptSocket, openSocket, type Place, ready, serverNameOf, type TlsOptions } from './socket.ts';

export type Dialling = {
  /** Absent: plain TCP. */
  readonly encryption?: Encryption;
  /** From the server in all; 256 KiB unless told. */
  readonly bytesMax?: number;
};

export type Encryption = {
  readonly tls: TlsTarget;
  /** Whom the certificate must name, and SNI, unless `tls.sni` says otherwise. */
  readonly host: string;
  /** ALPN; empty for none. */
  readonly protocols: readonly string[];
  /** Of a connection that this one belongs to. */
  readonly session?: Buffer | undefined;
};

/** Resolves when the socket is connected and, with `encryption`, hands were shaken. */
export async function dial(
  conversation: Conversation,
  place: Place,
  { encryption, bytesMax }: Dialling = {},
): Promise<Socket> {
  const { address, port } = place;
  conversation.doing = 'connect';
  conversation.server = `${address} ${port}`;
  if (port === 0) throw new Error('no port to connect to: set checkport, or a port of the server');
  const open = (tls?: TlsOptions): Socket => {
    const socket = openSocket(place, tls);
    conversation.closeAtEnd(() => socket.destroy());
    return guardSocket(socket, conversation.fail, bytesMax);
  };
  if (encryption === undefined) return ready(open(), 'connect');
  const options = await handshakeOf(conversation, encryption);
  const socket = open(options);
  socket.once('connect', () => {
    conversation.doing = handshake;
  });
  return shakeHands(conversation, socket, encryption);
}

/** TLS on a connection that has spoken in clear until now. Resolves when hands were shaken. */
export async function encrypt(
  conversation: Conversation,
  { socket: plain, address }: { readonly socket: Socket; readonly address: Ip },
  encryption: Encryption,
  bytesMax?: number,
): Promise<Socket> {
  const options = await handshakeOf(conversation, encryption);
  conversation.doing = handshake;
  const socket = encryptSocket(plain, address, options);
  conversation.closeAtEnd(() => socket.destroy());
  return shakeHands(conversation, guardSocket(socket, conversation.fail, bytesMax), encryption);
}

const handshake = 'shake hands (TLS)';

async function handshakeOf(
  { signal }: Conversation,
  { tls, host, protocols, session }: Encryption,
): Promise<TlsOptions> {
  const context = await secureContextOf(tls);
  signal.throwIfAborted();
  return { verify: tls.verify, serverName: serverNameOf(tls.sni ?? host), context, protocols, session };
}

async function shakeHands(conversation: Conversation, socket: Socket, { tls }: Encryption): Promise<Socket> {
  await ready(socket, 'secureConnect');
  conversation.certificate ??= certificateOf(socket, tls.expiryDays);
  return socket;
}

/** How a check of `place` speaks TLS, at once or when it has asked for it; undefined: in clear alone. */
export const encryptionOf = ({ tls, address }: Omit<TcpPlace, 'proxyProtocol'>): Encryption | undefined =>
  tls === undefined ? undefined : { tls, host: tls.host ?? address, protocols: [] };

/** The same for who speaks it from the first byte on. */
export const diallingOf = (place: Omit<TcpPlace, 'proxyProtocol'>): Dialling => {
  const encryption = place.tls?.asked === true ? undefined : encryptionOf(place);
  return encryption === undefined ? {} : { encryption };
};

const dayMs = 86_400_000;

const isEncrypted = (socket: Socket): socket is TLSSocket =>
  (socket as Partial<TLSSocket>).encrypted === true;

function certificateOf(socket: Socket, warnDays = Number.NEGATIVE_INFINITY): ServerCertificate | undefined {
  if (!isEncrypted(socket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  const end = Date.parse(certificate?.validTo ?? '');
  const daysLeft = Math.floor((end - Date.now()) / dayMs);
  if (certificate === undefined || Number.isNaN(end)) return undefined;
  const name = /^CN=(.*)$/m.exec(certificate.subject ?? '')?.[1] ?? certificate.subject ?? '';
  return {
    subject: name.replaceAll('\n', ', '),
    expires: new Date(end).toISOString(),
    ...{ daysLeft, endsSoon: daysLeft < warnDays },
  };
}
