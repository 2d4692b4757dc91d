// One request by HTTP/2 on a connection of its own, over TLS or in clear with prior knowledge. Source: RFC 9113.
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Conversation } from '../talk/conversation.ts';
import {
  createAnswerKeeper,
  type HttpAnswer,
  type HttpHead,
  type HttpHeaders,
  type HttpRequest,
  headersOf,
  type PlanOf,
} from './http-answer.ts';

/** ALPN's name of it (RFC 9113 §3.2). */
export const http2Protocol = 'h2';

export async function requestHttp2(
  conversation: Conversation,
  socket: Socket,
  request: HttpRequest,
  planOf: PlanOf,
): Promise<HttpAnswer> {
  if (socket instanceof TLSSocket && socket.alpnProtocol !== http2Protocol) {
    throw new Error('the server did not agree to HTTP/2 (ALPN)');
  }
  const session = openSession(conversation, socket, request);
  const stream = session.request(
    {
      ':method': request.method,
      ':path': request.path,
      ':authority': request.authority,
      ...Object.fromEntries(request.headers),
    },
    { endStream: request.body === undefined },
  );
  if (request.body !== undefined) stream.end(request.body);
  let trailers: HttpHeaders = new Map();
  stream.on('trailers', (raw: Readonly<Record<string, string>>) => {
    trailers = headersOf(raw);
  });
  const head = await headOf(stream);
  const plan = planOf(head);
  const keeper = createAnswerKeeper(head, plan);
  if (plan.wish !== 'none') {
    conversation.doing = 'read the body';
    await new Promise<void>((resolve, reject) => {
      if (plan.wish === 'start') conversation.enough = resolve;
      stream.on('data', (chunk: Buffer) => keeper.take(chunk) === 'enough' && resolve());
      stream.once('end', resolve);
      stream.once('close', resolve);
      stream.once('error', reject);
    });
  }
  session.destroy();
  return { ...keeper.kept(), trailers };
}

function openSession(conversation: Conversation, socket: Socket, request: HttpRequest): ClientHttp2Session {
  const session = connect(`${request.scheme}://${request.authority}`, {
    createConnection: () => socket,
    maxSessionMemory: 1, // MiB, of the ten that Node allows
    settings: { enablePush: false },
  });
  session.on('error', conversation.fail);
  conversation.closeAtEnd(() => session.destroy());
  return session;
}

/** The first header block that is no interim answer (RFC 9113 §8.1). */
function headOf(stream: ClientHttp2Stream): Promise<HttpHead> {
  return new Promise((resolve, reject) => {
    stream.once('response', (raw) => {
      const { ':status': status = 0, ...headers } = raw;
      resolve({ status, headers: headersOf(headers) });
    });
    stream.on('error', reject); // stays: it may fail once more when it is cut off
    stream.once('close', () => reject(new Error('the stream was closed without an answer')));
  });
}
