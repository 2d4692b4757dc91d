import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HttpTarget } from '../../../src/model/checks/http.ts';
import { ip } from '../../../src/net/ip.ts';
import { probeHttp } from '../../../src/probes/http/http.ts';
import { serverNameOf } from '../../../src/probes/talk/socket.ts';
import { deadline } from '../deadline.ts';
import { certFile, httpServer, httpsServer, response, tcpServer, tlsServer } from '../scripted-server.ts';

const check = (port: number, changes: Partial<HttpTarget> = {}) =>
  probeHttp(
    {
      kind: 'http',
      scheme: 'https',
      address: ip('127.0.0.1'),
      port,
      path: '/',
      method: 'GET',
      verify: false,
      ...changes,
    },
    deadline(500),
  );

describe('a request that undici refuses', () => {
  it('is sent by nobody, also over TLS', async () => {
    let heard = '';
    const server = await tlsServer((socket) =>
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
      }),
    );
    const result = await check(server.port, { headers: [['X-Odd', 'a\r\nX-More: b']] });
    expect(result.outcome).toBe('unmade');
    expect(heard).toBe('');
  });
});

describe('the certificate', () => {
  const server = () => httpsServer(() => response('200 OK'));
  it('does not matter without verify', async () => {
    expect(await check((await server()).port)).toMatchObject({ outcome: 'success' });
  });
  it('must chain to a trusted authority with verify', async () => {
    expect(
      await check((await server()).port, { verify: true, virtualhost: 'www.example.com' }),
    ).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    });
  });
  it('may chain to an authority of caFile', async () => {
    const trusted = { verify: true, caFile: certFile, virtualhost: 'www.example.com' };
    expect(await check((await server()).port, trusted)).toMatchObject({ outcome: 'success' });
  });
  it('must name the virtualhost with verify, or the address where there is none', async () => {
    const { port } = await server();
    const trusted = { verify: true, caFile: certFile };
    expect(await check(port, { ...trusted, virtualhost: 'www.example.org' })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    expect(await check(port, trusted)).toMatchObject({ outcome: 'success' });
  });
  it('cannot be judged with a caFile that cannot be read: the check is not made', async () => {
    const { port } = await server();
    expect(await check(port, { verify: true, caFile: '/nonexistent.pem' })).toMatchObject({
      outcome: 'unmade',
    });
    const broken = join(tmpdir(), `broken-${process.pid}.pem`);
    writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const judged = await check(port, { verify: true, caFile: broken });
    rmSync(broken);
    expect(judged).toMatchObject({ outcome: 'unmade' });
  });
});

describe('the server name (SNI)', () => {
  const seen = async (changes: Partial<HttpTarget>) => {
    let name: unknown;
    let host = '';
    const server = await httpsServer((head, socket) => {
      name = 'servername' in socket ? socket.servername : undefined;
      host = /host: (.*)\r/i.exec(head)?.[1] ?? '';
      return response('200 OK');
    });
    expect(await check(server.port, changes)).toMatchObject({ outcome: 'success' });
    return { name, host };
  };
  it('is sni before virtualhost, which stays the Host', async () => {
    expect(await seen({ virtualhost: 'www.example.com', sni: 'a.example.com' })).toEqual({
      name: 'a.example.com',
      host: 'www.example.com',
    });
  });
  it('is virtualhost, without its port', async () => {
    expect(await seen({ virtualhost: 'www.example.com:8443' })).toMatchObject({ name: 'www.example.com' });
  });
  it('is not sent where only an address is known', async () => {
    expect(await seen({})).toMatchObject({ name: false });
    expect(serverNameOf('[fd09::2]:443')).toBeUndefined();
    expect(serverNameOf('fd09::2')).toBeUndefined();
  });
});

describe('an HTTPS server is down when', () => {
  it('it stays silent in the handshake', async () => {
    const server = await tcpServer(() => {});
    expect(await check(server.port)).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to shake hands (TLS)',
    });
    await server.allClosed();
  });
  it('it speaks no TLS', async () => {
    const server = await httpServer(() => response('200 OK'));
    expect(await check(server.port)).toMatchObject({ outcome: 'failure' });
  });
  it('it closes in the handshake', async () => {
    const server = await tcpServer((socket) => socket.on('data', () => socket.end()));
    expect(await check(server.port)).toMatchObject({ outcome: 'failure' });
  });
});

it('a redirect from http to https of the same name goes to the same server, with that name', async () => {
  let name: unknown;
  const secure = await httpsServer((_, socket) => {
    name = 'servername' in socket ? socket.servername : undefined;
    return response('200 OK', 'safe');
  });
  const plain = await httpServer(() =>
    response('301 Moved', '', [`Location: https://www.example.com:${secure.port}/`]),
  );
  expect(
    await check(plain.port, { scheme: 'http', virtualhost: 'www.example.com', receive: 'safe' }),
  ).toMatchObject({ outcome: 'success' });
  expect(name).toBe('www.example.com');
});
