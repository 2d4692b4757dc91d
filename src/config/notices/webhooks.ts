// `webhooks`: who is told of events by HTTP (docs/monitoring.md, "Webhooks"). The URL is a secret as a password is: of many
// receivers it is all that who posts has to know.
import * as z from 'zod';
import { catalogue } from '../../journal/catalogue.ts';
import type { TlsUse } from '../../model/config/environment.ts';
import type { WebhookConfig } from '../../model/config/webhook.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present, type Resolution, type Site } from '../resolution.ts';
import { optional, required, secret } from '../values/documented.ts';
import { header } from '../values/header.ts';
import { absolutePath, choice, duration, flag, plainName, scalar } from '../values/scalars.ts';

export const webhookDefaults = {
  template: 'event',
  timeout: 10_000,
  deadline: 3_600_000,
  verify: true,
} as const;
const hooksMax = 16;

/** Those of notices are told to nobody by a notice. */
const names = Object.keys(catalogue).filter((name) => !name.startsWith('notice.'));
const areas = new Set(names.map((name) => `${name.split('.')[0]}.*`));

const event = scalar(
  'the name of an event (docs/events.md), or an area of them such as vrrp.*',
  (value) => (areas.has(value) || names.includes(value) ? value : undefined),
  { type: 'string' },
);

const url = scalar('an http:// or https:// URL', (value) => (isUrl(value) ? value : undefined), {
  type: 'string',
  pattern: '^https?://',
});

const isUrl = (value: string): boolean =>
  /^https?:\/\/[\x21-\x7e]+$/i.test(value) &&
  !/%(?![0-9a-f]{2})/i.test(value) &&
  isDecodable(value) &&
  new URL(value).hash === '';

/** Name and password are sent as what they stand for. */
const isDecodable = (value: string): boolean => {
  try {
    const { username, password } = new URL(value);
    return decodeURIComponent(`${username}${password}`) !== undefined;
  } catch {
    return false;
  }
};

/** As people generate them, and as whsec_ and base64 (Standard Webhooks). */
const key = scalar(
  'a text of 8 to 512 printable ASCII characters, or whsec_ and base64',
  (value) => (/^[\x21-\x7e]{8,512}$/.test(value) && isKey(value) ? value : undefined),
  { type: 'string' },
);

const isKey = (value: string): boolean =>
  !value.startsWith('whsec_') ||
  /^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(value);

export const webhookSchema = z.strictObject({
  name: optional(plainName, 'What the log calls it. Default: the host of the URL.'),
  url: required(secret(url), 'Where each event is posted to.'),
  events: optional(
    z.array(event),
    'The events that are told, by name or area: [real.down, real.up, vrrp.*]. Default: all.',
  ),
  level: optional(
    choice(['error', 'warn', 'info', 'debug']),
    'The least that is told. Default: warn, or where events are named each of them.',
  ),
  template: optional(
    choice(['event', 'slack', 'alertmanager']),
    'What is posted: the event as JSON, a text for Slack and its like, or alerts for the API v2 of an Alertmanager.',
    webhookDefaults.template,
  ),
  headers: optional(
    z.array(secret(header(['content-type', 'user-agent']))),
    'Headers beside ours, each NAME: VALUE.',
  ),
  secret: optional(secret(key), 'The key of the signature (HMAC-SHA256). Unset: none is made.'),
  timeout: optional(duration({ minMs: 1000, maxMs: 60_000 }), 'How long one request may take.', '10s'),
  deadline: optional(
    duration({ minMs: 1000, maxMs: 86_400_000 }),
    'How long an event is tried to hand over; then it is lost, and told as lost.',
    '1h',
  ),
  verify: optional(flag(), 'Whether the certificate must be trusted and name the host.', 'yes'),
  ca: optional(absolutePath(), 'A PEM file of authorities to trust instead of the system.'),
});
type WebhookDraft = z.output<typeof webhookSchema>;

export const webhooksShape = {
  webhooks: optional(z.array(webhookSchema.optional()), 'Who is told of events by HTTP.'),
} as const;
type WebhooksDraft = z.output<z.ZodObject<typeof webhooksShape>>;

/** Absent where there is none. */
export function resolveWebhooks(
  { webhooks = [] }: WebhooksDraft,
  { problems, sites, environment }: Resolution,
): readonly WebhookConfig[] | undefined {
  const hooks: WebhookConfig[] = [];
  for (const [index, draft] of webhooks.entries()) {
    if (draft === undefined) continue;
    const site: Site = (...path) => sites('webhooks', index, ...path);
    const hook = toWebhook(draft);
    if (hooks.some(({ name }) => name === hook.name))
      problems.push(errorAt(site('name'), 'tell webhooks apart', 'a name of its own for each', hook.name));
    judge(draft, site, { problems, environment });
    hooks.push(hook);
  }
  if (hooks.length > hooksMax)
    problems.push(
      errorAt(sites('webhooks'), 'post to all webhooks', `at most ${hooksMax}`, `${hooks.length}`),
    );
  return hooks.length === 0 ? undefined : hooks;
}

function toWebhook(draft: WebhookDraft): WebhookConfig {
  const { template = webhookDefaults.template, events } = draft;
  const isPlain = events === undefined && template !== 'alertmanager';
  return {
    name: draft.name ?? new URL(draft.url).hostname,
    ...{ url: draft.url, template, headers: draft.headers ?? [] },
    timeoutMs: draft.timeout ?? webhookDefaults.timeout,
    deadlineMs: draft.deadline ?? webhookDefaults.deadline,
    verify: draft.verify ?? webhookDefaults.verify,
    ...present({ events, level: draft.level ?? (isPlain ? ('warn' as const) : undefined) }),
    ...present({ secret: draft.secret, caFile: draft.ca }),
  };
}

function judge(
  draft: WebhookDraft,
  site: Site,
  { problems, environment }: Pick<Resolution, 'problems' | 'environment'>,
) {
  const { ca, verify, template } = draft;
  const isHttps = /^https:/i.test(draft.url);
  const use: TlsUse = present({ caFile: ca });
  if (ca !== undefined) {
    for (const { rule, got } of environment.judgeTls?.(use) ?? [])
      problems.push(warningAt(site('ca'), 'read ca', rule, got));
  }
  for (const [name, value] of [
    ['ca', ca],
    ['verify', verify],
  ] as const) {
    if (value !== undefined && !isHttps)
      problems.push(warningAt(site(name), `use ${name}`, 'an https:// URL beside it', 'an http:// URL'));
  }
  if (ca !== undefined && verify === false)
    problems.push(warningAt(site('ca'), 'use ca', 'verify: yes beside it', 'verify: no'));
  const path = new URL(draft.url).pathname;
  if (template === 'alertmanager' && !path.endsWith('/api/v2/alerts'))
    problems.push(warningAt(site('url'), 'post alerts', 'a URL that ends in /api/v2/alerts', 'another one'));
}
