// Those who are told of events by HTTP, as `run` needs them. The client is loaded with the first request.
import { randomUUID } from 'node:crypto';
import type { CommandQueue } from '../daemon/commands/command-queue.ts';
import type { Listener } from '../daemon/listeners.ts';
import { createWebhooks, type Webhooks } from '../daemon/notices/webhooks.ts';
import type { Journal } from '../journal/event.ts';
import type { Config } from '../model/config/config.ts';
import { systemClock as clock } from '../system/clock.ts';

/** A stop waits so long for requests; what nobody takes in that time is lost, and told. */
const requestsMaxMs = 5000;

type WebhooksShell = { readonly journal: Journal; readonly listen: (listener: Listener) => void };

export function openWebhooks(initial: Config, { journal, listen }: WebhooksShell): Webhooks {
  const webhooks = createWebhooks({
    ...{
      clock,
      journal,
      now: Date.now,
      rfc3339: (ms: number) => new Date(ms).toISOString(),
      newId: randomUUID,
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

/** What a stop waits for: programs, and beside them requests. */
export const withWebhooks = (
  commands: Pick<CommandQueue, 'drained'>,
  webhooks: Webhooks,
): Pick<CommandQueue, 'drained'> => ({
  drained: async (limitMs) => {
    await Promise.all([commands.drained(limitMs), webhooks.drained(Math.min(limitMs, requestsMaxMs))]);
  },
});
