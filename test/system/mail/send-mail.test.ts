// What a mail server is told, and what is made of its answers: all of them taken, some refused, later, never, none at all.
import { afterEach, describe, expect, it } from 'vitest';
import type { SmtpConfig } from '../../../src/model/config/mail.ts';
import type { MailMessage, MailResult } from '../../../src/ports/mail.ts';
import { sendMail } from '../../../src/system/mail/send-mail.ts';
import { type Answer, openSmtpSink, type SmtpSink } from './smtp-sink.ts';

let sink: SmtpSink;
afterEach(() => sink?.close());

const to = [{ address: 'a@example.com', name: 'Doe, John' }, { address: 'root' }];
const message: MailMessage = {
  ...{ from: { address: 'lvs@example.com', name: 'LVS Größe' }, to, recipients: to },
  ...{ subject: 'Deleted real server: 10.0.0.2:80 (10.0.0.1:80)', text: 'one\n.two\nthree\n' },
};

async function send(answer: Answer = () => undefined, smtp: Partial<SmtpConfig> = {}): Promise<MailResult> {
  sink = await openSmtpSink({ answer });
  const server: SmtpConfig = { host: '127.0.0.1', port: sink.port, tls: 'no', verify: true, ...smtp };
  return sendMail(message, { smtp: server, timeoutMs: 5000, signal: new AbortController().signal });
}

const isVerb = (verb: string, line: string) => line.toUpperCase().startsWith(verb);

describe('a mail', () => {
  it('has one RCPT for each recipient, and says all of them in its header', async () => {
    expect(await send()).toEqual({ kind: 'sent', refused: [], deferred: [] });
    const [mail] = sink.mails;
    expect(mail).toMatchObject({
      from: 'lvs@example.com',
      to: ['a@example.com', 'root'],
      subject: message.subject,
    });
    expect(mail?.body).toBe('one\n.two\nthree');
    expect(mail?.text).toMatch(/^From: =\?UTF-8\?.*<lvs@example\.com>$/m);
    expect(mail?.text).toMatch(/^To: "Doe, John" <a@example\.com>, <root>$/m);
    expect(mail?.text).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(mail?.text).toMatch(/^Date: /m);
  });

  it('that one recipient is refused goes to the others', async () => {
    const result = await send((line) => (line.includes('<root>') ? '550 no such user' : undefined));
    expect(result).toMatchObject({ kind: 'sent', deferred: [] });
    expect(result.kind === 'sent' && result.refused).toEqual([
      expect.stringMatching(/root.*550 no such user/),
    ]);
    expect(sink.mails).toHaveLength(1);
  });

  it.each([
    ['one', (line: string) => (line.includes('<root>') ? '450 grey' : undefined), ['root']],
    ['all', (line: string) => (isVerb('RCPT', line) ? '450 grey' : undefined), ['a@example.com', 'root']],
  ])('that %s may take later is left for those', async (_, answer, left) => {
    const result = await send(answer);
    expect(result.kind === 'sent' && result.deferred.map(({ address }) => address)).toEqual(left);
  });
});

describe('a file of authorities', () => {
  it.each([
    ['a device', '/dev/zero'],
    ['nothing', '/nowhere'],
  ])('that is %s is no file, and the mail waits', async (_, caFile) => {
    expect(await send(undefined, { tls: 'starttls', caFile })).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining(`Cannot read ca ${caFile}: expected`),
    });
  });
});

describe('a server', () => {
  it.each([
    ['greets with 421', '', '421 busy', 'failed'],
    ['greets with 554', '', '554 go away', 'failed'],
    ['wants to know who sends', 'MAIL', '530 5.7.0 Authentication required', 'failed'],
    ['refuses the sender', 'MAIL', '550 who', 'refused'],
    ['defers the sender', 'MAIL', '451 later', 'failed'],
    ['defers DATA', 'DATA', '451 later', 'failed'],
    ['refuses the message', '.', '554 spam', 'refused'],
    ['defers the message', '.', '452 full', 'failed'],
  ] as const)('that %s', async (_, verb, reply, kind) => {
    const result = await send((line) =>
      (verb === '' ? line === '' : isVerb(verb, line)) ? reply : undefined,
    );
    expect(result.kind).toBe(kind);
    expect(result.kind !== 'sent' && result.reason).toContain(reply.slice(4));
    expect(result.kind !== 'sent' && result.reason).toContain(`127.0.0.1:${sink.port}: `);
    expect(sink.mails).toEqual([]);
  });

  it('that takes the mail and closes without a word more has taken it', async () => {
    expect((await send((line) => (isVerb('QUIT', line) ? '' : undefined))).kind).toBe('sent');
  });

  it('that has no STARTTLS gets neither a mail nor a password where it is asked for', async () => {
    const result = await send(undefined, { tls: 'starttls', user: 'u', password: 'geheim' });
    expect(result.kind).toBe('failed');
    expect(sink.mails).toEqual([]);
    expect(sink.heard.join(' ')).not.toMatch(/AUTH|MAIL/);
  });

  it('that has no AUTH gets no mail of who is to log in', async () => {
    const result = await send(undefined, { user: 'u', password: 'geheim' });
    expect(result).toMatchObject({ kind: 'failed', reason: expect.stringContaining('AUTH') });
    expect(sink.mails).toEqual([]);
  });

  it('that is not there is told so', async () => {
    sink = await openSmtpSink();
    sink.close();
    const smtp: SmtpConfig = { host: '127.0.0.1', port: sink.port, tls: 'no', verify: true };
    const result = await sendMail(message, { smtp, timeoutMs: 5000, signal: new AbortController().signal });
    expect(result).toMatchObject({ kind: 'failed', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it.each(['', 'EHLO', 'MAIL', 'DATA', '.'])(
    'that falls silent at "%s" is left when the time is over',
    async (verb) => {
      sink = await openSmtpSink({
        answer: (line) => ((verb === '' ? line === '' : isVerb(verb, line)) ? '' : undefined),
      });
      const smtp: SmtpConfig = { host: '127.0.0.1', port: sink.port, tls: 'no', verify: true };
      const result = await sendMail(message, { smtp, timeoutMs: 300, signal: new AbortController().signal });
      expect(result.kind).toBe('failed');
    },
  );

  it('is left at once where nobody waits any more', async () => {
    const abort = new AbortController();
    const answer = (): string => {
      abort.abort();
      return '';
    };
    sink = await openSmtpSink({ answer });
    const smtp: SmtpConfig = { host: '127.0.0.1', port: sink.port, tls: 'no', verify: true };
    const result = sendMail(message, { smtp, timeoutMs: 60_000, signal: abort.signal });
    expect((await result).kind).toBe('failed');
  });
});
