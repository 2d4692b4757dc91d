import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { createServer as createRawServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

let folder: string;
let path: string;
let server: Server | NetServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'));
  path = join(folder, 'c');
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function monitor(...argv: string[]) {
  const said = { stdout: '', stderr: '' };
  const status = await runCommandLine(['monitor', ...argv], {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
  });
  return { status, ...said };
}
const listening = (each: Server | NetServer, where: string | number) =>
  new Promise<void>((resolve) => each.listen(where as string, () => resolve()));

const body = {
  ...{ director: 'lvs1', phase: 'ready', live: { ok: true, reason: '' }, problems: [] },
  routers: [{ name: 'VI_1', phase: 'active', reason: 'r', lacks: [] }],
  services: [],
};
const asked: (string | undefined)[] = [];
function answering(status: number, said: unknown): Server {
  asked.length = 0;
  return createServer((incoming, outgoing) => {
    asked.push(incoming.url);
    outgoing.writeHead(status, { connection: 'close' }).end(JSON.stringify(said));
  });
}

describe('monitor', () => {
  it('asks the control socket, about one thing where it is told', async () => {
    server = answering(200, body);
    await listening(server, path);
    expect(await monitor('--socket', path, '--about', 'VI 1&x')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^LVS OK - VI_1 active\n/),
      stderr: '',
    });
    expect(asked).toEqual(['/monitor?about=VI%201%26x']);
  });

  it('asks a listener, for which no right is needed', async () => {
    server = answering(200, { ...body, live: { ok: false, reason: 'silent' } });
    await listening(server, 0);
    const { port } = server.address() as AddressInfo;
    expect(await monitor('--url', `http://localhost:${port}`)).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('LVS CRITICAL - silent'),
    });
  });

  it('does not know where nobody answers, or nothing is called so', async () => {
    expect(await monitor('--socket', path)).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/^LVS UNKNOWN - lvs-director is not running here: .*\n$/),
      stderr: '',
    });
    server = answering(404, { error: 'Cannot tell: expected x, got y' });
    await listening(server, path);
    expect(await monitor('--socket', path, '--about', 'y')).toMatchObject({
      status: 3,
      stdout: 'LVS UNKNOWN - Cannot tell: expected x, got y\n',
    });
  });

  it.each(['says nothing', 'says a little, again and again', 'says what is none'])(
    'does not wait longer than its time for one that %s',
    async (manner) => {
      server = createRawServer((socket) => {
        socket.on('error', () => {});
        if (manner === 'says what is none') socket.end('hello\r\n');
        if (manner !== 'says a little, again and again') return;
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const drip = setInterval(() => socket.write(' '), 20);
        socket.once('close', () => clearInterval(drip));
      });
      await listening(server, path);
      const { status, stdout } = await monitor('--socket', path, '--timeout', '0.3');
      expect(status).toBe(3);
      expect(stdout).toMatch(/^LVS UNKNOWN - .*(in 0\.3 s|expected an answer)/);
    },
  );

  it.each([
    [['--timeout', '0'], 'seconds up to 3600, got 0'],
    [['--timeout', 'x'], 'seconds'],
    [['--warning', '5:1'], 'a range (10, 10:, ~:10, 10:20, @10:20), got 5:1'],
    [['--critical', ''], 'a range'],
    [['--url', 'https://127.0.0.1:1'], 'a URL of the listener'],
    [['--url', 'x'], 'a URL of the listener'],
  ])('%j is UNKNOWN', async (argv, words) => {
    const { status, stdout } = await monitor(...argv);
    expect(status).toBe(3);
    expect(stdout).toContain(words);
    expect(stdout).toMatch(/^LVS UNKNOWN - /);
  });

  it('has no other status for a bad command line', async () => {
    expect((await monitor('--no-such')).status).toBe(3);
    expect((await monitor('extra')).status).toBe(3);
  });
});
