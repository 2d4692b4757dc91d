import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseJsonTest } from '../../../src/config/values/json-test.ts';
import type { HttpTarget } from '../../../src/model/checks/http.ts';
import { ip } from '../../../src/net/ip.ts';
import { probeHttp } from '../../../src/probes/http/http.ts';
import { bodyBytesMax } from '../../../src/probes/http/http-answer.ts';
import { checkOf, sendForEver } from '../faulty-server.ts';
import { certFile, httpServer, httpsServer, response, tcpServer } from '../scripted-server.ts';
import { http2Server } from './http2-server.ts';

const target: HttpTarget = {
  kind: 'http',
  scheme: 'http',
  address: ip('127.0.0.1'),
  port: 0,
  path: '/',
  method: 'GET',
  verify: false,
};
const none = { allClosed: () => Promise.resolve() };
const ask = (port: number, changes: Partial<HttpTarget> = {}, limitMs = 500) =>
  checkOf(none, (signal) => probeHttp({ ...target, port, ...changes }, signal), limitMs);

/** What a server hears of one check. */
async function heardOf(changes: Partial<HttpTarget>): Promise<string> {
  let heard = '';
  const server = await tcpServer((socket) =>
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      setTimeout(() => socket.end(response('200 OK')), 20);
    }),
  );
  await ask(server.port, changes);
  return heard;
}

describe('status', () => {
  const answering = (status: string, headers: readonly string[] = []) =>
    httpServer((head) => (head.startsWith('GET /else') ? response('200 OK') : response(status, '', headers)));
  it.each([
    ['401 Unauthorized', 'success'],
    ['200 OK', 'success'],
    ['299 Odd', 'success'],
    ['300 Choices', 'failure'],
    ['402 Pay', 'failure'],
  ])('200-299,401 and an answer of %s: %s', async (status, outcome) => {
    const wanted = [
      [200, 299],
      [401, 401],
    ] as const;
    expect(await ask((await answering(status)).port, { status: wanted })).toMatchObject({ outcome });
  });
  it('that names a redirect takes the redirect itself for the answer', async () => {
    const server = await answering('302 Found', ['Location: http://www.example.org/']);
    expect(await ask(server.port, { status: [[302, 302]] })).toEqual({
      outcome: 'success',
      detail: 'HTTP 302',
    });
    expect(server.accepted()).toBe(1);
  });
  it('that leaves out 2xx makes of them a failure', async () => {
    const server = await answering('200 OK');
    expect(await ask(server.port, { status: [[401, 401]] })).toMatchObject({ outcome: 'failure' });
  });
});

describe('the request', () => {
  it('has the headers that are configured, in place of our own', async () => {
    const heard = await heardOf({
      headers: [
        ['X-Probe', '1'],
        ['User-Agent', 'KeepAliveClient'],
      ],
    });
    expect(heard).toMatch(/^x-probe: 1\r$/im);
    expect(heard).toMatch(/^user-agent: KeepAliveClient\r$/im);
    expect(heard.match(/user-agent/gi)).toHaveLength(1);
  });
  it('has the login as basic authentication', async () => {
    const heard = await heardOf({ login: { user: 'Aladdin', password: 'open sesame' } });
    expect(heard).toMatch(/^authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r$/im); // RFC 7617 §2
    expect(await heardOf({})).not.toMatch(/authorization/i);
  });
  it('has method and body', async () => {
    const heard = await heardOf({ method: 'POST', body: '{"a":"ü"}' });
    expect(heard).toMatch(/^POST \/ HTTP\/1.1\r\n/);
    expect(heard).toMatch(/^content-length: 10\r$/im);
    expect(heard.endsWith(Buffer.from('{"a":"ü"}').toString('latin1'))).toBe(true);
  });
});

describe('json and digest', () => {
  const json = parseJsonTest('$.status == "ok"') ?? expect.fail();
  it('json must hold of the body', async () => {
    const good = await httpServer(() => response('200 OK', '{"status":"ok"}'));
    expect(await ask(good.port, { json })).toEqual({ outcome: 'success', detail: 'HTTP 200' });
    const bad = await httpServer(() => response('200 OK', '{"status":"down"}'));
    expect(await ask(bad.port, { json })).toEqual({
      outcome: 'failure',
      detail: 'HTTP 200, $.status == "ok" does not hold: it is "down"',
    });
  });
  it('json is not judged of a body that is not read to its end', async () => {
    const long = JSON.stringify({ status: 'ok', rest: 'x'.repeat(bodyBytesMax) });
    const server = await httpServer(() => response('200 OK', long));
    expect(await ask(server.port, { json })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('the body is too long'),
    });
  });
  it('digest is the MD5 of the whole body, also beyond what is kept of it', async () => {
    const body = 'Test Page\n'.repeat(60_000);
    const digest = createHash('md5').update(body).digest('hex');
    const server = await httpServer(() => response('200 OK', body));
    expect(await ask(server.port, { digest }, 2000)).toMatchObject({ outcome: 'success' });
    expect(await ask(server.port, { digest: 'd41d8cd98f00b204e9800998ecf8427e' }, 2000)).toEqual({
      outcome: 'failure',
      detail: `HTTP 200, digest is ${digest}`,
    });
  });
  it('digest of a body without end is a failure', async () => {
    const server = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      sendForEver(socket, Buffer.alloc(65_536));
    });
    const result = await ask(server.port, { digest: '0'.repeat(32) }, 3000);
    expect(result).toMatchObject({ outcome: 'failure' });
  });
});

describe('several URLs', () => {
  const server = () =>
    httpServer((head) => {
      if (head.startsWith('GET /a ')) return response('200 OK', 'A');
      if (head.startsWith('GET /b ')) return response('401 Unauthorized', 'B');
      return response('503 Oops');
    });
  const question = (path: string, changes: object = {}) => ({ path, method: 'GET', ...changes });
  it('must all be right, each by its own measure', async () => {
    const { port, accepted } = await server();
    const further = [question('/b', { status: [[401, 401]], receive: 'B' })];
    expect(await ask(port, { path: '/a', further })).toEqual({
      outcome: 'success',
      detail: 'HTTP 401, receive matches (the last of 2)',
    });
    expect(accepted()).toBe(2);
  });
  it('end at the first that is wrong, which is named', async () => {
    const { port, accepted } = await server();
    const further = [question('/broken'), question('/b')];
    expect(await ask(port, { path: '/a', further })).toEqual({
      outcome: 'failure',
      detail: '/broken: HTTP 503',
    });
    expect(accepted()).toBe(2);
  });
  it('share one deadline', async () => {
    const slow = await tcpServer((socket) =>
      socket.on('data', () => void setTimeout(() => socket.end(response('200 OK')), 150)),
    );
    const further = [question('/2'), question('/3'), question('/4'), question('/5')];
    expect(await ask(slow.port, { further }, 400)).toEqual({
      outcome: 'failure',
      detail: expect.stringMatching(/^no answer in time/),
    });
  });
});

describe('a redirect', () => {
  it('turns POST into GET without its body, unless 307 or 308 asks for the same again', async () => {
    for (const [status, second] of [
      ['303 See Other', 'GET'],
      ['302 Found', 'GET'],
      ['307 Temporary', 'POST'],
      ['308 Permanent', 'POST'],
    ] as const) {
      const methods: string[] = [];
      const server = await tcpServer((socket) =>
        socket.once('data', (chunk) => {
          methods.push(chunk.toString('latin1').split(' ')[0] ?? '');
          socket.end(methods.length === 1 ? response(status, '', ['Location: /there']) : response('200 OK'));
        }),
      );
      expect(await ask(server.port, { method: 'POST', body: 'x' })).toMatchObject({ outcome: 'success' });
      expect(methods).toEqual(['POST', second]);
    }
  });
  it('from TLS to clear text takes no credentials along', async () => {
    let heard = '';
    const plain = await httpServer((head) => {
      heard = head;
      return response('200 OK');
    });
    const location = `Location: http://127.0.0.1:${plain.port}/`;
    const secure = await httpsServer(() => response('302 Found', '', [location]));
    const login = { user: 'a', password: 'b' };
    const headers = [['Authorization', 'Bearer x']] as const;
    const result = await ask(secure.port, { scheme: 'https', login, headers });
    expect(result).toMatchObject({ outcome: 'success' });
    expect(heard).not.toMatch(/authorization/i);
  });
});

describe('a weight in a header', () => {
  const weighing = async (value: string, status = '200 OK') => {
    const server = await httpServer(() => response(status, '', [`X-Weight: ${value}`]));
    return ask(server.port, { weightHeader: 'x-weight' });
  };
  it.each([
    ['50', 50],
    ['50%', 50],
    ['0', 0],
    ['100 %', 100],
  ])('%s is %i percent', async (value, weightPercent) => {
    expect(await weighing(value)).toEqual({ outcome: 'success', detail: 'HTTP 200', weightPercent });
  });
  it.each(['101', '-1', '5e1', 'half', ''])('%j is none, and the reason says so', async (value) => {
    const result = await weighing(value);
    expect(result).not.toHaveProperty('weightPercent');
    expect(result.detail).toBe(`HTTP 200; x-weight is no percentage: ${value}`);
  });
  it('is not taken from a server that is down, nor from one that says nothing of it', async () => {
    expect(await weighing('50', '503 Oops')).toEqual({ outcome: 'failure', detail: 'HTTP 503' });
    const server = await httpServer(() => response('200 OK'));
    expect(await ask(server.port, { weightHeader: 'X-Weight' })).toEqual({
      outcome: 'success',
      detail: 'HTTP 200',
    });
  });
});

describe('a certificate', () => {
  const server = () => httpsServer(() => response('200 OK'));
  it('that ends within the days is told of, verified or not', async () => {
    const certificate = {
      subject: 'www.example.com',
      expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      daysLeft: expect.any(Number),
      endsSoon: true,
    };
    const { port } = await server();
    const soon = { scheme: 'https', expiryDays: 100_000 } as const;
    expect(await ask(port, soon)).toEqual({ outcome: 'success', detail: 'HTTP 200', certificate });
    expect(await ask(port, { ...soon, verify: true, caFile: certFile })).toMatchObject({ certificate });
    expect(await ask(port, { ...soon, receive: 'x' })).toMatchObject({ outcome: 'failure', certificate });
  });
  it('that ends later is known, and does not end soon; without the wish none does', async () => {
    const { port } = await server();
    for (const options of [{ scheme: 'https', expiryDays: 1 }, { scheme: 'https' }] as const)
      expect(await ask(port, options)).toMatchObject({ certificate: { endsSoon: false } });
  });
});

describe('HTTP/2', () => {
  const second = { version: '2', virtualhost: 'www.example.com' } as const;
  it('asks the same, in clear and over TLS', async () => {
    for (const scheme of ['http', 'https'] as const) {
      let asked: unknown;
      const port = await http2Server((stream, headers, body) => {
        asked = { ...headers, body: body.toString() };
        stream.respond({ ':status': 200, 'x-weight': '70' });
        stream.end('Test Page');
      }, scheme === 'https');
      const headers = [['X-A', '1']] as const;
      const question = { path: '/a b', method: 'POST', body: 'x', receive: 'Test', headers };
      const login = { user: 'a', password: 'b' };
      expect(
        await ask(port, { ...second, scheme, ...question, login, weightHeader: 'X-Weight' }),
      ).toMatchObject({
        outcome: 'success',
        detail: 'HTTP 200, receive matches',
        weightPercent: 70,
      });
      expect(asked).toMatchObject({
        ':method': 'POST',
        ':path': '/a%20b',
        ':authority': 'www.example.com',
        ':scheme': scheme,
        authorization: 'Basic YTpi',
        'x-a': '1',
        body: 'x',
      });
    }
  });
  it('is judged the same', async () => {
    const port = await http2Server((stream) => stream.respond({ ':status': 503 }, { endStream: true }));
    expect(await ask(port, second)).toEqual({ outcome: 'failure', detail: 'HTTP 503' });
  });
  it('follows redirects on the server', async () => {
    const port = await http2Server((stream, headers) => {
      const there = headers[':path'] === '/there';
      stream.respond({ ':status': there ? 200 : 302, location: '/there' }, { endStream: true });
    });
    expect(await ask(port, second)).toMatchObject({ outcome: 'success' });
  });
  it('takes of an endless body no more than it looks at', async () => {
    const port = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      const fill = () => {
        while (!stream.destroyed && stream.write(Buffer.alloc(16_384, 'x')));
      };
      stream.on('drain', fill);
      fill();
    });
    expect(await ask(port, { ...second, receive: 'x$' }, 2000)).toMatchObject({ outcome: 'success' });
  });
  it('is a failure where the server knows only HTTP/1.1', async () => {
    const secure = await httpsServer(() => response('200 OK'));
    expect(await ask(secure.port, { ...second, scheme: 'https' })).toMatchObject({
      outcome: 'failure',
      detail: 'cannot GET /: the server did not agree to HTTP/2 (ALPN)',
    });
    const plain = await httpServer(() => response('200 OK'));
    expect(await ask(plain.port, second)).toMatchObject({ outcome: 'failure' });
  });
  it('is a failure where the server is silent, closes or says noise', async () => {
    const silent = await tcpServer(() => {});
    expect(await ask(silent.port, second)).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to GET /',
    });
    await silent.allClosed();
    const closing = await tcpServer((socket) => socket.end());
    expect(await ask(closing.port, second)).toMatchObject({ outcome: 'failure' });
    const noisy = await tcpServer((socket) => sendForEver(socket, Buffer.alloc(16_384, 'A')));
    expect(await ask(noisy.port, second)).toMatchObject({ outcome: 'failure' });
    await noisy.allClosed();
  });
});
