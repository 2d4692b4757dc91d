// An HTTP proxy: asks it for a page of another host, by GET with the absolute URL; up when the page comes with 2xx
// and matches. A redirect is the other host's business and not followed, so it is no success either.
// Source: RFC 9112 §3.2.2; ldirectord's http_proxy check.

import type { HttpProxyTarget } from '../model/checks/http.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { askHttp1 } from './http/ask-http1.ts';
import { wireBytesMax } from './http/http-answer.ts';
import { bodyPlanOf, judgeWithin } from './http/judge-http.ts';
import { converse } from './talk/conversation.ts';
import { dial } from './talk/dial.ts';
import { unmade } from './talk/judge-error.ts';

export const probeHttpProxy = (target: HttpProxyTarget, signal: AbortSignal): Promise<ProbeResult> =>
  converse(signal, async (conversation) => {
    const { url: text, method } = target;
    if (!URL.canParse(text)) return unmade(`request is no absolute URL: ${text}`);
    const url = new URL(text);
    url.hash = '';
    const connect = async () => {
      const socket = await dial(conversation, target, { bytesMax: wireBytesMax });
      conversation.doing = `${method} ${url.href}`;
      return socket;
    };
    const request = { method, path: url.href, authority: url.host, scheme: 'http', headers } as const;
    const question = { ...target, path: url.href };
    const plan = await bodyPlanOf(question);
    const answer = await askHttp1(target, { request, planOf: () => plan, connect }, conversation);
    return judgeWithin(conversation, question, answer);
  });

const headers = [
  ['user-agent', 'lvs-director'],
  ['accept', '*/*'],
] as const;
