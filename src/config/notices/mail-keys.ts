// The keys of `mail`, and of what ldirectord says of mail at the top level. What they come to is mail.ts.
import * as z from 'zod';
import { catalogue } from '../../journal/catalogue.ts';
import { mailDefaults as defaults } from '../defaults.ts';
import { optional, secret } from '../values/documented.ts';
import { mailAddress, smtpServer } from '../values/mail-address.ts';
import { absolutePath, choice, duration, filledText, flag, formatDuration } from '../values/scalars.ts';
import type { MailSharedDraft } from './service-mail.ts';

/** A mail of what mails come to would be made of its own failure. */
const eventNames = Object.keys(catalogue).filter((name) => !name.startsWith('notice.'));

export const mailSchema = z.strictObject({
  smtp: optional(
    smtpServer(),
    'The server that takes the mail: HOST[:PORT]. Unset: the sendmail of this host.',
  ),
  tls: optional(
    choice(['no', 'starttls', 'tls']),
    'How TLS is spoken with it: not, after STARTTLS or not at all, or at once. Default: tls on port 465; starttls with a user; else no.',
  ),
  verify: optional(flag(), 'Whether its certificate must be trusted and name it.', 'yes'),
  ca: optional(absolutePath(), 'A PEM file of authorities to trust instead of the system.'),
  helo: optional(filledText(), 'What it is told this host is called. Default: the host name.'),
  user: optional(filledText(), 'Whom to log in as. With password.'),
  password: optional(secret(filledText()), 'The password of user.'),
  from: optional(
    mailAddress(),
    'The sender: ADDRESS or NAME <ADDRESS>. Default: the user of the daemon at this host.',
  ),
  to: optional(
    z.array(mailAddress(), { error: 'a list of addresses of mail' }),
    'Who is told: a list of addresses, each ADDRESS or NAME <ADDRESS>.',
  ),
  digest: optional(
    duration({ minMs: 1000, maxMs: 3_600_000 }),
    'How long changes are collected into one mail; longer, up to 5 minutes, while they do not end.',
    formatDuration(defaults.digest),
  ),
  timeout: optional(
    duration({ minMs: 1000, maxMs: 300_000 }),
    'How long one try to send may take.',
    formatDuration(defaults.timeout),
  ),
  servers: optional(flag(), 'Whether real servers and fallbacks are mailed as they come and go.', 'yes'),
  quorum: optional(flag(), 'Whether it is mailed that a service gains or loses its quorum.', 'yes'),
  transitions: optional(flag(), 'Whether the states of virtual routers are mailed.', 'yes'),
  faults: optional(flag(), 'Whether the state fault is among them.', 'yes'),
  events: optional(
    z.array(choice(eventNames), { error: 'a list of events' }),
    'Further events that are mailed, by their names (docs/events.md).',
  ),
});

/** At the top level. */
export const mailTopShape = {
  mail: optional(mailSchema, 'Who is told by mail, of what, and how it goes out.'),
  emailalertfrom: optional(mailAddress(), "ldirectord's name of mail.from."),
} as const;

export type MailDraft = MailSharedDraft & z.output<z.ZodObject<typeof mailTopShape>>;
