// `mail`: who is told by mail, of what, and how it goes out; ldirectord's keys at the top level are names of some of it. What
// has no effect is told in judge-mail.ts.
import type { MailConfig, SmtpConfig } from '../../model/config/mail.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { mailDefaults as defaults } from '../defaults.ts';
import { present, type Resolution } from '../resolution.ts';
import { mailStates } from '../values/mail-address.ts';
import { judgeMail } from './judge-mail.ts';
import type { MailDraft } from './mail-keys.ts';
import { smtpPort } from './service-mail.ts';

/** @returns undefined where nobody is told anything. */
export function resolveMail(
  draft: MailDraft,
  virtuals: readonly VirtualConfig[],
  resolution: Resolution,
): MailConfig | undefined {
  judgeMail(draft, virtuals, resolution);
  const { mail = {}, emailalertfreq = 0 } = draft;
  const to = mail.to ?? draft.emailalert ?? [];
  if (to.length === 0 && !virtuals.some((virtual) => (virtual.mail?.to ?? []).length > 0)) return undefined;
  return {
    to,
    ...present({ from: mail.from ?? draft.emailalertfrom, smtp: resolveSmtp(draft) }),
    repeatMs: emailalertfreq * 1000,
    states: draft.emailalertstatus ?? mailStates,
    digestMs: mail.digest ?? defaults.digest,
    timeoutMs: mail.timeout ?? defaults.timeout,
    servers: mail.servers ?? true,
    quorum: mail.quorum ?? true,
    transitions: mail.transitions ?? true,
    faults: mail.faults ?? true,
    events: mail.events ?? [],
  };
}

function resolveSmtp({ mail = {}, smtp }: MailDraft): SmtpConfig | undefined {
  const server = mail.smtp ?? smtp;
  if (server === undefined) return undefined;
  const { helo, user, password, ca: caFile, verify = true } = mail;
  const tls = mail.tls ?? (server.port === smtpsPort ? 'tls' : user === undefined ? 'no' : 'starttls');
  return {
    ...{ host: server.host, port: server.port ?? (tls === 'tls' ? smtpsPort : smtpPort), tls, verify },
    ...present({ caFile, helo, user, password }),
  };
}

/** RFC 8314 §7.3 */
const smtpsPort = 465;
