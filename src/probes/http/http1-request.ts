// One request by HTTP/1.1 on a connection of its own, which is closed after it. By undici's dispatch, without the
// stream and the signal that its request sets up for each answer. Its parser is stricter than the clients that people
// use: what it refuses may be read by tolerant-request.ts. Source: RFC 9110, RFC 9112.
import type { Socket } from 'node:net';
import { Client, errors } from 'undici';
import type { Conversation } from '../talk/conversation.ts';
import { tlsReasonOf } from '../talk/tls-reason.ts';
import {
  type AnswerKeeper,
  createAnswerKeeper,
  type HttpAnswer,
  type HttpRequest,
  headersOf,
  type PlanOf,
} from './http-answer.ts';

/**
 * Where the body breaks off, what came of it stands.
 * @returns 'unreadable' where something came whose head undici's parser refuses
 */
export function requestHttp1(
  conversation: Conversation,
  socket: Socket,
  request: HttpRequest,
  planOf: PlanOf,
): Promise<HttpAnswer | 'unreadable'> {
  const { path, method, authority, headers, body } = request;
  const client = new Client('http://server', {
    // Not at once: undici misses a connection that is there before its own call has returned.
    connect: (_, connected) => queueMicrotask(() => connected(null, socket)),
    headersTimeout: 0, // the deadline is the signal's
    bodyTimeout: 0,
  });
  return new Promise((resolve, reject) => {
    let keeper: AnswerKeeper | undefined;
    // undici tells of the end that follows it.
    let alert: Error | undefined;
    socket.once('error', (error) => {
      if (tlsReasonOf(error) !== undefined) alert = error;
    });
    const end = () => {
      socket.destroy(); // before undici does, which would do it with an error, and tell that everywhere
      if (keeper !== undefined) resolve(keeper.kept());
    };
    const options = { path, method, headers: Object.fromEntries([['host', authority], ...headers]) };
    client.dispatch(
      { ...options, ...(body !== undefined && { body }), reset: true /* Connection: close */ },
      {
        onRequestStart: () => {}, // without it, undici takes this for a handler of its old kind
        onResponseStart: (_, status, raw) => {
          if (status < 200) return; // interim (RFC 9110 §15.2)
          const head = { status, headers: headersOf(raw) };
          const plan = planOf(head);
          keeper = createAnswerKeeper(head, plan);
          if (plan.wish === 'none') end();
          else {
            conversation.doing = 'read the body';
            if (plan.wish === 'start') conversation.enough = end;
          }
        },
        onResponseData: (_, chunk) => {
          if (keeper?.take(chunk) === 'enough') end();
        },
        onResponseEnd: end,
        onResponseError: (_, error) => {
          if (keeper !== undefined) return end();
          socket.destroy();
          if (alert !== undefined) reject(alert);
          else if (isUnreadable(error, socket)) resolve('unreadable');
          else reject(error);
        },
      },
    );
  });
}

/** The answer is refused, or ended within the head. A request that undici refuses to send is not sent by anybody else. */
function isUnreadable(error: Error, socket: Socket): boolean {
  if (error instanceof errors.SocketError) return socket.bytesRead > 0;
  return (
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    error instanceof errors.ResponseContentLengthMismatchError
  );
}
