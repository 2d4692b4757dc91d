// Webhooks of a daemon as it is built: against a scripted receiver, one that is silent, and a real Alertmanager; with all
// secrets from elsewhere, none of which comes out anywhere.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';

type Post = {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
};

const marker = 'Mk7RhQ2z';
const limit = { timeoutMs: 30_000 };
const [key, token, password] = [`${marker}-key`, `${marker}-token`, `${marker}-password`];
const hasAlertmanager = ['prometheus-alertmanager', 'amtool'].every((name) => existsSync(`/usr/bin/${name}`));
const alertmanager = 'http://127.0.0.1:9093';

let lab: Lab;
let host: Host;
let director: Director;
let leave: (() => void) | undefined;
let folder: string;
let port: number;
const servers: Server[] = [];
const posts: Post[] = [];
/** What the receiver of JSON says first to an event: which server is judged first is left to them. */
const answers: Record<string, [status: number, headers: Record<string, string>][]> = {
  'real.down': [[503, { 'retry-after': '1' }]],
  'real.up': [],
};

const urlFile = (path: string) =>
  writeFileSync(join(folder, 'url'), `http://127.0.0.1:${port}/${marker}/${path}\n`, { mode: 0o600 });

beforeAll(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  leave = enter(host);
  folder = lab.directory('secrets');
  chmodSync(join(folder, '..'), 0o755);
  chmodSync(folder, 0o777);
  port = await listen(
    createServer((request, answer) => {
      let text = '';
      request.on('data', (chunk) => {
        text += String(chunk);
      });
      request.on('end', () => {
        const body = JSON.parse(text) as Post['body'];
        posts.push({ url: request.url ?? '', headers: request.headers, body });
        const isJson = request.url?.startsWith(`/${marker}`) === true;
        const [status, headers] = (isJson ? answers[String(body.event)]?.shift() : undefined) ?? [200, {}];
        answer.writeHead(status, headers).end(`you said ${request.url} ${token} ${key}`);
      });
    }),
  );
  const silent = await listen(createServer(() => {}));
  urlFile('first');
  writeFileSync(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  mkdirSync(join(folder, 'credentials'));
  writeFileSync(join(folder, 'credentials', 'hook'), `Authorization: Bearer ${token}\n`);
  writeFileSync(
    join(folder, 'check'),
    `#!/bin/sh\n{ env; echo "$0 $*"; } >${folder}/seen.new && mv ${folder}/seen.new ${folder}/seen\n`,
    { mode: 0o755 },
  );
  if (hasAlertmanager) await startAlertmanager();
  director = startDirector(lab, host, {
    config: configOf(silent),
    prefix: ['env', `HOOK_KEY=${key}`, `CREDENTIALS_DIRECTORY=${join(folder, 'credentials')}`],
  });
});
afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  leave?.();
  await lab?.dispose();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}

async function startAlertmanager(): Promise<void> {
  const state = lab.directory('alertmanager');
  const file = join(state, 'alertmanager.yml');
  writeFileSync(file, 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n');
  const options = [
    `--config.file=${file}`,
    `--storage.path=${state}`,
    '--web.listen-address=127.0.0.1:9093',
    '--cluster.listen-address=',
  ];
  host.start(['prometheus-alertmanager', ...options]);
  await waitUntil(async () => (await host.attempt('curl', '-sf', `${alertmanager}/-/ready`)).status === 0, {
    what: 'an Alertmanager',
    ...limit,
  });
}

const configOf = (silent: number) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
webhooks:
  - {name: json, url: {file: ${folder}/url}, secret: {env: HOOK_KEY}, headers: [{credential: hook}], events: [real.*]}
  - {name: slack, url: "http://127.0.0.1:${port}/slack", template: slack, events: [real.*]}
  - {name: silent, url: "http://127.0.0.1:${silent}/", timeout: 1, level: debug}
  - {name: alerts, url: "${alertmanager}/api/v2/alerts", template: alertmanager, level: warn}
virtual:
  - {address: "10.9.9.9:80", service: http, checkinterval: 0.3, login: u, passwd: {file: ${folder}/password}, real: ["127.0.0.1:8080 masq"]}
  - {address: "10.9.9.9:81", checktype: external, checkcommand: ${folder}/check, checkinterval: 0.3, real: ["127.0.0.1:81 masq"]}
`;

const ofJson = (event: string) =>
  posts.filter(({ url, body }) => url.startsWith(`/${marker}`) && body.event === event);
const posted = (event: string, count = 1) =>
  waitUntil(() => ofJson(event).length >= count, { what: `${event} at the receiver`, ...limit });

describe('an event', () => {
  it('is posted, signed, and again with the same id when the receiver was not ready', async () => {
    await posted('real.down', 2);
    const [first, second] = ofJson('real.down');
    expect(second?.body).toEqual(first?.body);
    expect(first?.body).toMatchObject({
      level: 'warn',
      director: 'lvs1',
      service: 'tcp 10.9.9.9:80',
      real: '127.0.0.1:8080',
    });
    expect(first?.headers).toMatchObject({ authorization: `Bearer ${token}`, 'webhook-id': first?.body.id });
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const at = second?.headers['webhook-timestamp'];
    const signed = `${second?.body.id}.${at}.${JSON.stringify(second?.body)}`;
    const hmac = execFileSync('openssl', ['dgst', '-sha256', '-binary', '-hmac', key], { input: signed });
    expect(second?.headers['webhook-signature']).toBe(`v1,${hmac.toString('base64')}`);
  });

  it('reaches Slack as a text', async () => {
    const found = () =>
      posts.find(({ url, body }) => url === '/slack' && String(body.text).includes('real.down'));
    await waitUntil(() => found() !== undefined, { what: 'a text', ...limit });
    expect(found()?.body).toEqual({
      text: expect.stringMatching(/^:large_yellow_circle: \*lvs1\* real\.down: 127\.0\.0\.1:8080 of/),
    });
  });

  it.skipIf(!hasAlertmanager)('is an alert of a real Alertmanager until its end', async () => {
    const alerts = async () =>
      JSON.parse(
        await host.run(
          'amtool',
          `--alertmanager.url=${alertmanager}`,
          'alert',
          'query',
          'alertname=LvsServerDown',
          '-o',
          'json',
        ),
      ) as { labels: object; status: object }[];
    await waitUntil(async () => (await alerts()).length === 1, { what: 'the alert', ...limit });
    expect((await alerts())[0]).toMatchObject({
      labels: { severity: 'warning', director: 'lvs1', service: 'tcp 10.9.9.9:80', real: '127.0.0.1:8080' },
      status: { state: 'active' },
      annotations: { event: 'real.down' },
    });
    const nginx = await startNginx(lab, host, { listen: ['127.0.0.1:8080'], body: 'x' });
    await posted('real.up');
    await waitUntil(async () => (await alerts()).length === 0, { what: 'no alert', ...limit });
    await nginx.stop();
  });
});

describe('a receiver that never answers', () => {
  it('is told of, again and again later, and holds up nobody', async () => {
    const failed = await director.waitFor('notice.failed', ({ sink }) => sink === 'webhook silent', limit);
    expect(failed).toMatchObject({ level: 'warn', reason: 'no answer within 1 s' });
    await director.waitFor(
      'notice.failed',
      ({ sink, attempts }) => sink === 'webhook silent' && attempts === 3,
      limit,
    );
    expect((await director.cli('status')).status).toBe(0);
  });
});

describe('a reload', () => {
  it('reads the secrets anew', async () => {
    urlFile('second');
    expect(await director.cli('reload')).toMatchObject({ status: 0 });
    const nginx = await startNginx(lab, host, { listen: ['127.0.0.1:8080'], body: 'x' });
    await waitUntil(() => posts.some(({ url }) => url === `/${marker}/second`), {
      what: 'a post there',
      ...limit,
    });
    await nginx.stop();
  });
  it('with a secret that is gone changes nothing, and names the line', async () => {
    director.writeConfig(configOf(1).replace(`${folder}/password`, '/nowhere'));
    const { status, stderr, stdout } = await director.cli('reload');
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toMatch(
      /:10:\d+: Cannot read virtual 1 passwd: expected a readable file at \/nowhere/,
    );
  });
});

describe('a secret', () => {
  it('is in nothing that anybody is shown, nor with what is started', async () => {
    answers['real.up']?.push([400, {}], [400, {}]);
    const nginx = await startNginx(lab, host, { listen: ['127.0.0.1:8080'], body: 'x' });
    await director.waitFor('notice.failed', ({ reason }) => String(reason).startsWith('HTTP 400'), limit);
    await waitUntil(() => readSeen().includes('PATH='), { what: 'an external check', ...limit });
    const asked = await Promise.all([
      director.cli('status', '--json'),
      director.cli('status'),
      director.cli('why', '127.0.0.1:8080'),
      host.attempt(
        'env',
        `HOOK_KEY=${key}`,
        process.execPath,
        'dist/main.js',
        'check',
        '--json',
        '-c',
        director.configFile,
      ),
    ]);
    const told = [
      ...director.running.lines(),
      ...asked.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      readSeen(),
    ];
    expect(told.filter((each) => /mk7rhq|7rhq2z|TWs3UmhRMn/i.test(each))).toEqual([]);
    expect(readSeen()).not.toMatch(/CREDENTIALS_DIRECTORY|HOOK_KEY/);
    expect(readSeen()).toContain('/check 10.9.9.9 81 127.0.0.1 81');
    await nginx.stop();
  });
});

function readSeen(): string {
  try {
    return readFileSync(join(folder, 'seen'), 'utf8');
  } catch {
    return '';
  }
}
