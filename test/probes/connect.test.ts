import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import type { ProbeResult } from '../../src/model/probe-result.ts';
import { ip } from '../../src/net/ip.ts';
import { probeConnect } from '../../src/probes/connect.ts';
import { judgeError } from '../../src/probes/talk/judge-error.ts';
import { isSelfConnected } from '../../src/probes/talk/socket.ts';
import { deadline } from './deadline.ts';
import { tcpServer } from './scripted-server.ts';

const check = (port: number, signal = deadline(1000)) =>
  probeConnect({ kind: 'connect', address: ip('127.0.0.1'), port }, signal);

it('a server that accepts is up, and is let go at once', async () => {
  const server = await tcpServer(() => {});
  expect(await check(server.port)).toEqual({ outcome: 'success', detail: 'connected' });
  await server.allClosed();
});

/** How the server sees the connection end. Once it is reset, the kernel knows no peer of it (tcp_reset, tcp_done). */
async function endOf(check: (port: number) => Promise<ProbeResult>) {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  expect((await check((server.address() as AddressInfo).port)).outcome).toBe('success');
  const [socket] = await accepted;
  const errors: (string | undefined)[] = [];
  socket.resume().on('error', ({ code }: NodeJS.ErrnoException) => errors.push(code));
  let peer: string | undefined;
  socket.on('end', () => {
    peer = socket.remoteAddress;
  });
  await once(socket, 'close').catch(() => {});
  server.close();
  return { errors, peer, bytes: socket.bytesRead };
}

it('a connection is reset, so that no port of this machine waits in TIME_WAIT', async () => {
  expect((await endOf(check)).errors).toEqual(['ECONNRESET']);
});

it('a connection with a PROXY header is closed, so that the header arrives', async () => {
  const signal = deadline(1000);
  const target = { kind: 'connect', address: ip('127.0.0.1'), proxyProtocol: 'v2' } as const;
  const end = await endOf((port) => probeConnect({ ...target, port }, signal));
  expect(end.errors).toEqual([]);
  // After a reset Node.js reads what had arrived, and then an end like any other.
  expect(end.peer).toBe('127.0.0.1');
  expect(end.bytes).toBeGreaterThanOrEqual(16);
});

it('a server that refuses is down', async () => {
  expect(await check(1)).toMatchObject({
    outcome: 'failure',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
});

it('no port to connect to is a failure that says what to set', async () => {
  expect(await check(0)).toEqual({
    outcome: 'failure',
    detail: 'no port to connect to: set checkport, or a port of the server',
  });
});

it('the end of the time is a failure, also before the connect has answered', async () => {
  const server = await tcpServer(() => {});
  const abort = new AbortController();
  const result = check(server.port, abort.signal);
  abort.abort();
  expect(await result).toEqual({ outcome: 'failure', detail: 'no answer to connect' });
});

it('a socket connected to itself is no server', async () => {
  const ends = { localPort: 40000, remotePort: 40000, localAddress: '::1', remoteAddress: '::1' };
  expect(isSelfConnected(ends as Socket, 40000)).toBe(true);
  const server = await tcpServer(() => {});
  const client = createConnection(server.port, '127.0.0.1');
  await new Promise((resolve) => client.once('connect', resolve));
  expect(isSelfConnected(client, server.port)).toBe(false);
  expect(isSelfConnected({ ...ends, remoteAddress: '::2' } as Socket, 40000)).toBe(false);
  client.destroy();
});

it.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EPERM', 'ENOBUFS', 'ENOMEM'])(
  '%s is a want of this machine: the check is not made',
  (code) => {
    const error = Object.assign(new Error('no'), { code });
    expect(judgeError(error, 'connect')).toEqual({ outcome: 'unmade', detail: `cannot connect: ${code} no` });
  },
);

it.each(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])(
  '%s is a failure of the server',
  (code) => {
    const error = Object.assign(new Error('no'), { code });
    expect(judgeError(error, 'connect').outcome).toBe('failure');
  },
);
