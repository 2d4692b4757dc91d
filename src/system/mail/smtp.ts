// Hands one message to a mail server: SMTP (RFC 5321) by nodemailer, with STARTTLS (RFC 3207) or TLS at once, and a login
// where there is a user. What it says of a recipient holds for that one: 4yz may be taken later, 5yz never
// (RFC 5321 §4.2.1).
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailAddress, SmtpConfig } from '../../model/config/mail.ts';
import { shown } from '../../net/shown.ts';
import type { MailResult } from '../../ports/mail.ts';
import { authoritiesIn } from '../files/authorities-in.ts';

export type Envelope = {
  readonly from: string;
  readonly recipients: readonly MailAddress[];
  readonly raw: Buffer;
};

export type SmtpWay = { readonly smtp: SmtpConfig; readonly timeoutMs: number; readonly signal: AbortSignal };

/** An error of nodemailer's: of one recipient, or of the whole. */
type SmtpError = Error & {
  readonly responseCode?: number | undefined;
  readonly recipient?: string | undefined;
  /** What it answers. */
  readonly command?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
};

export async function sendBySmtp(
  envelope: Envelope,
  { smtp, timeoutMs, signal }: SmtpWay,
): Promise<MailResult> {
  const place = `${smtp.host}:${smtp.port}`;
  try {
    const connection = new SMTPConnection(await optionsOf(smtp, timeoutMs));
    const end = () => connection.close();
    signal.addEventListener('abort', end);
    // What goes wrong beside a question ends it as well; behind the last one it is no matter.
    const broken = new Promise<never>((_resolve, reject) => {
      connection.on('error', reject);
      connection.on('end', () => reject(new Error('the server closed the connection')));
    });
    broken.catch(() => {});
    try {
      const rejected = await Promise.race([dialogue(connection, envelope, smtp), broken]);
      return resultOf(envelope, rejected, place);
    } finally {
      signal.removeEventListener('abort', end);
      connection.close();
    }
  } catch (error) {
    const failure = error as SmtpError;
    const { rejectedErrors } = failure;
    if (rejectedErrors !== undefined && rejectedErrors.length > 0)
      return resultOf(envelope, rejectedErrors, place);
    return { kind: isOfMail(failure) ? 'refused' : 'failed', reason: `${place}: ${shown(failure.message)}` };
  }
}

/** RFC 4954 §6: who speaks, not what is mailed. */
const whoCodes: readonly number[] = [530, 534, 535, 538];

/** What is said of a greeting, of TLS or of a login may be another word after a reload: the mail goes on waiting. */
const isOfMail = ({ responseCode = 0, command = '' }: SmtpError): boolean =>
  responseCode >= 500 && !whoCodes.includes(responseCode) && /^(?:MAIL|RCPT|DATA)/.test(command);

async function optionsOf(smtp: SmtpConfig, timeoutMs: number) {
  const { host, port, tls, verify, caFile, helo } = smtp;
  const ca = tls === 'no' || caFile === undefined ? undefined : await authoritiesIn(caFile);
  return {
    ...{ host, port, secure: tls === 'tls', requireTLS: tls === 'starttls', ignoreTLS: tls === 'no' },
    ...(helo !== undefined && { name: helo }),
    tls: { rejectUnauthorized: verify, ...(ca && { ca }) },
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    ...{ dnsTimeout: timeoutMs, maxResponseSize: 65_536, allowInternalNetworkInterfaces: true },
  };
}

/** @returns what was said of recipients that are not taken, where some are. */
async function dialogue(
  connection: SMTPConnection,
  { from, recipients, raw }: Envelope,
  { user, password }: SmtpConfig,
): Promise<readonly SmtpError[]> {
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error === undefined ? resolve() : reject(error)));
  });
  if (user !== undefined) {
    if (!connection.allowsAuth) throw new Error('expected a server that offers AUTH, got none');
    const credentials = { user, pass: password ?? '' };
    await new Promise<void>((resolve, reject) => {
      connection.login({ credentials }, (error) => (error === null ? resolve() : reject(error)));
    });
  }
  const to = recipients.map(({ address }) => address);
  return new Promise((resolve, reject) => {
    connection.send({ from, to }, raw, (error, info) => {
      if (error !== null) return reject(error);
      // It has been taken: how the dialogue ends is no matter.
      connection.quit();
      resolve(info?.rejectedErrors ?? []);
    });
  });
}

function resultOf({ recipients }: Envelope, rejected: readonly SmtpError[], place: string): MailResult {
  const isDeferred = ({ responseCode = 0 }: SmtpError) => responseCode < 500;
  const later = rejected.filter(isDeferred);
  const [first] = later;
  return {
    kind: 'sent',
    refused: rejected
      .filter((each) => !isDeferred(each))
      .map((each) => `${place}: ${each.recipient}: ${shown(each.message)}`),
    deferred: recipients.filter(({ address }) => later.some(({ recipient }) => recipient === address)),
    ...(first !== undefined && { reason: `${place}: ${shown(first.message)}` }),
  };
}
