// Those who are told of events by mail, as `run` needs them. What sends is loaded with the first mail, as most directors send
// none, and a start is not to wait for it.

import type { CommandQueue } from '../daemon/commands/command-queue.ts';
import type { HealthLoop } from '../daemon/health/health-loop.ts';
import type { Listener } from '../daemon/listeners.ts';
import { createMailer, type Mailer, type MailerPorts } from '../daemon/notices/mailer.ts';
import type { Journal } from '../journal/event.ts';
import { systemClock as clock } from '../system/clock.ts';

/** A stop waits so long for notices; those that nobody takes in that time are lost, and told. */
const noticesMaxMs = 5000;

export type NoticesShell = Pick<MailerPorts, 'config'> & {
  readonly health: Pick<HealthLoop, 'weightFactsOf'>;
  readonly journal: Journal;
  /** Has it told every event. */
  readonly listen: (listener: Listener) => void;
};

export function openNotices({ listen, health, ...shell }: NoticesShell): Mailer {
  const mailer = createMailer({
    ...{ ...shell, clock, wallClock: () => new Date().toISOString() },
    wasServing: (service, real) => health.weightFactsOf(service, real).upSince === undefined,
    send: async (message, way) => {
      const { sendMail } = await import('../system/mail/send-mail.ts');
      return sendMail(message, way);
    },
  });
  listen(mailer.heard);
  return mailer;
}

/** What a stop waits for: programs, and beside them mails and requests to webhooks. */
export const withNotices = (
  commands: Pick<CommandQueue, 'drained'>,
  notices: readonly Pick<Mailer, 'drained'>[],
): Pick<CommandQueue, 'drained'> => ({
  drained: async (limitMs) => {
    const noticesMs = Math.min(limitMs, noticesMaxMs);
    await Promise.all([commands.drained(limitMs), ...notices.map((each) => each.drained(noticesMs))]);
  },
});
