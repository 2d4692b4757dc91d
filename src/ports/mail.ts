// One mail that is handed to a server, or to the mail system of this host, and what that said.
import type { MailAddress, SmtpConfig } from '../model/config/mail.ts';

export type MailMessage = {
  /** Absent: the user of this process at this host. */
  readonly from?: MailAddress;
  readonly to: readonly MailAddress[];
  /** Who gets it this time: all of `to`, or those that the last try left. */
  readonly recipients: readonly MailAddress[];
  readonly subject: string;
  readonly text: string;
};

export type MailResult =
  | {
      readonly kind: 'sent';
      /** For good, each with what was said of it. */
      readonly refused: readonly string[];
      /** May be taken later. */
      readonly deferred: readonly MailAddress[];
      readonly reason?: string;
    }
  | { readonly kind: 'refused' | 'failed'; readonly reason: string };

export type MailWay = {
  /** Absent: the sendmail of this host. */
  readonly smtp?: SmtpConfig;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** What it throws is a failure. */
export type SendMail = (message: MailMessage, way: MailWay) => Promise<MailResult>;
