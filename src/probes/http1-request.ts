// One request by HTTP/1.1 on a connection of its own, which is closed after it. Source: RFC 9110, RFC 9112.
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Conversation } from './conversation.ts';
import { type BodyWish, type HttpAnswer, type HttpRequest, headersOf, readBody } from './http-answer.ts';

/** @param wishOf how much of the body is worth reading, when the head is known */
export async function requestHttp1(
  conversation: Conversation,
  socket: Socket,
  request: HttpRequest,
  wishOf: (head: Pick<HttpAnswer, 'status' | 'headers'>) => BodyWish,
): Promise<HttpAnswer> {
  const client = new Client('http://server', {
    // Not at once: undici misses a connection that is there before its own call has returned.
    connect: (_, connected) => queueMicrotask(() => connected(null, socket)),
  });
  try {
    const answer = await client.request({
      path: request.path,
      method: request.method,
      headers: { host: request.authority, ...Object.fromEntries(request.headers) },
      ...(request.body !== undefined && { body: request.body }),
      reset: true, // Connection: close
      headersTimeout: 0, // the deadline is the signal's
      bodyTimeout: 0,
    });
    answer.body.on('error', () => {}); // it may fail once more when it is cut off
    const head = { status: answer.statusCode, headers: headersOf(answer.headers) };
    const wish = wishOf(head);
    if (wish !== 'none') conversation.doing = 'read the body';
    return { ...head, ...(await readBody(answer.body, wish)) };
  } finally {
    socket.destroy();
    await client.destroy();
  }
}
