// The connection of an HTTP/1.1 check, from its request to its end: one for each question, whatever becomes of it,
// and nothing is left behind.
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpTarget } from '../../../src/model/checks/http.ts';
import { ip } from '../../../src/net/ip.ts';
import { probeHttp } from '../../../src/probes/http/http.ts';
import { bodyBytesMax } from '../../../src/probes/http/http-answer.ts';
import { deadline } from '../deadline.ts';
import { checkOf } from '../faulty-server.ts';
import { httpServer, response, type ScriptedServer, tcpServer } from '../scripted-server.ts';

const target = {
  kind: 'http',
  scheme: 'http',
  address: ip('127.0.0.1'),
  path: '/',
  method: 'GET',
  verify: false,
} as const;

/** Also sees that the check let go of its connection. */
const check = (server: ScriptedServer, changes: Partial<HttpTarget> = {}, limitMs = 2000) =>
  checkOf(server, (signal) => probeHttp({ ...target, port: server.port, ...changes }, signal), limitMs);

/** Says this when it is spoken to. */
const saying = (...words: readonly string[]): Promise<ScriptedServer> =>
  tcpServer((socket) => socket.once('data', () => say(socket, words)));

/** One word after the other, each in a packet of its own; the connection stays open. */
function say(socket: Socket, [word, ...rest]: readonly string[]): void {
  if (word === undefined) return;
  socket.write(word, 'latin1');
  setTimeout(() => say(socket, rest), 5);
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('an answer is whole', () => {
  it.each<readonly [string, readonly string[]]>([
    ['by its length', ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n', 'Te', 'st']],
    ['by its last chunk', [chunked, '4\r\nTe', 'st\r\n0\r\n\r\n']],
    ['after trailers', [chunked, '4\r\nTest\r\n0\r\n', 'X-Sum: 1\r\n\r\n']],
    ['with a head in pieces', ['HTTP/1.', '1 200 O', 'K\r\nContent-Le', 'ngth: 4\r', '\n\r\nTest']],
    [
      'after interim answers',
      ['HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', response('200 OK', 'Test', ['X-Weight: 7'])],
    ],
  ])('%s, and the check ends there', async (_, words) => {
    expect(await check(await saying(...words), { receive: '^Test$' })).toMatchObject({ outcome: 'success' });
  });
  it('by the end of the connection, where nothing else tells', async () => {
    const server = await tcpServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nTest')),
    );
    expect(await check(server, { receive: '^Test$' })).toMatchObject({ outcome: 'success' });
  });
  it('by its head, where there is no body: 204, or HEAD', async () => {
    expect(await check(await saying('HTTP/1.1 204 No Content\r\n\r\n'))).toMatchObject({
      detail: 'HTTP 204',
    });
    const answer = await saying('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n');
    expect(await check(answer, { method: 'HEAD' })).toMatchObject({ detail: 'HTTP 200' });
  });
});

describe('of an answer that is not whole', () => {
  const ending = (words: string, end: (socket: Socket) => void) =>
    tcpServer((socket) => socket.once('data', () => socket.write(words, 'latin1', () => end(socket))));
  const ends = [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()];
  it.each<readonly [string, string]>([
    ['its body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest'],
    ['a chunk', `${chunked}9\r\nTest`],
    ['its chunks', `${chunked}4\r\nTest\r\n`],
    ['its trailers', `${chunked}4\r\nTest\r\n0\r\nX-Sum`],
  ])('what came counts, where %s ends with the connection; and it is not asked again', async (_, words) => {
    for (const receive of ['Test', 'Tests']) {
      const server = await ending(words, (socket) => socket.end());
      expect(await check(server, { receive })).toMatchObject({
        outcome: receive === 'Test' ? 'success' : 'failure',
      });
      expect(server.accepted()).toBe(1);
    }
  });
  it('nothing counts, where not even its status line is there', async () => {
    for (const end of ends) {
      const server = await ending('HTTP/1.1 20', end);
      expect(await check(server, {})).toMatchObject({
        outcome: 'failure',
        detail: expect.stringMatching(/^cannot GET/), // and not at the deadline
      });
    }
  });
});

describe('the check', () => {
  it('waits for the answer itself after an interim one', async () => {
    expect(await check(await saying('HTTP/1.1 103 Early Hints\r\n\r\n'), {}, 300)).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to GET /',
    });
  });
  it('ends with the head, where that leads away', async () => {
    const head = 'HTTP/1.1 302 Found\r\nLocation: http://www.example.org/\r\nContent-Length: 9\r\n\r\n';
    expect(await check(await saying(head))).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('leads away'),
    });
  });
  it('ends with the first byte beyond what it looks at', async () => {
    const server = await saying('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(bodyBytesMax), 'x');
    expect(await check(server, { receive: 'x' })).toMatchObject({ outcome: 'success' });
  });
  it('ends in time wherever it is when its time is over', async () => {
    const words = ['HTTP/1.1 ', '200 OK\r\n', 'Content-Length: 4\r\n', '\r\n', 'T', 'e', 's', 't'];
    for (let limitMs = 0; limitMs < 60; limitMs += 3) {
      const result = await check(await saying(...words), {}, limitMs);
      expect(result.outcome === 'success' ? 'HTTP 200' : 'no answer in time').toBe(
        result.detail.slice(0, result.outcome === 'success' ? undefined : 17),
      );
    }
  });
  it('leaves neither a socket nor a timer behind', async () => {
    const server = await httpServer(() => response('200 OK', 'Test'));
    const ours = () =>
      process.getActiveResourcesInfo().filter((kind) => /TCPSocketWrap|Timeout/.test(kind)).length;
    const before = ours();
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count++) {
      expect(await probeHttp({ ...target, port: server.port }, signal)).toMatchObject({ outcome: 'success' });
    }
    await server.allClosed();
    await new Promise(setImmediate);
    expect(ours()).toBeLessThanOrEqual(before);
  });
});

describe('what is asked', () => {
  const heard = async (targets: (port: number) => readonly HttpTarget[]) => {
    const heads: string[] = [];
    const server = await httpServer((head) => {
      heads.push(head);
      return head.startsWith('GET /old') ? response('302 Found', '', ['Location: /new']) : response('200 OK');
    });
    for (const each of targets(server.port)) await probeHttp(each, deadline(2000));
    return heads.map((head) => `${/ (\S+) /.exec(head)?.[1]} ${/^host: (.*)\r$/im.exec(head)?.[1]}`);
  };
  it('is the same at the next check of the target, wherever a redirect led the last one', async () => {
    const asked = await heard((port) => {
      const same: HttpTarget = { ...target, port, path: '/old', virtualhost: 'www' };
      return [same, same];
    });
    expect(asked).toEqual(['/old www', '/new www', '/old www', '/new www']);
  });
  it("is asked in each server's own name, also where servers share the questions", async () => {
    const further = [{ path: '/b', method: 'GET' }] as const;
    const asked = await heard((port) =>
      ['one', 'two'].map(
        (virtualhost): HttpTarget => ({ ...target, port, path: '/a', virtualhost, further }),
      ),
    );
    expect(asked).toEqual(['/a one', '/b one', '/a two', '/b two']);
  });
});
