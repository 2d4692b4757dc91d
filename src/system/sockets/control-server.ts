// HTTP as the control socket speaks it: one question a connection, no body that means anything. Whatever bytes come, the
// answer is a 4xx or the connection is closed, within bounds of time, size and number; a question that is not whole asks
// for nothing. Not decided here: what a path does, where the socket stands, and how an answer leaves (control-answer.ts).
// RFC 9112 §3.2: of the four forms of a request target only the origin form is taken.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer, Asked, Reply, Route, Routes } from '../../ports/control.ts';
import { send } from './control-answer.ts';

/** Whoever may open the socket may try all of it at once: descriptors and memory are for the checks. */
export type ControlLimits = {
  readonly connectionsMax: number;
  readonly headBytesMax: number;
  readonly bodyBytesMax: number;
  /** From the connection to the end of the head, and to the end of the whole question. */
  readonly headMs: number;
  readonly questionMs: number;
  /** An answer that nobody takes. */
  readonly unreadMs: number;
};

export const controlLimits: ControlLimits = {
  connectionsMax: 64,
  headBytesMax: 16_384,
  bodyBytesMax: 65_536,
  headMs: 5000,
  questionMs: 10_000,
  unreadMs: 30_000,
};

/** What went wrong that is not the asker's doing. @param about a route, or the socket itself. */
export type ControlFailed = (about: string, error: unknown) => void;

export function createControlServer(
  routes: Routes,
  onFailed: ControlFailed,
  limits: ControlLimits = controlLimits,
): Server {
  /** In the order of their coming; those that are being answered are `busy`. */
  const open = new Set<Socket>();
  const busy = new WeakSet<Duplex>();
  const server = createServer({
    maxHeaderSize: limits.headBytesMax,
    headersTimeout: limits.headMs,
    requestTimeout: limits.questionMs,
    connectionsCheckingInterval: Math.min(1000, limits.headMs),
  });
  server.maxRequestsPerSocket = 1;
  server.on('request', (incoming, outgoing) => {
    busy.add(incoming.socket);
    // Whoever goes away in between is nobody's failure.
    for (const each of [incoming, outgoing]) each.on('error', () => {});
    const gone = new AbortController();
    incoming.socket.once('close', () => gone.abort());
    whenWhole(incoming, limits.bodyBytesMax, (fits) => {
      const { unreadMs, bodyBytesMax } = limits;
      if (fits) void answer(routes, { incoming, outgoing, gone: gone.signal, onFailed, unreadMs });
      // What is left of it is not waited for.
      else void send(outgoing, tooMuch(bodyBytesMax), unreadMs).then(() => incoming.socket.destroySoon());
    });
  });
  server.on('connection', (socket) => {
    if (open.size >= limits.connectionsMax) (leastMissed([...open], busy) ?? socket).destroy();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (busy.has(socket)) socket.destroy();
    else refuse(socket, statusOf(error.code));
  });
  server.on('connect', (_incoming, socket) => refuse(socket, 405));
  return server;
}

/** Of those who were there before: the oldest that asks nothing; where all ask, the oldest that does not take its answer. */
const leastMissed = (open: readonly Socket[], busy: WeakSet<Duplex>): Socket | undefined =>
  open.find((each) => !busy.has(each)) ?? open.find(({ writableLength }) => writableLength > 0);

/** Calls back once, when the question has come whole, or is longer than any question. */
function whenWhole(incoming: IncomingMessage, bytesMax: number, then: (fits: boolean) => void): void {
  let bytes = 0;
  let settled = false;
  const settle = (fits: boolean) => {
    if (settled) return;
    settled = true;
    then(fits);
  };
  incoming.on('data', (piece: Buffer) => {
    bytes += piece.byteLength;
    if (bytes > bytesMax) settle(false);
  });
  incoming.on('end', () => settle(true));
}

type Exchange = {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly gone: AbortSignal;
  readonly onFailed: ControlFailed;
  readonly unreadMs: number;
};

async function answer(routes: Routes, exchange: Exchange): Promise<void> {
  const { incoming, outgoing, gone, onFailed, unreadMs } = exchange;
  const found = routeOf(routes, incoming, gone);
  if ('status' in found) return send(outgoing, found, unreadMs);
  try {
    await send(outgoing, await found.ask(), unreadMs);
  } catch (error) {
    onFailed(found.name, error);
    // Half of an answer must not look like a whole one.
    if (outgoing.headersSent) outgoing.destroy();
    else await send(outgoing, refusal(500, error instanceof Error ? error.message : String(error)), unreadMs);
  }
}

type Found = { readonly name: string; readonly ask: () => Promise<Reply> | Reply };

/** @returns a refusal where the target, or its method, is none of ours. */
function routeOf(routes: Routes, incoming: IncomingMessage, gone: AbortSignal): Found | Answer {
  const { method = '', url = '' } = incoming;
  if (!url.startsWith('/') || url.startsWith('//')) {
    return refusal(400, 'Cannot answer: expected a path, got another form of target');
  }
  const [path = '', ...words] = url.split('?');
  const search = new URLSearchParams(words.join('?'));
  const asked = { accept: incoming.headers.accept ?? '', gone };
  const found = routeFor(routes, `${method} ${path}`);
  if (found !== undefined) {
    const { name, route, rest } = found;
    return { name, ask: () => route(search, { ...asked, rest }) };
  }
  const others = Object.keys(routes).filter((each) => {
    const [itsMethod, itsPath = ''] = each.split(' ');
    return itsMethod !== method && matches(itsPath, path);
  });
  if (others.length > 0) return refusal(405, `Cannot answer: expected ${others.join(' or ')}, got ${method}`);
  return refusal(404, `Cannot answer: expected a known path, got ${method} ${path}`);
}

/** By its very name, else by one that ends in a `*`. */
function routeFor(
  routes: Routes,
  target: string,
): (Pick<Asked, 'rest'> & { name: string; route: Route }) | undefined {
  const exact = Object.hasOwn(routes, target) ? routes[target] : undefined;
  if (exact !== undefined) return { name: target, route: exact, rest: '' };
  for (const [name, route] of Object.entries(routes)) {
    const rest = matches(name, target) ? decoded(target.slice(name.length - 1)) : undefined;
    if (rest !== undefined) return { name, route, rest };
  }
  return undefined;
}

const matches = (name: string, target: string): boolean =>
  name.endsWith('/*')
    ? target.length >= name.length && target.startsWith(name.slice(0, -1))
    : name === target;

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

const tooMuch = (bytesMax: number): Answer =>
  refusal(413, `Cannot answer: expected a body of at most ${bytesMax} bytes, got more`);

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** To what is no question, so that there is nothing of Node's to answer with. */
function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => {});
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = `${JSON.stringify({ error: `Cannot answer: expected HTTP/1.1, got what is none (${reasons[status]})` })}\n`;
  const head = `HTTP/1.1 ${status} ${reasons[status]}\r\ncontent-type: application/json\r\nconnection: close\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => socket.destroy());
}
