import { readFileSync } from 'node:fs';
import { createSecureContext, TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { probeConnect } from '../../src/probes/connect.ts';
import { probeHttp } from '../../src/probes/http/http.ts';
import { probePop } from '../../src/probes/pop.ts';
import { deadline } from './deadline.ts';
import { address, deadlineMs, dialogueServer, inTime } from './dialogues.ts';
import { certFile, keyFile, tcpServer } from './scripted-server.ts';

const soon = () => deadline(deadlineMs);
const line = /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ (\d+)\r\n/;
const v2 = '\r\n\r\n\0\r\nQUIT\n \0\0\0';

describe('a PROXY header goes before everything else', () => {
  it('in a connect check, which says nothing more', async () => {
    let said = '';
    const server = await tcpServer((socket) =>
      socket.on('data', (chunk) => (said += chunk.toString('latin1'))),
    );
    const target = { kind: 'connect', address, port: server.port, proxyProtocol: 'v1' } as const;
    expect(await probeConnect(target, soon())).toMatchObject({ outcome: 'success' });
    await server.allClosed();
    expect(line.exec(said)?.[1]).toBe(`${server.port}`);
    expect(said.replace(line, '')).toBe('');
  });

  it.each(['v1', 'v2'] as const)('in an HTTP check (%s)', async (proxyProtocol) => {
    let said = '';
    const server = await tcpServer((socket) =>
      socket.on('data', (chunk) => {
        said += chunk.toString('latin1');
        if (said.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      }),
    );
    const http = { kind: 'http', scheme: 'http', address, path: '/', method: 'GET', verify: false } as const;
    const target = { ...http, port: server.port, proxyProtocol };
    expect(await probeHttp(target, soon())).toMatchObject({ outcome: 'success' });
    expect(said.replace(proxyProtocol === 'v1' ? line : v2, '')).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
  });

  it('in a text check', async () => {
    const server = await dialogueServer({ greeting: '+OK', answers: { QUIT: '+OK' } });
    const target = {
      kind: 'pop',
      address,
      port: server.port,
      login: '',
      passwd: '',
      proxyProtocol: 'v1',
    } as const;
    expect(await inTime((signal) => probePop(target, signal), server)).toMatchObject({ outcome: 'success' });
    expect(server.heard()[0]).toMatch(/^PROXY TCP4 /);
  });

  it('over TLS: before the handshake, in the clear', async () => {
    const header = Buffer.from(v2, 'latin1');
    const secureContext = createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    const server = await tcpServer((socket) =>
      socket.once('readable', () => {
        if (!header.equals(socket.read(header.length) ?? Buffer.alloc(0))) {
          socket.destroy();
          return;
        }
        const secure = new TLSSocket(socket, { isServer: true, secureContext });
        secure.on('error', () => {});
        secure.write('+OK\r\n');
        secure.on('data', () => secure.end('+OK\r\n'));
      }),
    );
    const tls = { verify: true, caFile: certFile, host: 'www.example.com' };
    const target = { kind: 'pop', address, port: server.port, login: '', passwd: '', tls } as const;
    const check = (proxyProtocol: 'v1' | 'v2') => probePop({ ...target, proxyProtocol }, soon());
    expect(await check('v2')).toMatchObject({ outcome: 'success' });
    expect(await check('v1')).toMatchObject({ outcome: 'failure' });
    await server.allClosed();
  });
});

describe('behind a PROXY header and TLS, a server is down when', () => {
  const tls = { verify: false };
  const target = { kind: 'pop', address, login: '', passwd: '', tls, proxyProtocol: 'v2' } as const;
  it('it refuses', async () => {
    expect(await probePop({ ...target, port: 1 }, soon())).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
  it('it is silent, and it is let go', async () => {
    const server = await tcpServer(() => {});
    expect(await inTime((signal) => probePop({ ...target, port: server.port }, signal), server)).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to shake hands (TLS)',
    });
  });
});
