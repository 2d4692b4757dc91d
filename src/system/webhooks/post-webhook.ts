// One event to one webhook: a request by undici on a connection of its own, signed as Standard Webhooks has it
// (https://www.standardwebhooks.com): `webhook-signature: v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`.
// No redirect is followed and no proxy is asked. Of the answer no more than its beginning is read, and of a good one nothing.
import { createHmac } from 'node:crypto';
import { Client } from 'undici';
import type { SendWebhook, WebhookAnswer, WebhookRequest } from '../../ports/webhook.ts';
import { authoritiesIn } from '../files/authorities-in.ts';
import { lookup } from './lookup.ts';

const bodyBytesMax = 1024;
/** How long the beginning of an answer that refuses may take. */
const bodyMs = 1000;

export const postWebhook: SendWebhook = async (request, signal) => {
  const { origin, pathname, search, username, password } = new URL(request.url);
  const ca = request.caFile === undefined ? undefined : await authoritiesIn(request.caFile);
  const client = new Client(origin, {
    connect: { lookup, timeout: 0, rejectUnauthorized: request.verify, ...(ca !== undefined && { ca }) },
    headersTimeout: 0, // the deadline is the signal's
    bodyTimeout: 0,
    pipelining: 0,
  });
  try {
    const answer = await client.request({
      ...{ method: 'POST', path: `${pathname}${search}`, signal, reset: true, body: request.body },
      headers: Object.fromEntries([
        ...basicOf(username, password),
        ...request.headers,
        ...headersOf(request),
      ]),
    });
    const { statusCode: status, headers } = answer;
    const retryAfter = [headers['retry-after']].flat()[0];
    const body = status >= 200 && status < 300 ? '' : await beginningOf(answer.body);
    return { status, body, ...(retryAfter !== undefined && { retryAfter }) } satisfies WebhookAnswer;
  } finally {
    // Whatever else the answer has is not waited for.
    await client.destroy().catch(() => {});
  }
};

const basicOf = (user: string, password: string): readonly (readonly [string, string])[] =>
  user === '' && password === ''
    ? []
    : [
        [
          'authorization',
          `Basic ${Buffer.from(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`).toString('base64')}`,
        ],
      ];

function headersOf({ id, secret, body }: WebhookRequest): readonly (readonly [string, string])[] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return [
    ['content-type', 'application/json'],
    ['user-agent', 'lvs-director'],
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ...(secret === undefined
      ? []
      : [['webhook-signature', `v1,${signatureOf(secret, `${id}.${timestamp}.${body}`)}`] as const]),
  ];
}

/** The key is the text; of `whsec_` and base64, what that stands for. */
export function signatureOf(secret: string, signed: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return createHmac('sha256', key).update(signed).digest('base64');
}

async function beginningOf(
  body: AsyncIterable<Buffer> & { readonly destroy: () => unknown },
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), bodyMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= bodyBytesMax) break;
    }
  } catch {
    // What came stands.
  }
  clearTimeout(timer);
  return Buffer.concat(chunks).subarray(0, bodyBytesMax).toString('utf8');
}
