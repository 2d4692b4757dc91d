// HTTP and HTTPS: one request on a connection of its own; up when the status is 2xx and the body matches.
// Reads a bounded piece of the body, follows redirects only on the same server, and holds every socket, so
// that nothing outlives the deadline. Source: RFC 9110, RFC 9112; ldirectord's http and https checks.
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { HttpTarget } from '../health/target.ts';
import { familyOf } from '../net/ip.ts';
import type { ProbeResult } from '../ports/probe.ts';
import { failure, judgeError, success, unmade } from './judge-error.ts';
import { matchBody } from './match-body.ts';
import { encodePath, type HttpPlace, isRedirect, redirectWithin } from './redirect.ts';
import { openSocket, readTrust, ready, serverNameOf } from './socket.ts';

/** `receive` is looked for in this much of a body; the rest is not read. */
export const bodyBytesMax = 256 * 1024;
const redirectsMax = 7;

/** What a check is doing now, and the socket it does it on: what the deadline ends. */
type Conversation = { doing: string; socket: Socket | undefined; readonly signal: AbortSignal };

type Answer = { readonly status: number; readonly location: string | undefined; readonly body: Buffer };

export function probeHttp(target: HttpTarget, signal: AbortSignal): Promise<ProbeResult> {
  const conversation: Conversation = { doing: 'connect', socket: undefined, signal };
  return new Promise((resolve) => {
    const settle = (result: ProbeResult) => {
      signal.removeEventListener('abort', expire);
      conversation.socket?.destroy();
      resolve(result);
    };
    const expire = () => settle(failure(`no answer in time to ${conversation.doing}`));
    signal.addEventListener('abort', expire);
    converse(target, conversation).then(settle, (error) => settle(judgeError(error, conversation.doing)));
  });
}

async function converse(target: HttpTarget, conversation: Conversation): Promise<ProbeResult> {
  let place = firstPlaceOf(target);
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const answer = await ask(target, place, conversation);
    if (!isRedirect(answer.status) || answer.location === undefined) {
      return judgeAnswer(target, answer, conversation.signal);
    }
    const next = redirectWithin(place, answer.location, target.address);
    if (next === undefined) {
      return failure(`HTTP ${answer.status} leads away from the server, to ${answer.location.slice(0, 200)}`);
    }
    place = next;
  }
  return failure(`more than ${redirectsMax} redirects`);
}

function firstPlaceOf({ scheme, address, port, path, virtualhost }: HttpTarget): HttpPlace {
  const authority = virtualhost ?? (familyOf(address) === 'inet6' ? `[${address}]` : address);
  return { scheme, authority, port, path: encodePath(path) };
}

async function ask(target: HttpTarget, place: HttpPlace, conversation: Conversation): Promise<Answer> {
  const socket = await open(target, place, conversation);
  conversation.doing = `${target.method} ${place.path.slice(0, 100)}`;
  const client = new Client(
    `http://${target.address.includes(':') ? `[${target.address}]` : target.address}`,
    {
      // Not at once: undici misses a connection that is there before its own call has returned.
      connect: (_, connected) => queueMicrotask(() => connected(null, socket)),
    },
  );
  try {
    const { statusCode, headers, body } = await client.request({
      path: place.path,
      method: target.method,
      headers: { host: place.authority, 'user-agent': 'lvs-director', accept: '*/*' },
      reset: true, // Connection: close
      headersTimeout: 0, // the deadline is the signal's
      bodyTimeout: 0,
    });
    body.on('error', () => {}); // it may fail once more when it is cut off
    const location = [headers.location].flat()[0];
    const wanted = !isRedirect(statusCode) || location === undefined;
    if (wanted) conversation.doing = 'read the body';
    return { status: statusCode, location, body: wanted ? await readSome(body) : Buffer.alloc(0) };
  } finally {
    socket.destroy();
    await client.destroy();
  }
}

async function open(target: HttpTarget, place: HttpPlace, conversation: Conversation): Promise<Socket> {
  conversation.doing = 'connect';
  const { address, verify, caFile } = target;
  if (place.scheme === 'http') {
    conversation.socket = openSocket(address, place.port);
    return ready(conversation.socket, 'connect');
  }
  const trust = caFile === undefined ? undefined : await readTrust(caFile);
  conversation.signal.throwIfAborted();
  const serverName = serverNameOf(target.sni ?? place.authority);
  conversation.socket = openSocket(address, place.port, { verify, serverName, trust });
  conversation.socket.once('connect', () => {
    conversation.doing = 'shake hands (TLS)';
  });
  return ready(conversation.socket, 'secureConnect');
}

async function readSome(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, bodyBytesMax - bytes));
    bytes += chunk.length;
    if (bytes >= bodyBytesMax) break;
  }
  return Buffer.concat(chunks);
}

async function judgeAnswer(target: HttpTarget, answer: Answer, signal: AbortSignal): Promise<ProbeResult> {
  const { status, body } = answer;
  if (status < 200 || status > 299) return failure(`HTTP ${status}`);
  if (target.receive === undefined) return success(`HTTP ${status}`);
  switch (await matchBody(target.receive, body.toString('utf8'), signal)) {
    case 'yes':
      return success(`HTTP ${status}, receive matches`);
    case 'no':
      return failure(`HTTP ${status}, receive does not match the body (${body.length} bytes)`);
    case 'tooSlow':
      return failure(`HTTP ${status}, receive takes too long to match (${body.length} bytes)`);
    case 'badPattern':
      return unmade(`receive is no regular expression: ${target.receive.slice(0, 100)}`);
  }
}
