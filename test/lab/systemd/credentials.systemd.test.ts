// Secrets that systemd hands to the daemon (LoadCredential= of files that root alone may read, SetCredential=): each key that may
// hold one has it from there, each is used against who knows it, and none comes out anywhere.
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceStatus } from '../../../src/daemon/report/service-status.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startNginx } from '../harness/programs.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import { type MailServer, startMailServer } from '../monitoring/mail-server.ts';
import { enter } from '../vrrp/inside.ts';
import {
  createSite,
  director,
  mark,
  onProcesses,
  serves,
  told,
  vip,
  waitToTell,
  writeConfig,
} from './site.ts';

const marker = 'Mk7RhQ2z';
const server = '10.77.0.13';
const limit = { timeoutMs: 60_000, everyMs: 200 };
/** By their names; "geheim" is what the mail server knows. */
const credentials = {
  page: `${marker}-page`,
  header: `Authorization: Bearer ${marker}-header`,
  vrrp: marker,
  hook: `http://${server}:8443/${marker}-hook`,
  hmac: `${marker}-hmac`,
  token: `X-Token: ${marker}-token`,
  mail: 'geheim',
} as const;

const config = `
vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, version: 2, auth_pass: {credential: vrrp}, virtual_ipaddress: [${vip}/24]}
mail: {smtp: "10.77.0.25:587", user: lvs, password: {credential: mail}, verify: no, from: lvs@example.com, to: [ops@example.com], digest: 1s, events: [daemon.reloaded]}
webhooks:
  - {name: hook, url: {credential: hook}, secret: {credential: hmac}, headers: [{credential: token}], events: [daemon.reloaded]}
checkinterval: 1

virtual:
  - {address: "${vip}:80", servicename: login, service: http, login: check, passwd: {credential: page}, request: /login, real: ["${server}:8080 masq"]}
  - {address: "${vip}:81", servicename: bearer, service: http, headers: [{credential: header}], request: /bearer, real: ["${server}:8080 masq"]}
`;

type Post = {
  readonly url: string;
  readonly token: unknown;
  readonly signature: unknown;
  readonly signed: string;
};
const posts: Post[] = [];
const lab = createLab();
let lvs1: Machine;
let mail: MailServer | undefined;

beforeAll(async () => {
  const site = await createSite(lab);
  const web = await hostOn(lab, site.lan, 'r3', `${server}/24`);
  const basic = Buffer.from(`check:${credentials.page}`).toString('base64');
  const only = (path: string, value: string) =>
    `location ${path} { if ($http_authorization != "${value}") { return 401; } return 200 "Test Page"; }`;
  await startNginx(lab, web, {
    ...{ listen: ['8080'], body: 'x' },
    extra: `${only('/login', `Basic ${basic}`)} ${only('/bearer', credentials.header.replace('Authorization: ', ''))}`,
  });
  const leave = enter(web);
  const receiver = createServer((request, answer) => {
    let body = '';
    request.on('data', (piece) => {
      body += String(piece);
    });
    request.on('end', () => {
      const { 'x-token': token, 'webhook-signature': signature } = request.headers;
      const signed = `${request.headers['webhook-id']}.${request.headers['webhook-timestamp']}.${body}`;
      posts.push({ url: request.url ?? '', token, signature, signed });
      answer.end();
    });
  });
  await new Promise<void>((ready) => receiver.listen(8443, server, ready));
  leave();
  lab.defer(async () => void receiver.close());
  mail = await startMailServer(lab, await hostOn(lab, site.lan, 'mx', '10.77.0.25/24'));

  lvs1 = await director(site, 'lvs1', config);
  const { token, ...files } = credentials;
  for (const [name, text] of Object.entries(files))
    await lvs1.run(`umask 077; mkdir -p /root/secrets; cat >/root/secrets/${name}`, `${text}\n`);
  const lines = Object.keys(files).map((name) => `LoadCredential=${name}:/root/secrets/${name}`);
  const unit = '/etc/systemd/system/lvs-director.service.d';
  await lvs1.run(
    `mkdir -p ${unit}; cat >${unit}/secrets.conf; systemctl daemon-reload`,
    ['[Service]', ...lines, `SetCredential=token:${token}`, ''].join('\n'),
  );
  await lvs1.run('systemctl start lvs-director');
  await serves(lvs1);
});
afterAll(() => lab.dispose());

const servers = async () =>
  (JSON.parse(await lvs1.run('lvs-director status --json')) as { services: readonly ServiceStatus[] })
    .services;

describe('credentials of systemd', () => {
  it('are read by the daemon alone: their files are of root, and it has no right of root', async () => {
    expect(await lvs1.run('stat -c %U:%a /root/secrets/page')).toBe('root:600\n');
    expect(await onProcesses(lvs1, 'ps -o user= -p $MAIN')).toMatch(/^lvs-director/);
    for (const { event } of await told(lvs1)) expect(event).not.toBe('config.warning');
  });

  it('let checks in where the server wants them', async () => {
    const up = async () => (await servers()).flatMap(({ reals }) => reals.map(({ verdict }) => verdict));
    await waitUntil(async () => (await up()).join() === 'up,up', { ...limit, what: 'both servers are up' });
  });

  it('sign a webhook and log in for a mail, after a reload too', async () => {
    const since = await mark(lvs1);
    await writeConfig(lvs1, config.replace('checkinterval: 1', 'checkinterval: 2'));
    await lvs1.run('systemctl reload lvs-director');
    await waitToTell(lvs1, 'daemon.reloaded', { since });
    const [post] = await waitUntil(() => posts.length > 0 && posts, { ...limit, what: 'a webhook' });
    const { url, token, signature, signed = '' } = post ?? {};
    expect({ url, token }).toEqual({ url: `/${marker}-hook`, token: `${marker}-token` });
    expect(signature).toBe(`v1,${createHmac('sha256', credentials.hmac).update(signed).digest('base64')}`);
    if (mail === undefined) return;
    // RFC 2045 §6.7 (5): lines of quoted-printable are broken softly.
    const texts = () => mail?.mails().map((each) => each.replace(/=\r?\n/g, '')) ?? [];
    await waitUntil(() => texts().some((text) => text.includes('reloaded /etc/')), {
      ...limit,
      what: 'a mail',
    });
  });

  it('are a warning for who checks the config beside it, and the daemon has them all the same', async () => {
    const { status, stdout, stderr } = await lvs1.attempt(
      'cp /etc/lvs-director/lvs-director.yaml /tmp/x.yaml; chmod 644 /tmp/x.yaml; runuser -u nobody -- lvs-director check -c /tmp/x.yaml',
    );
    expect(status, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain('credential page');
  });

  it('come out nowhere', async () => {
    const all = await lvs1
      .run(`journalctl -q -a -o json -u lvs-director
      for what in 'status --json' status 'events --json' 'report --json' 'why ${server}:8080' 'plan --json' 'check --json'; do lvs-director $what; done
      cat /var/lib/lvs-director/* 2>/dev/null
      curl -s --unix-socket /run/lvs-director/control.sock http://x/metrics`)
      .catch((error: unknown) => String(error));
    expect(all).toContain('daemon.ready');
    expect(all).not.toMatch(/mk7rhq|7rhq2z|geheim/i);
  });

  it('that is not there is an error that names it, and leaves the daemon as it is', async () => {
    await writeConfig(lvs1, config.replace('{credential: page}', '{credential: pgae}'));
    expect((await lvs1.attempt('systemctl reload lvs-director')).status).not.toBe(0);
    const said = (await told(lvs1)).map(({ said: text }) => text).join('\n');
    expect(said).toMatch(
      /lvs-director\.yaml:\d+:\d+: Cannot read virtual 1 passwd: .*credentials.*pgae, got ENOENT/,
    );
    expect((await servers()).flatMap(({ reals }) => reals.map(({ verdict }) => verdict))).toEqual([
      'up',
      'up',
    ]);
  });
});
