// One question and its answer over UDP: asked again after one second, two, four, until an answer is taken or the
// conversation ends. The socket is connected, so strangers are not heard and a refusal (ICMP) is.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { familyOf } from '../../net/ip.ts';
import { openBoundDatagram } from '../../system/sockets/bound-socket.ts';
import type { Conversation } from './conversation.ts';
import type { Place } from './socket.ts';

const firstRetryMs = 1000;

/** Resolves with a socket that speaks with that place alone. */
export async function connectDatagram(
  conversation: Conversation,
  { address, port, bind }: Place,
): Promise<Socket> {
  conversation.server = `${address} ${port}`;
  if (port === 0) throw new Error('no port to ask: set checkport, or a port of the server');
  const family = familyOf(address);
  const socket =
    bind === undefined ? createSocket(family === 'inet6' ? 'udp6' : 'udp4') : openBoundDatagram(family, bind);
  let closed = false;
  socket.once('close', () => {
    closed = true;
  });
  conversation.closeAtEnd(() => closed || socket.close());
  socket.connect(port, address);
  await once(socket, 'connect'); // rejects with an error
  socket.on('error', conversation.fail);
  return socket;
}

/** @param take the answer that a message is; undefined where it is none, and others are waited for */
export function askDatagram<T>(
  conversation: Conversation,
  socket: Socket,
  question: Uint8Array,
  take: (message: Buffer) => T | undefined,
): Promise<T> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const ask = (retryMs: number) => {
      // An ICMP refusal that came since shows here; the socket's own error says the same.
      socket.send(question, (error) => error !== null && conversation.fail(error));
      timer = setTimeout(() => ask(2 * retryMs), retryMs);
    };
    socket.on('message', (message) => {
      const answer = take(message);
      if (answer === undefined) return;
      clearTimeout(timer);
      resolve(answer);
    });
    conversation.closeAtEnd(() => clearTimeout(timer));
    ask(firstRetryMs);
  });
}
