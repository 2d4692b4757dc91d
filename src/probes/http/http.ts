// HTTP and HTTPS, versions 1.1 and 2: each question on a connection of its own; up when every answer is right.
// Reads a bounded piece of a body, follows redirects only on the same server, and sends credentials nowhere
// else. Source: RFC 9110; ldirectord's http and https checks, keepalived's HTTP_GET and SSL_GET.
import type { HttpQuestion, HttpTarget } from '../../model/checks/http.ts';
import type { ProbeResult } from '../../model/probe-result.ts';
import { familyOf } from '../../net/ip.ts';
import { type Conversation, converse } from '../talk/conversation.ts';
import { dial } from '../talk/dial.ts';
import { failure, success } from '../talk/judge-error.ts';
import { askHttp1 } from './ask-http1.ts';
import {
  type BodyPlan,
  digestWireBytesMax,
  type HttpAnswer,
  type HttpHead,
  type HttpHeaders,
  type HttpRequest,
  wireBytesMax,
} from './http-answer.ts';
import { http2Protocol, requestHttp2 } from './http2-request.ts';
import { bodyPlanOf, isWanted, judgeWithin, withWeight } from './judge-http.ts';
import { encodePath, type HttpPlace, isRedirect, redirectWithin } from './redirect.ts';

const redirectsMax = 7;

export function probeHttp(target: HttpTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const askings = askingsOf(target);
    let headers: HttpHeaders = new Map();
    let result = success('nothing was asked');
    for (const asking of askings) {
      const asked = await ask(target, asking, conversation);
      result = asked.result;
      const { outcome, detail } = result;
      if (outcome !== 'success') return askings.length === 1 ? result : named(result, asking.question);
      if (target.weightHeader !== undefined) headers = new Map([...headers, ...asked.headers]);
      if (askings.length > 1) result = success(`${detail} (the last of ${askings.length})`);
    }
    return target.weightHeader === undefined ? result : withWeight(result, headers, target.weightHeader);
  });
}

const named = (result: ProbeResult, { path }: HttpQuestion): ProbeResult => ({
  ...result,
  detail: `${path}: ${result.detail}`,
});

type Asked = { readonly result: ProbeResult; readonly headers: HttpHeaders };

async function ask(
  target: HttpTarget,
  { question, request: first }: Asking,
  conversation: Conversation,
): Promise<Asked> {
  const asked = (result: ProbeResult, headers: HttpHeaders = new Map()): Asked => ({ result, headers });
  let request = first;
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const answer = await exchange(target, question, request, conversation);
    const location = leadsOn(question, answer);
    if (location === undefined) {
      const result = await judgeWithin(conversation, question, answer);
      return asked(result, answer.headers);
    }
    const place = redirectWithin(request, location, target.address);
    if (place === undefined) {
      return asked(failure(`HTTP ${answer.status} leads away from the server, to ${location}`));
    }
    // RFC 9110 §15.4: only 307 and 308 ask for the same again.
    const same = answer.status >= 307 || request.method === 'HEAD';
    request = requestOf(target, place, same ? request : { method: 'GET' });
  }
  return asked(failure(`more than ${redirectsMax} redirects`));
}

/** Where a redirect leads that is not itself the answer that is wanted. */
const leadsOn = (question: HttpQuestion, { status, headers }: HttpHead) =>
  isRedirect(status) && !isWanted(question, status) ? headers.get('location') : undefined;

const hostOf = ({ address, virtualhost }: HttpTarget): string =>
  virtualhost ?? (familyOf(address) === 'inet6' ? `[${address}]` : address);

const firstPlaceOf = (target: HttpTarget, { path }: HttpQuestion): HttpPlace => ({
  scheme: target.scheme,
  authority: hostOf(target),
  port: target.port,
  path: encodePath(path),
});

type PlacedRequest = HttpRequest & HttpPlace;

type Asking = { readonly question: HttpQuestion; readonly request: PlacedRequest };

/** A target asks the same at each of its checks. */
const known = new WeakMap<HttpTarget, readonly Asking[]>();

function askingsOf(target: HttpTarget): readonly Asking[] {
  const askings =
    known.get(target) ??
    [target, ...(target.further ?? [])].map((question) => ({
      question,
      request: requestOf(target, firstPlaceOf(target, question), question),
    }));
  known.set(target, askings);
  return askings;
}

function requestOf(
  target: HttpTarget,
  { scheme, authority, port, path }: HttpPlace,
  { method, body }: Pick<HttpRequest, 'method' | 'body'>,
): PlacedRequest {
  const headers = new Map([
    ['user-agent', 'lvs-director'],
    ['accept', '*/*'],
  ]);
  // Not in clear where it was asked for with TLS.
  const secret = target.scheme === 'http' || scheme === 'https';
  if (target.login !== undefined && secret) headers.set('authorization', basicOf(target.login));
  for (const [name, value] of target.headers ?? []) {
    if (secret || name.toLowerCase() !== 'authorization') headers.set(name.toLowerCase(), value);
  }
  const place = { scheme, authority, port, path };
  return { ...place, method, ...(body !== undefined && { body }), headers: [...headers] };
}

/** RFC 7617 §2. */
const basicOf = ({ user, password }: NonNullable<HttpTarget['login']>): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function exchange(
  target: HttpTarget,
  question: HttpQuestion,
  request: PlacedRequest,
  conversation: Conversation,
): Promise<HttpAnswer> {
  const { scheme, authority, port } = request;
  const second = target.version === '2';
  const protocols = [second ? http2Protocol : 'http/1.1'];
  const dialling = {
    ...(scheme === 'https' && { encryption: { tls: target, host: authority, protocols } }),
    bytesMax: question.digest === undefined ? wireBytesMax : digestWireBytesMax,
  };
  const plan = await bodyPlanOf(question);
  const planOf = (head: HttpHead): BodyPlan => {
    if (leadsOn(question, head) !== undefined) return { wish: 'none' };
    return head.headers.has('content-encoding') ? { wish: plan.wish } : plan;
  };
  const connect = async () => {
    const socket = await dial(conversation, { ...target, port }, dialling);
    conversation.doing = `${request.method} ${request.path}`;
    return socket;
  };
  return second
    ? requestHttp2(conversation, await connect(), request, planOf)
    : askHttp1(target, { request, planOf, connect }, conversation);
}
