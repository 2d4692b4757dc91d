// Mail of a daemon as it is built, through a real mail server with STARTTLS, TLS and a login: one that cannot be trusted, takes
// no such login, is silent, is slow, says "later" or knows one of several not. Each mail that can arrive does, once.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { certFile } from '../../probes/scripted-server.ts';
import { daemonStatus } from '../harness/daemon-status.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, type LoggedEvent, startDirector, startNginx } from '../harness/programs.ts';
import { type MailServer, startMailServer } from './mail-server.ts';

const limit = { timeoutMs: 10_000 };
let lab: Lab;
let host: Host;
let mail: MailServer | undefined;
let director: Director;
let password: string;

type Settings = {
  readonly smtp?: string;
  readonly ca?: string;
  readonly to?: string;
  readonly more?: string;
};

const configOf = ({ smtp = '127.0.0.1:587', ca = `, ca: ${certFile}`, to = 'a', more = '' }: Settings) =>
  `director: {control_socket: $CONTROL, state_dir: $STATE}
mail: {smtp: "${smtp}", user: lvs, password: {file: ${password}}${ca}, from: LVS <lvs@example.com>, to: [${to
    .split(' ')
    .map((each) => `${each}@example.com`)
    .join(', ')}], digest: 1s, timeout: 4s, events: [daemon.reloaded]}
virtual:
  - {address: 10.8.0.1:80, servicename: shop, checktype: connect, checkinterval: 1, real: [127.0.0.1:8080 masq 3]${more}}
`;

beforeAll(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  mail = await startMailServer(lab, host);
  if (mail === undefined) return;
  password = join(lab.directory('secret'), 'password');
  say('geheim');
  await startNginx(lab, host, { listen: ['8080'], body: 'x' });
  director = startDirector(lab, host, { config: configOf({ to: 'a grey gone' }) });
  await director.waitFor('daemon.ready', undefined, limit);
});
afterAll(() => lab?.dispose());

const say = (text: string) => writeFileSync(password, `${text}\n`, { mode: 0o600 });
const need = (context: TestContext): MailServer =>
  mail ?? context.skip('no Dovecot submission and OpenSMTPD');

/** Each with whom it was delivered to. */
const delivered = () =>
  (mail?.mails() ?? []).map((text) => ({
    to: /^Delivered-To: (.*)@/m.exec(text)?.[1],
    // RFC 5322 §2.2.3: a long line is folded.
    text: text.replaceAll(/\r?\n(?=[ \t])/g, ''),
  }));
const arrived = (count: number) =>
  waitUntil(() => delivered().length >= count, { what: `${count} mails`, ...limit });

const notices = (from: number, fits: (event: LoggedEvent) => boolean) =>
  waitUntil(() => director.events().slice(from).some(fits), { what: 'a notice', ...limit });
const failed = (from: number, reason: RegExp) =>
  notices(from, ({ event, reason: told }) => event === 'notice.failed' && reason.test(String(told)));

/** Reloads with these, which is mailed. @returns how many events there were before */
async function reload(settings: Settings): Promise<number> {
  const before = director.events().length;
  director.writeConfig(configOf(settings));
  expect(await director.cli('reload')).toMatchObject({ status: 0 });
  return before;
}

it('takes it of who logs in, by STARTTLS; one recipient is not known, one comes later, each gets it once', async (context) => {
  need(context);
  await arrived(2);
  expect(
    delivered()
      .map(({ to }) => to)
      .sort(),
  ).toEqual(['a', 'grey']);
  for (const { text } of delivered()) {
    expect(text).toContain(
      'Subject: [shop] Added real server: 127.0.0.1:8080 (10.8.0.1:80) (Weight set to 3)',
    );
    // RFC 3848: with STARTTLS or TLS, and with AUTH.
    expect(text).toContain('with ESMTPSA');
    expect(text).toContain('From: LVS <lvs@example.com>');
  }
  await failed(0, /550 .*gone@example\.com/);
  if (process.env.KEEP_MAIL !== undefined) writeFileSync(process.env.KEEP_MAIL, mail?.mails()[0] ?? '');
});

/** Each reload is a mail of its own: two within the second of the digest would be one. */
const waiting = (count: number) =>
  waitUntil(
    async () => (await daemonStatus(director)).deliveries?.some((each) => each.waiting === count) === true,
    { what: `${count} mails that wait`, ...limit },
  );

it('is asked again when it is wrong: a certificate, a password', async (context) => {
  need(context);
  const before = delivered().length;
  await failed(await reload({ ca: '' }), /certificate|SELF_SIGNED/i);
  say('falsch');
  await failed(await reload({}), /535 .*Authentication failed/);
  await waiting(2);
  expect(delivered()).toHaveLength(before);
  say('geheim');
  await reload({});
  await arrived(before + 3);
  expect(
    delivered()
      .slice(before)
      .every(({ to }) => to === 'a'),
  ).toBe(true);
});

it('may be silent or slow: nothing waits for it, and what waited arrives', async (context) => {
  const { submission } = need(context);
  const before = delivered().length;
  submission.signalAll('SIGSTOP');
  await failed(await reload({}), /4(?:\.0)? s|4000 ms|time/i);
  // It would not answer as long as the mail server is stopped.
  expect(await director.cli('status')).toMatchObject({ status: 0 });
  await waiting(1);
  submission.signalAll('SIGCONT');
  await arrived(before + 1);
  await reload({ to: 'slow', smtp: '127.0.0.1:465' });
  await arrived(before + 2);
  expect(delivered().at(-1)).toMatchObject({ to: 'slow', text: expect.stringContaining('with ESMTPSA') });
});

it('leaves the password out of all that is told', async (context) => {
  need(context);
  expect(existsSync(password)).toBe(true);
  expect(director.running.lines().join('\n')).not.toMatch(/geheim|falsch/);
});
