// Servers on loopback that behave as badly as a test says, and remember how many connections are still open.
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
/** Self-signed for www.example.com and 127.0.0.1. */
export const certFile = fixture('server.cert.pem');
export const keyFile = fixture('server.key.pem');

export type ScriptedServer = {
  readonly port: number;
  /** Connections so far. */
  readonly accepted: () => number;
  /** Resolves when the client has let go of every connection. */
  readonly allClosed: () => Promise<void>;
};

const opened: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Lasts until the end of the test. */
export const tcpServer = (script: (socket: Socket) => void): Promise<ScriptedServer> =>
  listen(createServer({ allowHalfOpen: true }), 'connection', script);

export const tlsServer = (script: (socket: TLSSocket) => void): Promise<ScriptedServer> => {
  const server = createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  server.on('tlsClientError', () => {});
  return listen(server, 'secureConnection', script);
};

/** Answers every request with what `answer` makes of its head, and closes. */
export const httpServer = (answer: (head: string) => string | Buffer): Promise<ScriptedServer> =>
  tcpServer(answering(answer));

export const httpsServer = (answer: (head: string, socket: TLSSocket) => string): Promise<ScriptedServer> =>
  tlsServer((socket) => answering((head) => answer(head, socket))(socket));

const answering = (answer: (head: string) => string | Buffer) => (socket: Socket) => {
  let head = '';
  socket.on('data', (chunk) => {
    head += chunk.toString('latin1');
    if (head.endsWith('\r\n\r\n')) socket.end(answer(head));
  });
};

/** A whole HTTP response with that status line and body. */
export const response = (status: string, body = '', headers: readonly string[] = []): string =>
  [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n');

async function listen<S extends Socket>(
  server: Server,
  event: string,
  script: (socket: S) => void,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const emptied: (() => void)[] = [];
  let accepted = 0;
  opened.push({ server, sockets });
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const tell of emptied.splice(0)) tell();
    });
  });
  server.on(event, (socket: S) => {
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    script(socket);
    socket.resume(); // or the end of the connection would wait behind unread bytes
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    allClosed: () =>
      sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => emptied.push(resolve)),
  };
}
