// One request by HTTP/1.1 as http1-request.ts makes it, for servers whose answers undici's parser refuses though every
// client of theirs takes them: what is read, and how generously, is read-head.ts's and read-body.ts's.
import type { Socket } from 'node:net';
import type { Conversation } from '../talk/conversation.ts';
import {
  type AnswerKeeper,
  type BodyWish,
  createAnswerKeeper,
  type HttpAnswer,
  type HttpRequest,
  type PlanOf,
} from './http-answer.ts';
import { type BodyReader, createBodyReader } from './read-body.ts';
import { createHeadScanner, headBytesMax, readHead } from './read-head.ts';

export function requestTolerantly(
  conversation: Conversation,
  socket: Socket,
  request: HttpRequest,
  planOf: PlanOf,
): Promise<HttpAnswer> {
  let wish: BodyWish = 'none';
  const reader = createAnswerReader(request.method, (head) => {
    const plan = planOf(head);
    wish = plan.wish;
    return plan;
  });
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (error = new Error(reader.hasBegun() ? 'the answer is no HTTP' : 'nothing was said')) => {
      if (settled) return;
      settled = true;
      socket.destroy();
      const answer = reader.answer();
      if (answer === undefined) reject(error);
      else resolve(answer);
    };
    socket.on('data', (bytes) => {
      const outcome = reader.take(bytes);
      if (outcome === 'ended') settle();
      else if (outcome === 'body') {
        conversation.doing = 'read the body';
        if (wish === 'start') conversation.enough = settle;
      }
    });
    socket.on('end', () => {
      reader.end();
      settle();
    });
    socket.on('error', settle);
    socket.write(formatRequest(request));
  });
}

type AnswerReader = {
  readonly take: (bytes: Buffer) => 'head' | 'body' | 'ended';
  /** No more will come: what is there must do. */
  readonly end: () => void;
  /** Whatever there is of it by now; undefined before its head is whole. To be asked once. */
  readonly answer: () => HttpAnswer | undefined;
  readonly hasBegun: () => boolean;
};

function createAnswerReader(method: string, planOf: PlanOf): AnswerReader {
  let scanner = createHeadScanner();
  let chunks: Buffer[] = [];
  let headBytes = 0;
  let body: { readonly reader: BodyReader; readonly keeper: AnswerKeeper } | undefined;

  /** @returns false where it does not begin as a response does, or nothing is wanted of its body. */
  function beginBody(): boolean {
    const text = Buffer.concat(chunks).toString('latin1');
    chunks = [];
    if (text.trim() === '') return true;
    const head = readHead(text);
    if (head === undefined) return false;
    // Interim (RFC 9110 §15.2): another head follows.
    if (head.status < 200 && head.status !== 101) return true;
    const plan = planOf(head);
    body = { reader: createBodyReader(method, head), keeper: createAnswerKeeper(head, plan) };
    return plan.wish !== 'none';
  }

  function takeBody(bytes: Buffer): 'body' | 'ended' {
    const { pieces = [], ended = true } = body?.reader.take(bytes) ?? {};
    const enough = pieces.map((piece) => body?.keeper.take(piece)).includes('enough');
    return ended || enough ? 'ended' : 'body';
  }

  function take(bytes: Buffer): 'head' | 'body' | 'ended' {
    let rest = bytes;
    while (body === undefined) {
      const end = scanner.endIn(rest);
      chunks.push(rest.subarray(0, end));
      headBytes += end ?? rest.length;
      if (end === undefined) return headBytes > headBytesMax ? 'ended' : 'head';
      scanner = createHeadScanner();
      rest = rest.subarray(end);
      if (!beginBody()) return 'ended';
    }
    return takeBody(rest);
  }

  return {
    take,
    end: () => {
      if (body === undefined && chunks.length > 0) beginBody();
    },
    answer: () => body?.keeper.kept(),
    hasBegun: () => headBytes > 0,
  };
}

/** RFC 9112 §3: with the body's length where there is one; the connection is closed after it. */
function formatRequest({ method, path, authority, headers, body }: HttpRequest): Buffer {
  const content = Buffer.from(body ?? '');
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${authority}`,
    'connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`content-length: ${content.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
}
