// What of an answer may be shown: its receiver may say anything, and say back what it was sent, whole or in parts (the token
// of `Bearer TOKEN`, the last part of a URL's path).
import { secretsOfConfig } from '../../config/secret-keys.ts';
import type { WebhookConfig } from '../../model/config/webhook.ts';
import { hideLikely, hideMatches, secretPattern } from '../../net/hide-secrets.ts';
import { shown } from '../../net/shown.ts';
import type { Attempt } from './delivery.ts';

/** Shorter parts are words such as `Bearer` and `hook`, and found everywhere. */
const partLengthMin = 8;

export function secretsOf(config: WebhookConfig): readonly string[] {
  const { username, password, pathname, search } = new URL(config.url);
  const parts = [...config.headers.map(([, value]) => value), pathname, search].flatMap((text) =>
    text.split(/[\s,;:="/?&]+/).filter(({ length }) => length >= partLengthMin),
  );
  const path = `${pathname}${search}`;
  const wholes = [...secretsOfConfig(config), password, ...(path.length > 1 ? [path] : [])];
  return [...wholes, ...parts, ...[password, username].map(decoded)].filter((each) => each !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function presentable(attempt: Attempt, secrets: readonly string[]): Attempt {
  if (attempt.kind === 'delivered') return attempt;
  return { ...attempt, reason: shown(hideLikely(hideMatches(attempt.reason, secretPattern(secrets)))) };
}
