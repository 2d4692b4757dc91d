import type { ServerHttp2Stream } from 'node:http2';
import { describe, expect, it } from 'vitest';
import type { GrpcTarget } from '../../src/model/checks/queries.ts';
import { ip } from '../../src/net/ip.ts';
import { probeGrpc } from '../../src/probes/grpc.ts';
import { encodeHealthRequest } from '../../src/wire/grpc-health.ts';
import { checkOf, describeFaults } from './faulty-server.ts';
import { http2Server } from './http/http2-server.ts';
import { certFile, httpServer, response } from './scripted-server.ts';

const target: GrpcTarget = {
  kind: 'grpc',
  scheme: 'grpc',
  address: ip('127.0.0.1'),
  port: 0,
  service: 'shop.Basket',
  verify: false,
};
const none = { allClosed: () => Promise.resolve() };
const ask = (port: number, changes: Partial<GrpcTarget> = {}) =>
  checkOf(none, (signal) => probeGrpc({ ...target, port, ...changes }, signal));

const health = (status: number) => Buffer.from([0, 0, 0, 0, 2, 8, status]);
const empty = Buffer.alloc(5);

/** Answers a call with a message and a status among the trailers. */
function answer(stream: ServerHttp2Stream, message: Buffer, code = '0'): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': code }));
  stream.end(message);
}

describe('a gRPC server', () => {
  it.each([
    [health(1), 'success', 'SERVING'],
    [health(2), 'failure', 'NOT_SERVING'],
    [health(3), 'failure', 'SERVICE_UNKNOWN'],
    [health(0), 'failure', 'UNKNOWN'],
    [empty, 'failure', 'UNKNOWN'],
    [health(9), 'failure', 'UNKNOWN'],
    [Buffer.from('garbage'), 'failure', 'the answer is no health message'],
    [Buffer.alloc(0), 'failure', 'the answer is no health message'],
  ])('that answers %j: %s, %s', async (message, outcome, detail) => {
    const port = await http2Server((stream) => answer(stream, message));
    expect(await ask(port)).toEqual({ outcome, detail });
  });
  it('is asked for the service that is configured, as the protocol wants it', async () => {
    let asked: unknown;
    const port = await http2Server((stream, headers, body) => {
      asked = { ...headers, body };
      answer(stream, health(1));
    });
    await ask(port, { virtualhost: 'shop.example.com' });
    expect(asked).toMatchObject({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      ':scheme': 'http',
      ':authority': 'shop.example.com',
      te: 'trailers',
      'content-type': 'application/grpc',
      body: encodeHealthRequest('shop.Basket'),
    });
  });
  it('is down when the call fails, with or without a message', async () => {
    const late = await http2Server((stream) => answer(stream, health(1), '14'));
    expect(await ask(late)).toEqual({ outcome: 'failure', detail: 'gRPC status UNAVAILABLE' });
    const early = await http2Server((stream) =>
      stream.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true }),
    );
    expect(await ask(early)).toEqual({
      outcome: 'failure',
      detail: 'gRPC status UNIMPLEMENTED (it has no health service)',
    });
  });
  it('is down when it is no gRPC server but some other of HTTP/2', async () => {
    const missing = await http2Server((stream) => stream.respond({ ':status': 404 }, { endStream: true }));
    expect(await ask(missing)).toEqual({ outcome: 'failure', detail: 'HTTP 404' });
    const page = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('<h1>Test Page</h1>');
    });
    expect(await ask(page)).toEqual({
      outcome: 'failure',
      detail: 'no gRPC: HTTP 200 without a grpc-status',
    });
  });
  it('is down when it speaks HTTP/1.1', async () => {
    const { port } = await httpServer(() => response('200 OK'));
    expect(await ask(port)).toMatchObject({ outcome: 'failure' });
  });
  it('is down when it closes the stream, or sends for ever', async () => {
    const closing = await http2Server((stream) => stream.close(8));
    expect(await ask(closing)).toMatchObject({ outcome: 'failure' });
    const endless = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      const fill = () => {
        while (!stream.destroyed && stream.write(Buffer.alloc(16_384)));
      };
      stream.on('drain', fill);
      fill();
    });
    expect(await ask(endless)).toMatchObject({ outcome: 'failure' });
  });
  it('is asked over TLS where it is grpcs', async () => {
    const port = await http2Server((stream) => answer(stream, health(1)), true);
    const secure = { scheme: 'grpcs', virtualhost: 'www.example.com' } as const;
    expect(await ask(port, secure)).toMatchObject({ outcome: 'success' });
    expect(await ask(port, { ...secure, verify: true, caFile: certFile })).toMatchObject({
      outcome: 'success',
    });
    expect(await ask(port, { ...secure, verify: true })).toMatchObject({ outcome: 'failure' });
    expect(await ask(port)).toMatchObject({ outcome: 'failure' });
  });
});
describeFaults('a gRPC server', (port, signal) => probeGrpc({ ...target, port }, signal));
