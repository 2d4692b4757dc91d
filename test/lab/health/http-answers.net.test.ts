// Over a family of odd HTTP answers: a check is down only where at most one of curl, LWP and HAProxy is up.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { probeHttp } from '../../../src/probes/http/http.ts';
import { type OddAnswer, oddAnswers } from '../../probes/http/answer-family.ts';
import { tcpServer } from '../../probes/scripted-server.ts';
import { askCurl, askHaproxy, askLwp, missingOf } from './http-clients.ts';

const serve = async ({ words, then }: OddAnswer): Promise<number> => {
  const server = await tcpServer((socket) => {
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      socket.write(words, 'latin1', () => {
        if (then === 'end') socket.end();
        // What was sent first must have been read: a reset takes it back.
        if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 50);
      });
    });
  });
  return server.port;
};

const check = (port: number) =>
  probeHttp(
    { kind: 'http', scheme: 'http', address: ip('127.0.0.1'), port, path: '/', method: 'GET', verify: false },
    AbortSignal.timeout(15_000),
  );

/** So many at once. */
async function inTurn<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const entries = all.entries();
  const worker = async () => {
    for (const [index, each] of entries) results[index] = await work(each);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}

describe('an HTTP check', () => {
  it('is down only where at most one of curl, LWP and HAProxy is up', async (context) => {
    const missing = await missingOf('curl', 'lwp-request', 'haproxy');
    if (missing !== undefined) context.skip(`${missing} is not installed`);
    const folder = mkdtempSync(join(tmpdir(), 'http-clients-'));
    try {
      const ports = await inTurn(oddAnswers, serve);
      const [curl, ours] = [await inTurn(ports, askCurl), await inTurn(ports, check)];
      const [lwp, haproxy] = [await askLwp(ports), await askHaproxy(folder, ports)];
      const wrong = oddAnswers.flatMap(({ name }, index) => {
        const port = ports[index] ?? 0;
        const ups = [curl[index], lwp.has(port), haproxy.has(port)];
        const result = ours[index];
        const isUp = result?.outcome === 'success';
        const count = ups.filter(Boolean).length;
        const line = `${name}: curl, LWP, HAProxy ${ups.map((up) => (up ? 'up' : 'down')).join(', ')}; ours ${isUp ? 'up' : 'down'} (${result?.detail})`;
        return !isUp && count > 1 ? [line] : [];
      });
      expect(oddAnswers.length).toBeGreaterThan(200);
      expect(wrong).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
