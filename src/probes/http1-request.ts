// One request by HTTP/1.1 on a connection of its own, which is closed after it. By node:http: what undici keeps for
// connections that live on costs twice as much a check (docs/benchmarks.md). Source: RFC 9110, RFC 9112.
import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Conversation } from './conversation.ts';
import { type BodyWish, type HttpAnswer, type HttpRequest, headersOf, readBody } from './http-answer.ts';

/** @param wishOf how much of the body is worth reading, when the head is known */
export async function requestHttp1(
  conversation: Conversation,
  socket: Socket,
  { path, method, authority, headers, body }: HttpRequest,
  wishOf: (head: Pick<HttpAnswer, 'status' | 'headers'>) => BodyWish,
): Promise<HttpAnswer> {
  // Without an agent, so it asks for the connection to be closed.
  const request = openRequest({
    createConnection: () => socket,
    path,
    method,
    headers: { host: authority, ...Object.fromEntries(headers) },
  });
  request.end(body);
  try {
    const answer = await answerOf(request);
    answer.on('error', () => {}); // it may fail once more when it is cut off
    const head = { status: answer.statusCode ?? 0, headers: headersOf(answer.headers) };
    const wish = wishOf(head);
    if (wish !== 'none') conversation.doing = 'read the body';
    return { ...head, ...(await readBody(answer, wish)) };
  } finally {
    socket.destroy();
  }
}

/** The first head that is no interim answer (RFC 9110 §15.2). */
const answerOf = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject); // stays: it may fail once more when it is cut off
  });
