// Those who are told of events by HTTP, as `run` needs them. The client is loaded with the first request.
import type { Listener } from '../daemon/listeners.ts';
import { createWebhooks, type Webhooks } from '../daemon/notices/webhooks.ts';
import type { Journal } from '../journal/event.ts';
import type { Config } from '../model/config/config.ts';
import { systemClock as clock } from '../system/clock.ts';

type WebhooksShell = { readonly journal: Journal; readonly listen: (listener: Listener) => void };

export function openWebhooks(initial: Config, { journal, listen }: WebhooksShell): Webhooks {
  const webhooks = createWebhooks({
    ...{
      clock,
      journal,
      now: Date.now,
      rfc3339: (ms: number) => new Date(ms).toISOString(),
      // Loaded with the first webhook.
      newId: () => process.getBuiltinModule('node:crypto').randomUUID(),
    },
    send: async (request, signal) => {
      const { postWebhook } = await import('../system/webhooks/post-webhook.ts');
      return postWebhook(request, signal);
    },
  });
  webhooks.configure(initial);
  listen(webhooks.heard);
  return webhooks;
}
