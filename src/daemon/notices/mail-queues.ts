// The mails on their way: a queue for each server that takes some, which asks for the settings of the moment at each try, so
// that a password that is set right by a reload sends what waits. Recipients that a server refuses are told of; those that it
// may take later are tried again alone.
import type { Journal } from '../../journal/event.ts';
import type { MailAddress, MailConfig, SmtpConfig, SmtpServer } from '../../model/config/mail.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MailMessage, SendMail } from '../../ports/mail.ts';
import type { Attempt } from './delivery.ts';
import { createDeliveryQueue, type DeliveryQueue, type DeliveryStatus } from './delivery-queue.ts';
import type { MailText } from './mail-digest.ts';
import type { MailRoute } from './mail-windows.ts';

export type MailQueues = {
  readonly add: (route: MailRoute, mail: MailText) => void;
  /** Resolves when all of them are empty, or after that time. */
  readonly drained: (limitMs: number) => Promise<void>;
  readonly status: () => readonly DeliveryStatus[];
};

export type MailQueuesPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly send: SendMail;
  /** Undefined: no mail is configured any more. */
  readonly config: () => MailConfig | undefined;
};

export function createMailQueues({ clock, journal, send, config }: MailQueuesPorts): MailQueues {
  const queues = new Map<string, DeliveryQueue>();
  let latest: MailConfig | undefined;
  const current = (): MailConfig | undefined => {
    latest = config() ?? latest;
    return latest;
  };

  function queueOf(sink: string): DeliveryQueue {
    const known = queues.get(sink);
    if (known !== undefined) return known;
    const attemptMs = () => current()?.timeoutMs ?? attemptMsDefault;
    const queue = createDeliveryQueue({ clock, journal, sink, attemptMs });
    queues.set(sink, queue);
    return queue;
  }

  return {
    add: ({ to, from, smtp }, { subject, text }) => {
      const sink = smtp === undefined ? 'mail' : `mail by ${smtp.host}:${smtp.port}`;
      let recipients: readonly MailAddress[] = to;
      let attempts = 0;
      const deliver = async (signal: AbortSignal): Promise<Attempt> => {
        attempts += 1;
        const mail = current();
        const timeoutMs = mail?.timeoutMs ?? attemptMsDefault;
        const server = smtp === undefined ? mail?.smtp : plainServer(smtp);
        const sender = from ?? mail?.from;
        const message: MailMessage = {
          to,
          recipients,
          subject,
          text,
          ...(sender && { from: sender }),
        };
        const result = await send(message, { timeoutMs, signal, ...(server && { smtp: server }) });
        if (result.kind !== 'sent') return result;
        const { refused, deferred, reason = 'not now' } = result;
        for (const each of refused)
          journal({ event: 'notice.failed', sink, about: subject, reason: each, attempts });
        const taken = recipients.length - refused.length - deferred.length;
        if (taken > 0) journal({ event: 'notice.mailed', sink, subject, recipients: taken, attempts });
        recipients = deferred;
        return deferred.length === 0 ? { kind: 'delivered' } : { kind: 'failed', reason };
      };
      queueOf(sink).add({ about: subject, bytes: subject.length + text.length, deliver });
    },
    drained: async (limitMs) => {
      await Promise.all([...queues.values()].map((queue) => queue.drained(limitMs)));
    },
    status: () => [...queues.values()].map((queue) => queue.status()),
  };
}

const attemptMsDefault = 30_000;

/** A service's own: what opens that of all is not for it. */
const plainServer = ({ host, port }: SmtpServer): SmtpConfig => ({
  ...{ host, port, verify: true, tls: port === 465 ? 'tls' : 'no' },
});
