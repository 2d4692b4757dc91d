// HTTP and HTTPS, versions 1.1 and 2: each question on a connection of its own; up when every answer is right.
// Reads a bounded piece of a body, follows redirects only on the same server, and sends credentials nowhere
// else. Source: RFC 9110; ldirectord's http and https checks, keepalived's HTTP_GET and SSL_GET.
import type { HttpQuestion, HttpTarget } from '../health/target.ts';
import { familyOf } from '../net/ip.ts';
import type { ProbeResult } from '../ports/probe.ts';
import { type Conversation, converse } from './conversation.ts';
import { dial } from './dial.ts';
import {
  digestWireBytesMax,
  type HttpAnswer,
  type HttpHeaders,
  type HttpRequest,
  wireBytesMax,
} from './http-answer.ts';
import { requestHttp1 } from './http1-request.ts';
import { http2Protocol, requestHttp2 } from './http2-request.ts';
import { failure, success } from './judge-error.ts';
import { bodyWishOf, isWanted, judgeAnswer, withWeight } from './judge-http.ts';
import { encodePath, type HttpPlace, isRedirect, redirectWithin } from './redirect.ts';

const redirectsMax = 7;

export function probeHttp(target: HttpTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const questions = [target, ...(target.further ?? [])];
    let headers: HttpHeaders = new Map();
    let result = success('nothing was asked');
    for (const question of questions) {
      const asked = await ask(target, question, conversation);
      result = asked.result;
      const { outcome, detail } = result;
      if (outcome !== 'success') return questions.length === 1 ? result : named(result, question);
      headers = new Map([...headers, ...asked.headers]);
      if (questions.length > 1) result = success(`${detail} (the last of ${questions.length})`);
    }
    return target.weightHeader === undefined ? result : withWeight(result, headers, target.weightHeader);
  });
}

const named = (result: ProbeResult, { path }: HttpQuestion): ProbeResult => ({
  ...result,
  detail: `${path.slice(0, 100)}: ${result.detail}`,
});

type Asked = { readonly result: ProbeResult; readonly headers: HttpHeaders };

async function ask(target: HttpTarget, question: HttpQuestion, conversation: Conversation): Promise<Asked> {
  const asked = (result: ProbeResult, headers: HttpHeaders = new Map()): Asked => ({ result, headers });
  let place = firstPlaceOf(target, question);
  let { method, body } = question;
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const request = requestOf(target, place, { method, ...(body !== undefined && { body }) });
    const answer = await exchange(target, question, { request, place, conversation });
    const location = leadsOn(question, answer);
    if (location === undefined) {
      return asked(await judgeAnswer(question, answer, conversation.signal), answer.headers);
    }
    const next = redirectWithin(place, location, target.address);
    if (next === undefined) {
      return asked(failure(`HTTP ${answer.status} leads away from the server, to ${location.slice(0, 200)}`));
    }
    place = next;
    // RFC 9110 §15.4: only 307 and 308 ask for the same again.
    if (answer.status < 307 && method !== 'HEAD') [method, body] = ['GET', undefined];
  }
  return asked(failure(`more than ${redirectsMax} redirects`));
}

/** Where a redirect leads that is not itself the answer that is wanted. */
const leadsOn = (question: HttpQuestion, { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>) =>
  isRedirect(status) && !isWanted(question, status) ? headers.get('location') : undefined;

const hostOf = ({ address, virtualhost }: HttpTarget): string =>
  virtualhost ?? (familyOf(address) === 'inet6' ? `[${address}]` : address);

const firstPlaceOf = (target: HttpTarget, { path }: HttpQuestion): HttpPlace => ({
  scheme: target.scheme,
  authority: hostOf(target),
  port: target.port,
  path: encodePath(path),
});

function requestOf(
  target: HttpTarget,
  place: HttpPlace,
  question: Pick<HttpQuestion, 'method' | 'body'>,
): HttpRequest {
  const headers = new Map([
    ['user-agent', 'lvs-director'],
    ['accept', '*/*'],
  ]);
  // Not in clear where it was asked for with TLS.
  const secret = target.scheme === 'http' || place.scheme === 'https';
  if (target.login !== undefined && secret) headers.set('authorization', basicOf(target.login));
  for (const [name, value] of target.headers ?? []) {
    if (secret || name.toLowerCase() !== 'authorization') headers.set(name.toLowerCase(), value);
  }
  return { ...place, ...question, headers: [...headers] };
}

/** RFC 7617 §2. */
const basicOf = ({ user, password }: NonNullable<HttpTarget['login']>): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

type Exchange = {
  readonly request: HttpRequest;
  readonly place: HttpPlace;
  readonly conversation: Conversation;
};

async function exchange(
  target: HttpTarget,
  question: HttpQuestion,
  { request, place, conversation }: Exchange,
): Promise<HttpAnswer> {
  const second = target.version === '2';
  const protocols = [second ? http2Protocol : 'http/1.1'];
  const socket = await dial(
    conversation,
    { ...target, port: place.port },
    {
      ...(place.scheme === 'https' && { encryption: { tls: target, host: place.authority, protocols } }),
      bytesMax: question.digest === undefined ? wireBytesMax : digestWireBytesMax,
    },
  );
  conversation.doing = `${request.method} ${request.path.slice(0, 100)}`;
  const wishOf = (head: Pick<HttpAnswer, 'status' | 'headers'>) =>
    leadsOn(question, head) === undefined ? bodyWishOf(question) : 'none';
  return (second ? requestHttp2 : requestHttp1)(conversation, socket, request, wishOf);
}
