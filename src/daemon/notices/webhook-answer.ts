// What the answer of a webhook's receiver means: taken, asked to come again later, or refused, where another try would get
// the same. Source: RFC 9110 §15, §10.2.3. Pure.
import type { WebhookAnswer } from '../../ports/webhook.ts';
import type { Attempt } from './delivery.ts';

const retryMsMax = 3_600_000;
/** Of what was no good about us now: the time (408, 425), the number of requests (429); and all that is theirs. */
const isForLater = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500;

export function attemptOf({ status, retryAfter, body }: WebhookAnswer, nowMs: number): Attempt {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const said = body.trim() === '' ? '' : `: ${body.trim()}`;
  const redirect = status >= 300 && status < 400 ? ' (no redirect is followed)' : '';
  const reason = `HTTP ${status}${redirect}${said}`;
  if (!isForLater(status)) return { kind: 'refused', reason };
  const retryAfterMs = waitOf(retryAfter, nowMs);
  return { kind: 'failed', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Seconds, or a date. */
function waitOf(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const text = retryAfter.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return ms > 0 ? Math.min(ms, retryMsMax) : undefined;
}
