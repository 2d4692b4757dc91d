// A UDP server on loopback that answers as a test says.
import { createSocket, type RemoteInfo } from 'node:dgram';
import { onTestFinished } from 'vitest';

export type DatagramServer = { readonly port: number; readonly heard: () => readonly string[] };

/** @param answer to the message, the count of which begins at 1; undefined: none */
export async function datagramServer(
  answer: (message: string, count: number) => Buffer | string | undefined,
): Promise<DatagramServer> {
  const heard: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    heard.push(message.toString('latin1'));
    const reply = answer(message.toString('latin1'), heard.length);
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  return { port: socket.address().port, heard: () => heard };
}

/** A port on which nothing listens: the kernel answers with ICMP. */
export async function closedPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
