// UDP servers on loopback that answer as a test says.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach } from 'vitest';

const opened: Socket[] = [];
afterEach(() => {
  for (const socket of opened.splice(0)) socket.close();
});

export type UdpServer = {
  readonly port: number;
  /** The datagrams so far. */
  readonly heard: readonly Buffer[];
};

/** Lasts until the end of the test. @param answer sends what it returns, each as a datagram of its own */
export async function udpServer(
  answer: (message: Buffer, count: number) => readonly Uint8Array[],
  address: '127.0.0.1' | '::1' = '127.0.0.1',
): Promise<UdpServer> {
  const socket = createSocket(address === '::1' ? 'udp6' : 'udp4');
  opened.push(socket);
  const heard: Buffer[] = [];
  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    heard.push(message);
    for (const each of answer(message, heard.length)) socket.send(each, from.port, from.address);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  return { port: socket.address().port, heard };
}
