// Posts events to webhooks: each has a queue of its own (delivery-queue.ts), so that one that is slow, away or hostile holds
// up no other, and nothing else. What is posted is made when the event happens; where to, and with which key, is what the
// config says when it is tried. Who speaks HTTP is the shell's (system/webhooks).

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { WebhookConfig } from '../../model/config/webhook.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SendWebhook, WebhookRequest } from '../../ports/webhook.ts';
import { recordOf } from '../log/event-line.ts';
import { type Alert, type AlertBook, createAlertBook, repeatMs } from './alert-book.ts';
import { createDeliveryQueue, type DeliveryQueue, type DeliveryStatus } from './delivery-queue.ts';
import { attemptOf } from './webhook-answer.ts';
import { eventBody, isFor, slackBody, type Told } from './webhook-body.ts';
import { presentable, secretsOf } from './webhook-secrets.ts';

export type Webhooks = {
  readonly heard: (event: JournalEvent) => void;
  /** At the start, and at each reload. */
  readonly configure: (config: Config) => void;
  /** Resolves when all is posted, or after that time. */
  readonly drained: (limitMs: number) => Promise<void>;
  readonly status: () => readonly DeliveryStatus[];
};

export type WebhookPorts = {
  readonly clock: Clock;
  /** In ms since 1970: what is posted says when. */
  readonly now: () => number;
  readonly rfc3339: (ms: number) => string;
  readonly newId: () => string;
  readonly journal: Journal;
  readonly send: SendWebhook;
};

type Hook = {
  config: WebhookConfig;
  readonly queue: DeliveryQueue;
  /** Of one for an Alertmanager. */
  readonly book: AlertBook | undefined;
};

type Posting = {
  readonly hook: Hook;
  readonly about: string;
  readonly id: string;
  readonly body: string;
};

type Hooks = WebhookPorts & { readonly hooks: Map<string, Hook>; director: string };

export function createWebhooks(ports: WebhookPorts): Webhooks {
  const all: Hooks = { ...ports, hooks: new Map(), director: '' };
  const { hooks, clock, now } = all;
  let cancelRepeat: (() => void) | undefined;

  /** What waits already says it as well. */
  function repeat(): void {
    cancelRepeat = clock.after(repeatMs, repeat);
    for (const hook of hooks.values()) {
      if (hook.book !== undefined && hook.queue.status().waiting === 0)
        postAlerts(all, hook, 'alerts that still hold', hook.book.open(now()));
    }
  }

  return {
    heard: (event) => {
      if (hooks.size === 0 || event.event.startsWith('notice.')) return;
      const record = recordOf(event, { timestamp: all.rfc3339(now()), bsdTime: '' });
      const told = { event, record, id: all.newId(), director: all.director };
      for (const hook of hooks.values()) tell(all, hook, told);
    },
    configure: (config) => {
      configure(all, config);
      const repeats = [...hooks.values()].some(({ book }) => book !== undefined);
      if (!repeats) cancelRepeat?.();
      cancelRepeat = repeats ? (cancelRepeat ?? clock.after(repeatMs, repeat)) : undefined;
    },
    drained: async (limitMs) => {
      cancelRepeat?.();
      await Promise.all([...hooks.values()].map(({ queue }) => queue.drained(limitMs)));
    },
    status: () => [...hooks.values()].map(({ queue }) => queue.status()),
  };
}

function tell(all: Hooks, hook: Hook, told: Told): void {
  const { config, book } = hook;
  const about = told.record.event;
  if (book !== undefined) postAlerts(all, hook, about, book.note(told, config, all.now()));
  else if (isFor(config, told.record)) {
    const body = config.template === 'slack' ? slackBody(told) : eventBody(told);
    post(all, { hook, about, id: told.id, body });
  }
}

function postAlerts(all: Hooks, hook: Hook, about: string, alerts: readonly Alert[]): void {
  if (alerts.length > 0) post(all, { hook, about, id: all.newId(), body: JSON.stringify(alerts) });
}

function configure(all: Hooks, config: Config): void {
  const { hooks, now } = all;
  all.director = config.director.name;
  const wanted = new Map((config.webhooks ?? []).map((each) => [keyOf(each), each]));
  for (const [key, hook] of hooks) {
    if (wanted.has(key)) continue;
    hooks.delete(key);
    void hook.queue.drained(hook.config.timeoutMs);
  }
  for (const [key, each] of wanted) {
    const hook = hooks.get(key) ?? createHook(all, each);
    hook.config = each;
    hooks.set(key, hook);
    const gone = hook.book?.close((labels) => isGone(config, labels), now()) ?? [];
    postAlerts(all, hook, 'alerts of what is configured no more', gone);
  }
}

/** What a queue cannot change: the rest of a webhook may change below it. */
const keyOf = ({ name, template, timeoutMs, deadlineMs }: WebhookConfig): string =>
  JSON.stringify([name, template, timeoutMs, deadlineMs]);

function createHook({ clock, journal, rfc3339 }: WebhookPorts, config: WebhookConfig): Hook {
  const { name, timeoutMs, deadlineMs, template } = config;
  const limits = { attemptMs: timeoutMs, deadlineMs };
  const queue = createDeliveryQueue({ clock, journal, sink: `webhook ${name}`, limits });
  return { config, queue, book: template === 'alertmanager' ? createAlertBook(rfc3339) : undefined };
}

function post({ send, now, hooks }: Hooks, { hook, about, id, body }: Posting): void {
  /** Of the others as well: who receives for several knows them all. */
  const secrets = () => [hook, ...hooks.values()].flatMap(({ config }) => secretsOf(config));
  hook.queue.add({
    about,
    bytes: body.length,
    deliver: async (signal) => {
      const { config } = hook;
      const request: WebhookRequest = {
        ...{ url: config.url, headers: config.headers, body, id, verify: config.verify },
        ...(config.secret !== undefined && { secret: config.secret }),
        ...(config.caFile !== undefined && { caFile: config.caFile }),
      };
      try {
        return presentable(attemptOf(await send(request, signal), now()), secrets());
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return presentable({ kind: 'failed', reason }, secrets());
      }
    },
  });
}

/** Whether an alert is of a service or a server that is in the config no more. Servers by name or from a file may come back. */
function isGone({ virtuals }: Config, { service, real }: Alert['labels']): boolean {
  if (service === undefined) return false;
  const found = virtuals.find(({ id }) => formatServiceId(id) === service);
  if (found === undefined) return true;
  const isListed = found.namedReals === undefined && found.realFile === undefined;
  const hosts = found.reals.map(({ address }) => address as string);
  return real !== undefined && isListed && !hosts.some((host) => real.includes(host));
}
