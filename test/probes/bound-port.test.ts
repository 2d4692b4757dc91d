// bind_port: checks that leave from one port, again and again, on loopback.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import type { CheckBinding } from '../../src/model/config/check.ts';
import { ip } from '../../src/net/ip.ts';
import { openSocket, ready } from '../../src/probes/talk/socket.ts';
import { openBoundDatagram } from '../../src/system/sockets/bound-socket.ts';
import { udpServer } from './udp-server.ts';

const loopback = ip('127.0.0.1');

/** One that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

it.each([{ address: loopback }, {}] satisfies CheckBinding[])(
  'a connection that this side closes leaves its port to the next one at once: %j',
  async (from) => {
    const seen: (number | undefined)[] = [];
    const server = createServer((socket) => {
      seen.push(socket.remotePort);
      socket.on('error', () => {}).write('hello');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const own = await freePort();
    for (let time = 0; time < 4; time += 1) {
      const socket = openSocket({ address: loopback, port, bind: { ...from, port: own } });
      await ready(socket, 'connect');
      await once(socket, 'data');
      socket.end();
      socket.destroy();
      await once(socket, 'close');
    }
    server.close();
    expect(seen).toEqual([own, own, own, own]);
  },
);

it('datagrams go to several servers from one port at a time, and each answer comes to whoever asked', async () => {
  const [one, two] = [await udpServer(() => [Buffer.of(1)]), await udpServer(() => [Buffer.of(2)])];
  const port = await freePort();
  const sockets = [one, two].map((server) => {
    const socket = openBoundDatagram('inet', { port });
    socket.connect(server.port, '127.0.0.1');
    return socket;
  });
  const answers = await Promise.all(
    sockets.map(async (socket) => {
      await once(socket, 'connect');
      expect(socket.address().port).toBe(port);
      const answer = once(socket, 'message') as Promise<[Buffer]>;
      socket.send('who');
      return [...(await answer)[0]];
    }),
  );
  for (const socket of sockets) socket.close();
  expect(answers).toEqual([[1], [2]]);
});

it('a port that somebody else has is told with the address', async () => {
  const other = createSocket('udp4');
  other.bind(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address();
  expect(() => openBoundDatagram('inet', { address: loopback, port })).toThrow(
    `bind to 127.0.0.1 port ${port}: EADDRINUSE`,
  );
  other.close();
});
