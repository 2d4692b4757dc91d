// HTTP/2 servers on loopback, in clear or over TLS, that answer as a test says.
import { readFileSync } from 'node:fs';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from 'vitest';
import { certFile, keyFile } from '../scripted-server.ts';

const opened: { server: Http2Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Told of each request when its body is there. */
export type Http2Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer) => void;

/** Lasts until the end of the test. @returns its port on 127.0.0.1 */
export async function http2Server(answer: Http2Answer, secure = false): Promise<number> {
  const server = secure
    ? createSecureServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) })
    : createServer();
  const sockets = new Set<Socket>();
  opened.push({ server, sockets });
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  server.on('secureConnection', (socket: Socket) => void sockets.add(socket));
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => answer(stream, headers, Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
