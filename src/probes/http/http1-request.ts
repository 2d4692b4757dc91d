// One request by HTTP/1.1 on a connection of its own, which is closed after it. By undici's dispatch, without the
// stream and the signal that its request sets up for each answer. Source: RFC 9110, RFC 9112.
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Conversation } from '../talk/conversation.ts';
import {
  type AnswerKeeper,
  createAnswerKeeper,
  type HttpAnswer,
  type HttpRequest,
  headersOf,
  type WishOf,
} from './http-answer.ts';

/** @param wishOf how much of the body is worth reading, when the head is known */
export function requestHttp1(
  conversation: Conversation,
  socket: Socket,
  request: HttpRequest,
  wishOf: WishOf,
): Promise<HttpAnswer> {
  const { path, method, authority, headers, body } = request;
  const client = new Client('http://server', {
    // Not at once: undici misses a connection that is there before its own call has returned.
    connect: (_, connected) => queueMicrotask(() => connected(null, socket)),
    headersTimeout: 0, // the deadline is the signal's
    bodyTimeout: 0,
  });
  return new Promise((resolve, reject) => {
    let keeper: AnswerKeeper | undefined;
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
          const wish = wishOf(head);
          keeper = createAnswerKeeper(head, wish);
          if (wish === 'none') end();
          else conversation.doing = 'read the body';
        },
        onResponseData: (_, chunk) => {
          if (keeper?.take(chunk) === 'enough') end();
        },
        onResponseEnd: end,
        onResponseError: (_, error) => {
          socket.destroy();
          reject(error);
        },
      },
    );
  });
}
