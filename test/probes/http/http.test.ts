import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpTarget } from '../../../src/model/checks/http.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { ip } from '../../../src/net/ip.ts';
import { probeHttp } from '../../../src/probes/http/http.ts';
import { bodyBytesMax } from '../../../src/probes/http/http-answer.ts';
import { promptly } from '../deadline.ts';
import { httpServer, response, type ScriptedServer, tcpServer } from '../scripted-server.ts';

const deadlineMs = 300;

const targetOf = (server: ScriptedServer): HttpTarget => ({
  kind: 'http',
  scheme: 'http',
  address: ip('127.0.0.1'),
  port: server.port,
  path: '/',
  method: 'GET',
  verify: false,
});

/** Checks the server, and that the check ended by its deadline and let go of its connections. */
async function check(server: ScriptedServer, changes: Partial<HttpTarget> = {}): Promise<ProbeResult> {
  const target = { ...targetOf(server), ...changes };
  const result = await promptly(deadlineMs, (signal) => probeHttp(target, signal));
  await server.allClosed();
  return result;
}

describe('an HTTP server is up when', () => {
  it('it answers 2xx', async () => {
    expect(await check(await httpServer(() => response('204 No Content')))).toEqual({
      outcome: 'success',
      detail: 'HTTP 204',
    });
  });
  it('receive matches somewhere in the body, as a regular expression', async () => {
    const server = await httpServer(() => response('200 OK', '<h1>Test Page 42</h1>'));
    expect(await check(server, { receive: 'Page \\d+<' })).toMatchObject({ outcome: 'success' });
    expect(await check(server, { receive: 'Test Page' })).toMatchObject({ outcome: 'success' });
  });
  it('the body comes in pieces', async () => {
    const server = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nTest\r\n');
      setTimeout(() => socket.end('5\r\n Page\r\n0\r\n\r\n'), 20);
    });
    expect(await check(server, { receive: 'Test Page' })).toMatchObject({ outcome: 'success' });
  });
  it('the body never ends, but its first 256 KiB match', async () => {
    const server = await tcpServer((socket) => endless(socket, 'Test Page '));
    expect(await check(server, { receive: 'Test Page' })).toMatchObject({ outcome: 'success' });
  });
});

describe('of an answer without an end', () => {
  const streaming = (...words: readonly string[]) =>
    tcpServer(async (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n');
      for (const word of words) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        socket.write(word);
      }
    });
  it('the status decides, where nothing is wanted of the body', async () => {
    expect(await check(await streaming('data: 1\n\n'))).toEqual({ outcome: 'success', detail: 'HTTP 200' });
  });
  it('the body is matched as it comes', async () => {
    const server = await streaming('data: warming up\n\n', 'data: ready, and has been for a long while\n\n');
    const { outcome } = await promptly(60_000, (signal) =>
      probeHttp({ ...targetOf(server), receive: 'ready' }, signal),
    );
    expect(outcome).toBe('success');
  });
  it.each(['ready$', '(?<=data: )ready', 'ready'])(
    '%s is judged by what has come at the deadline',
    async (receive) => {
      const judge = (server: ScriptedServer, ms: number) =>
        promptly(ms, (signal) => probeHttp({ ...targetOf(server), receive }, signal));
      // Look-around has a thread of its own, which begins with the first that needs it.
      await judge(await httpServer(() => response('200 OK', 'warming up')), 60_000);
      const servers = [await streaming('data: ready'), await streaming('data: down')];
      // Long enough for a busy machine to read a line.
      expect(await Promise.all(servers.map((server) => judge(server, 2000)))).toEqual([
        { outcome: 'success', detail: 'HTTP 200, receive matches' },
        { outcome: 'failure', detail: 'HTTP 200, receive does not match the body (10 bytes)' },
      ]);
      for (const server of servers) await server.allClosed();
    },
  );
});

describe('an HTTP server is down when', () => {
  it.each(['404 Not Found', '500 Oops', '304 Not Modified'])('it answers %s', async (status) => {
    const server = await httpServer(() => response(status));
    expect(await check(server)).toEqual({ outcome: 'failure', detail: `HTTP ${status.slice(0, 3)}` });
  });
  it('receive does not match, also for case alone', async () => {
    const server = await httpServer(() => response('200 OK', 'Test Page'));
    expect(await check(server, { receive: 'test page' })).toEqual({
      outcome: 'failure',
      detail: 'HTTP 200, receive does not match the body (9 bytes)',
    });
  });
  it('receive is asked of a HEAD, which has no body', async () => {
    const server = await httpServer(() => 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
    expect(await check(server, { method: 'HEAD', receive: 'x' })).toMatchObject({ outcome: 'failure' });
    expect(await check(server, { method: 'HEAD' })).toMatchObject({ outcome: 'success' });
  });
  it('it refuses', async () => {
    const server = await tcpServer(() => {});
    expect(await check({ ...server, port: 1 })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
  it('it accepts and stays silent', async () => {
    expect(await check(await tcpServer(() => {}))).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to GET /',
    });
  });
  it('it stops in the middle of the body', async () => {
    const server = await tcpServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest'),
    );
    expect(await check(server, { receive: 'Page' })).toEqual({
      outcome: 'failure',
      detail: 'HTTP 200, receive does not match the body (4 bytes)',
    });
    expect(await check(server, { digest: '0'.repeat(32) })).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to read the body',
    });
  });
  it('it closes in the middle of the body', async () => {
    const server = await tcpServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest'),
    );
    expect(await check(server, { receive: 'Page' })).toMatchObject({ outcome: 'failure' });
  });
  it('it answers garbage', async () => {
    const server = await tcpServer((socket) => socket.end('\x00\xffSSH-2.0-OpenSSH\r\n\r\n'));
    expect(await check(server)).toMatchObject({ outcome: 'failure' });
  });
  it('it resets the connection', async () => {
    const server = await tcpServer((socket) => socket.on('data', () => socket.resetAndDestroy()));
    expect(await check(server)).toMatchObject({ outcome: 'failure' });
  });
  it('it drips a byte at a time', async () => {
    const server = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await check(server, { receive: 'Test' })).toMatchObject({ outcome: 'failure' });
  });
  it('it drips header lines without end', async () => {
    const server = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('X-Drip: x\r\n'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await check(server)).toMatchObject({ outcome: 'failure' });
  });
  it('its head is larger than 256 KiB', async () => {
    const server = await httpServer(() => response('200 OK', '', [`X-Long: ${'x'.repeat(300_000)}`]));
    expect(await check(server)).toMatchObject({ outcome: 'failure' });
  });
  it('the match comes only after the first 256 KiB', async () => {
    const server = await httpServer(() => response('200 OK', `${'x'.repeat(bodyBytesMax)}Test Page`));
    expect(await check(server, { receive: 'Test Page' })).toEqual({
      outcome: 'failure',
      detail: `HTTP 200, receive does not match the body (${bodyBytesMax} bytes)`,
    });
  });
  it('receive takes for ever to match', async () => {
    const server = await httpServer(() => response('200 OK', 'x'.repeat(50)));
    expect(await check(server, { receive: '^(x+x+)+y' })).toMatchObject({ outcome: 'failure' });
  });
});

describe('the request', () => {
  const headOf = async (changes: Partial<HttpTarget>) => {
    let seen = '';
    const server = await httpServer((head) => {
      seen = head;
      return response('200 OK');
    });
    await check(server, changes);
    return seen;
  };
  it('names virtualhost as its Host, or the address without a port', async () => {
    expect(await headOf({ virtualhost: 'www.example.com' })).toMatch(/^host: www\.example\.com\r$/im);
    expect(await headOf({})).toMatch(/^host: 127\.0\.0\.1\r$/im);
  });
  it('encodes a blank in the path, and what is not ASCII', async () => {
    expect(await headOf({ path: '/a b/ü?q=1' })).toMatch(/^GET \/a%20b\/%C3%BC\?q=1 HTTP\/1\.1\r\n/);
  });
  it('asks with HEAD where told', async () => {
    expect(await headOf({ method: 'HEAD' })).toMatch(/^HEAD \/ /);
  });
  it('asks for the connection to be closed, and comes on a fresh one each time', async () => {
    const server = await httpServer(() => response('200 OK'));
    await check(server);
    await check(server);
    expect(server.accepted()).toBe(2);
    expect(await headOf({})).toMatch(/^connection: close\r$/im);
  });
});

describe('a redirect', () => {
  const redirecting = (location: string): Promise<ScriptedServer> =>
    httpServer((head) =>
      head.startsWith('GET /there ')
        ? response('200 OK', `host ${/host: (.*)\r/i.exec(head)?.[1]}`)
        : response('302 Found', '', [`Location: ${location}`]),
    );
  it('within the server is followed, by path and by the name that was asked for', async () => {
    expect(await check(await redirecting('/there'))).toMatchObject({ outcome: 'success' });
    const named = await redirecting('http://www.example.com/there');
    expect(await check(named, { virtualhost: 'www.example.com', receive: '^host www' })).toMatchObject({
      outcome: 'success',
    });
  });
  it('to another host is a failure that names it, and nobody is asked there', async () => {
    const elsewhere = await httpServer(() => response('200 OK'));
    const server = await redirecting(`http://localhost:${elsewhere.port}/there`);
    expect(await check(server)).toEqual({
      outcome: 'failure',
      detail: `HTTP 302 leads away from the server, to http://localhost:${elsewhere.port}/there`,
    });
    expect(elsewhere.accepted()).toBe(0);
  });
  it('in a circle ends after 7', async () => {
    const server = await redirecting('/again');
    expect(await check(server)).toEqual({ outcome: 'failure', detail: 'more than 7 redirects' });
    expect(server.accepted()).toBe(8);
  });
  it('that names no place is a failure', async () => {
    expect(await check(await httpServer(() => response('302 Found')))).toMatchObject({ detail: 'HTTP 302' });
  });
});

it('costs bounded memory: of an endless body little more than the bound is taken', async () => {
  let written = 0;
  const server = await tcpServer((socket) => {
    endless(socket, 'x'.repeat(1000));
    socket.on('close', () => {
      written = socket.bytesWritten;
    });
  });
  expect(await check(server)).toMatchObject({ outcome: 'success' });
  expect(written).toBeLessThan(16 * 1024 * 1024); // the rest sits in the kernel's buffers
});

/** Sends a header and then as much of a body as the client will take. */
function endless(socket: Socket, text: string): void {
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  const chunk = text.repeat(Math.ceil(16_384 / text.length));
  const fill = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', fill);
  fill();
}
