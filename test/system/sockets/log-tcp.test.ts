// Lines over a real connection: framed, in order, and what becomes of them when the reader hangs up, refuses or dies.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { openLogTcp } from '../../../src/system/sockets/log-tcp.ts';

let server: Server;
let text: string;
let sockets: Socket[];
const portOf = () => (server.address() as AddressInfo).port;

beforeEach(async () => {
  [text, sockets] = ['', []];
  server = createServer((socket) => {
    sockets.push(socket);
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        text += bytes.toString();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

const lines = (...texts: readonly string[]) => texts.map((each) => Buffer.from(each));

describe('lines over TCP', () => {
  it('have their length in bytes before them (RFC 6587 §3.4.1)', async () => {
    const transport = openLogTcp(ip('127.0.0.1'), portOf());
    expect(await transport.send(lines('one', 'zwö', 'a\nb'))).toBe(3);
    await expect.poll(() => text).toBe('3 one4 zwö3 a\nb');
    transport.close();
  });

  it('go over another connection once the reader has closed the first', async () => {
    const transport = openLogTcp(ip('127.0.0.1'), portOf());
    await transport.send(lines('one'));
    await expect.poll(() => sockets.length).toBe(1);
    const [first] = sockets;
    first?.end();
    await once(first ?? server, 'close');
    await expect
      .poll(async () => {
        await transport.send(lines('two')).catch(() => {});
        return sockets.length;
      })
      .toBe(2);
    await expect.poll(() => text).toContain('3 two');
    transport.close();
  });

  it('are refused where nobody listens', async () => {
    const port = portOf();
    server.close();
    await once(server, 'close');
    await expect(openLogTcp(ip('127.0.0.1'), port).send(lines('one'))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('many times over one connection leave nothing behind', async () => {
    const transport = openLogTcp(ip('127.0.0.1'), portOf());
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    for (let round = 0; round < 50; round++) await transport.send(lines('x'));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(sockets).toHaveLength(1);
    transport.close();
  });
});
