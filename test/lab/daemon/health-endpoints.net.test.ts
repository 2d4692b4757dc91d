// The health endpoints and the plug-in of a real pair, asked by curl and by a haproxy in front of both, while processes of the
// active director are stopped and killed: whoever is not active any more never says that it is.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { daemonStatus } from '../harness/daemon-status.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { routerConfig, withAdverts } from '../vrrp/router-config.ts';

let lab: Lab;
let client: Host;
let a: Director;
let b: Director;

const limit = { timeoutMs: 60_000 };
const addressOf = (director: Director) => `10.9.0.${director === a ? 1 : 2}`;
const config = (number: number, port = 9650) =>
  withAdverts(
    routerConfig(
      number === 1 ? 200 : 100,
      '10.9.0.9/24',
      '',
      `metrics: {listen: "10.9.0.${number}:${port}"}\n`,
    ),
    '1s',
  );

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const hosts = [
    await hostOn(lab, lan, 'a', '10.9.0.1/24'),
    await hostOn(lab, lan, 'b', '10.9.0.2/24'),
  ] as const;
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
  a = startDirector(lab, hosts[0], { config: config(1) });
  await a.waitFor('vrrp.transition', ({ to }) => to === 'active', limit);
  b = startDirector(lab, hosts[1], { config: config(2) });
  await b.waitFor('vrrp.transition', ({ to }) => to === 'backup', limit);
  startHaproxy();
});
afterAll(() => lab.dispose());

type Said = { readonly status: number; readonly text: string };

/** Status 0 where there is no answer in time. */
async function curl(url: string, ...options: string[]): Promise<Said> {
  const command = [
    'curl',
    '-sS',
    '-m',
    '5',
    '-H',
    'Accept: text/plain',
    '-w',
    '\n%{http_code}',
    ...options,
    url,
  ];
  const { stdout } = await client.attempt(...command);
  const lines = stdout.trimEnd().split('\n');
  return { status: Number(lines.pop()), text: lines.join('\n').trim() };
}
const ask = (director: Director, path: string, ...options: string[]) =>
  curl(`http://${addressOf(director)}:9650${path}`, ...options);
const isActive = async (director: Director) => (await ask(director, '/active/VI_1')).status === 200;
const becomesActive = (director: Director) =>
  waitUntil(() => isActive(director), { ...limit, what: `${director.name} says that it is active` });
const vrrpPid = async (director: Director) => (await daemonStatus(director)).vrrpProcess?.pid ?? 0;

/** Goes to the director that says it is active, and to nobody where none does. */
function startHaproxy(): void {
  const file = join(lab.directory('haproxy'), 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
listen directors
  bind 127.0.0.1:8080
  option httpchk
  http-check send meth GET uri /active/VI_1 ver HTTP/1.1 hdr Host director
  http-check expect status 200
  timeout check 1s
  server a 10.9.0.1:9650 check inter 300ms fall 1 rise 1
  server b 10.9.0.2:9650 check inter 300ms fall 1 rise 1
`,
  );
  client.start(['haproxy', '-db', '-f', file]);
}
const leadsTo = (director: Director) =>
  waitUntil(
    async () => (await curl('http://127.0.0.1:8080/monitor')).text.includes(`"director":"${director.name}"`),
    {
      ...limit,
      what: `haproxy leads to ${director.name}`,
    },
  );

describe('a pair that is well', () => {
  it('says who is active, that both are ready, and no more than may be read', async () => {
    expect(await ask(a, '/active/VI_1')).toEqual({ status: 200, text: 'yes: VI_1 is active' });
    await waitUntil(async () => (await ask(b, '/active/VI_1')).text.endsWith('10.9.0.1 is active'), {
      ...limit,
      what: 'the backup has heard of the active',
    });
    expect(await ask(b, '/active/VI_1')).toEqual({
      status: 503,
      text: 'no: VI_1 is backup: 10.9.0.1 is active',
    });
    for (const director of [a, b])
      for (const path of ['/healthz', '/readyz']) expect((await ask(director, path)).status).toBe(200);
    expect((await ask(a, '/active/10.9.0.9')).status).toBe(200);
    expect((await ask(a, '/active/VI_2')).status).toBe(404);
    expect((await ask(a, '/service/shop')).status).toBe(404);
    expect(await ask(a, '/healthz', '--head')).toMatchObject({ status: 200 });
    for (const [method, path, status] of [
      ['POST', '/healthz', 405],
      ['POST', '/failover', 404],
      ['GET', '/status', 404],
    ] as const)
      expect((await ask(a, path, '-X', method)).status, `${method} ${path}`).toBe(status);
    await leadsTo(a);
  });

  it('is OK to the plug-in, over the control socket and over the listener', async () => {
    const first = { a: 'LVS OK - VI_1 active', b: 'LVS OK - VI_1 backup' };
    for (const director of [a, b]) {
      const line = first[director.name as 'a' | 'b'];
      const asked = await director.cli('monitor');
      expect([asked.status, asked.stdout.split('\n')[0]]).toEqual([0, line]);
      const url = ['--url', `http://${addressOf(director)}:9650`];
      expect(await director.cli('monitor', ...url)).toMatchObject({ status: 0, stdout: asked.stdout });
    }
    expect(await a.cli('monitor', '--about', 'VI_2')).toMatchObject({ status: 3 });
  });
});

describe('a crowd at the listener', () => {
  it('costs a bounded number of descriptors, and keeps out nobody who asks', async () => {
    const before = readdirSync(`/proc/${a.running.pid}/fd`).length;
    const script = join(checkoutRoot, 'test/lab/daemon/listener-client.mjs');
    const crowd = client.start([
      'prlimit',
      '--nofile=4000',
      process.execPath,
      script,
      '10.9.0.1',
      '9650',
      '600',
    ]);
    await crowd.waitFor(/came/, limit);
    // A burst may send away one who has not asked yet: he asks again.
    for (let round = 0; round < 5; round += 1) await becomesActive(a);
    expect(readdirSync(`/proc/${a.running.pid}/fd`).length - before).toBeLessThan(100);
    crowd.signalAll('SIGKILL');
    await crowd.exited;
    const bad = ['daemon.fault', 'control.failed', 'listener.failed', 'vrrp.process_lost'];
    expect(a.events().filter(({ event }) => bad.includes(event))).toEqual([]);
    expect(b.events().filter(({ event, to }) => event === 'vrrp.transition' && to === 'active')).toEqual([]);
  });
});

describe('a listener through reloads', () => {
  it('moves, waits for a port that is taken where it was, and has it once it is free', async () => {
    const listensAt = async (port: number) => (await curl(`http://10.9.0.1:${port}/healthz`)).status === 200;
    const taken = `require('node:net').createServer().listen(9652, '10.9.0.1', () => console.log('taken'))`;
    const other = a.host.start([process.execPath, '-e', taken]);
    await other.waitFor(/taken/, limit);
    a.writeConfig(config(1, 9651));
    expect((await a.cli('reload')).status).toBe(0);
    expect([await listensAt(9651), await listensAt(9650)]).toEqual([true, false]);
    a.writeConfig(config(1, 9652));
    expect((await a.cli('reload')).status).toBe(0);
    expect(await a.waitFor('listener.failed', undefined, limit)).toMatchObject({ listen: '10.9.0.1:9652' });
    expect(await listensAt(9651)).toBe(true);
    other.signalAll('SIGKILL');
    await a.waitFor('listener.opened', ({ listen }) => listen === '10.9.0.1:9652', limit);
    expect(await listensAt(9651)).toBe(false);
    a.writeConfig(config(1));
    expect((await a.cli('reload')).status).toBe(0);
    expect(await listensAt(9650)).toBe(true);
  });
});

describe('an active director whose VRRP process is stopped', () => {
  it('says no before the peer says yes, and yes again once it is active again', async () => {
    process.kill(await vrrpPid(a), 'SIGSTOP');
    await becomesActive(b);
    expect(await isActive(a)).toBe(false);
    // The main process ends it and starts another, which takes its role back.
    await becomesActive(a);
    expect(await isActive(b)).toBe(false);
    await leadsTo(a);
    expect((await ask(a, '/healthz')).status).toBe(200);
  });
});

describe('an active director whose main process is stopped', () => {
  it('says nothing, and what it says when it goes on is not yes', async () => {
    const pid = a.running.pid;
    process.kill(pid, 'SIGSTOP');
    const asked = ask(a, '/active/VI_1', '-m', '300');
    expect(await a.cli('monitor', '--timeout', '1')).toMatchObject({
      status: 3,
      stdout: 'LVS UNKNOWN - lvs-director does not answer: expected an answer in 1 s, got none\n',
    });
    await becomesActive(b);
    await leadsTo(b);
    process.kill(pid, 'SIGCONT');
    expect((await asked).status).toBe(503);
    await becomesActive(a);
    expect(await isActive(b)).toBe(false);
  });
});

describe('an active director that is killed', () => {
  it('says nothing, and the peer says yes', async () => {
    a.running.signal('SIGKILL');
    await becomesActive(b);
    expect((await ask(a, '/active/VI_1')).status).toBe(0);
    expect(await a.cli('monitor')).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/^LVS UNKNOWN - lvs-director is not running here/),
    });
    await leadsTo(b);
  });
});

describe('a service that is not served', () => {
  it('is a no, and critical', async () => {
    const shop =
      'virtual: [{address: "10.9.0.9:80", servicename: shop, checktype: connect, real: ["10.9.0.77:80 gate"]}]\n';
    b.writeConfig(`${config(2)}${shop}`);
    expect((await b.cli('reload')).status).toBe(0);
    expect((await ask(b, '/service/shop')).status).toBe(503);
    expect((await ask(b, '/service/10.9.0.9:80')).status).toBe(503);
    expect(await b.cli('monitor', '--about', 'shop')).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(/^LVS CRITICAL - (?:shop|tcp 10\.9\.0\.9:80): /),
    });
  });
});
