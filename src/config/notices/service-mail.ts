// ldirectord's keys for mail, at the top level for all services and in one for itself: to whom, when, how often, and by which
// server. What else there is to mail stands in `mail` (mail.ts).
import type { z } from 'zod';
import type { ServiceMailConfig } from '../../model/config/mail.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { mailAddresses, mailStateList, smtpServer } from '../values/mail-address.ts';
import { flag, whole } from '../values/scalars.ts';

/** At the top level and in a virtual service. */
export const mailSharedShape = {
  emailalert: optional(
    mailAddresses(),
    'Who is told by mail as servers come and go. At the top level mail.to.',
  ),
  emailalertfreq: optional(
    whole(0, 1_000_000_000),
    'Seconds after which a server that is down is told of again, and again. 0: not.',
    '0',
  ),
  emailalertstatus: optional(
    mailStateList(),
    'In which states of the daemon it is mailed: `all`, `none`, or some of starting, running, stopping, reloading.',
    'all',
  ),
  smtp: optional(smtpServer(), 'The server that takes the mail: HOST[:PORT]. At the top level mail.smtp.'),
} as const;
export type MailSharedDraft = z.output<z.ZodObject<typeof mailSharedShape>>;

/** In a virtual service alone, in keepalived's word. */
export const mailServiceShape = {
  smtp_alert: optional(flag(), 'Whether its quorum is mailed. Default: mail.quorum.'),
} as const;
type MailServiceDraft = MailSharedDraft & z.output<z.ZodObject<typeof mailServiceShape>>;

/** Of a real server. */
export const mailOfServerShape = {
  smtp_alert: optional(flag(), 'Whether it is mailed that it comes and goes.', 'yes'),
} as const;

/** Of a virtual router. */
export const mailOfRouterShape = {
  smtp_alert: optional(flag(), 'Whether its states are mailed. Default: mail.transitions.'),
} as const;

export const smtpPort = 25;

/** @returns undefined where it says nothing. */
export function resolveServiceMail(draft: MailServiceDraft): ServiceMailConfig | undefined {
  const { emailalert, emailalertfreq, emailalertstatus, smtp, smtp_alert } = draft;
  const mail = present({
    to: emailalert,
    repeatMs: emailalertfreq === undefined ? undefined : emailalertfreq * 1000,
    states: emailalertstatus,
    smtp: smtp && { port: smtpPort, ...smtp },
    quorum: smtp_alert,
  });
  return Object.keys(mail).length === 0 ? undefined : mail;
}
