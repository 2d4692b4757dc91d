// Mail that cannot go out as it is written: without anybody to go to, by a sendmail that is not there, with a password that
// anybody reads; and keys that have no effect.
import type { VirtualConfig } from '../../model/config/service.ts';
import { action, judgeProgram } from '../judge-program.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { MailDraft } from './mail-keys.ts';

/** Where the programs of all mail systems have it (Filesystem Hierarchy Standard, 4.14). */
const sendmail = '/usr/sbin/sendmail';

const ownNames = { emailalert: 'to', emailalertfrom: 'from', smtp: 'smtp' } as const;
/** Which mean nothing without a server. */
const ofServer = ['tls', 'verify', 'ca', 'helo', 'user', 'password'] as const;
const ofTls = ['verify', 'ca'] as const;
const told = ['emailalertfreq', 'emailalertstatus', 'emailalertfrom', 'smtp'] as const;

export function judgeMail(
  draft: MailDraft,
  virtuals: readonly VirtualConfig[],
  resolution: Resolution,
): void {
  const { problems, sites } = resolution;
  const { mail = {} } = draft;
  const warn = (path: readonly string[], rule: string, got: string) =>
    problems.push(warningAt(sites(...path), `use ${path.at(-1)}`, rule, got));
  for (const [key, name] of Object.entries(ownNames) as [keyof typeof ownNames, 'to' | 'from' | 'smtp'][])
    if (draft[key] !== undefined && mail[name] !== undefined)
      warn([key], `no mail.${name} beside it, which counts`, 'both');
  if (mail.smtp === undefined && draft.smtp === undefined)
    for (const key of ofServer)
      if (mail[key] !== undefined) warn(['mail', key], 'smtp beside it', 'the sendmail of this host');
  judgeLogin(draft, resolution);
  judgeRecipients(draft, virtuals, resolution);
}

function judgeLogin({ mail = {}, smtp }: MailDraft, { problems, sites }: Resolution): void {
  const { user, password, tls } = mail;
  const isAlone = (user === undefined) !== (password === undefined);
  const [key, missing] = user === undefined ? ['password', 'user'] : ['user', 'password'];
  if (isAlone)
    problems.push(errorAt(sites('mail', key), 'log in to send mail', `${missing} beside ${key}`, 'none'));
  const isPlain =
    tls === 'no' || (tls === undefined && user === undefined && (mail.smtp ?? smtp)?.port !== 465);
  if ((mail.smtp ?? smtp) === undefined || !isPlain) return;
  for (const each of ofTls)
    if (mail[each] !== undefined)
      problems.push(warningAt(sites('mail', each), `use ${each}`, 'tls: starttls or tls beside it', 'no'));
  if (user !== undefined) {
    const rule = 'tls: starttls or tls, as anybody on the way reads it';
    problems.push(warningAt(sites('mail', 'tls'), 'keep the password', rule, 'no'));
  }
}

function judgeRecipients(draft: MailDraft, virtuals: readonly VirtualConfig[], resolution: Resolution): void {
  const { problems, sites } = resolution;
  const all = (draft.mail?.to ?? draft.emailalert ?? []).length > 0;
  const some = virtuals.some((virtual) => (virtual.mail?.to ?? []).length > 0);
  const rule = 'an address in mail.to or emailalert';
  if (!all && !some) {
    for (const key of ['mail', ...told] as const)
      if (draft[key] !== undefined) problems.push(warningAt(sites(key), `use ${key}`, rule, 'none'));
  }
  if (!all) {
    for (const { mail, at } of virtuals)
      if (mail !== undefined && mail.to === undefined)
        problems.push(warningAt(at, 'mail of this service', rule, 'none'));
  }
  const isLocal = ({ mail }: VirtualConfig) => (mail?.to ?? []).length > 0 && mail?.smtp === undefined;
  if (draft.mail?.smtp !== undefined || draft.smtp !== undefined) return;
  if (!all && !virtuals.some(isLocal)) return;
  const path =
    draft.mail?.to !== undefined ? ['mail', 'to'] : draft.emailalert !== undefined ? ['emailalert'] : [];
  judgeProgram(sendmail, action, path, resolution);
}
