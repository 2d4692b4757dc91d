// A pair of directors, scraped by a real Prometheus: promtool judges what it reads, every expression of the dashboard has an
// answer, and every alert fires for its fault. Here the kernel may have no IPVS; what needs the table is in table.ipvs.test.ts.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { attempt, type Running, run, waitUntil } from '../harness/process.ts';
import {
  type Director,
  daemonMain,
  type LoggedEvent,
  startDirector,
  startNginx,
} from '../harness/programs.ts';
import { alertCases, promtoolTests } from './alert-cases.ts';
import { dashboardExpressions, ofTheTable, type Prometheus, startPrometheus } from './prometheus.ts';

const rules = join(checkoutRoot, 'etc/alerts.yml');
const hasPrometheus = ['prometheus', 'promtool'].every((name) => existsSync(`/usr/bin/${name}`));

/** One file for both, as it should be: only then is its hash equal. @param log where nobody listens, as long as it stands there */
const config = (log = '{syslog: [{to: "tcp://127.0.0.1:9"}]}') => `
director:
  control_socket: {a: ${folder}/a.sock, b: ${folder}/b.sock}
  state_dir: {a: ${folder}/a, b: ${folder}/b}
metrics: {listen: "0.0.0.0:9650", keepalived_names: yes}
log: ${log}
vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, priority: {a: 150, b: 100}, advert_int: 1s, virtual_ipaddress: [10.9.0.100/24]}
  - {name: VI_2, interface: eth1, virtual_router_id: 52, priority: {a: 150, b: 100}, advert_int: 1s, virtual_ipaddress: [10.8.0.100/24]}
checkinterval: 1s
checktimeout: 1s
negotiatetimeout: 1s
virtual:
  - address: 10.9.0.100:80
    service: http
    checktype: connect
    quorum: 2
    fallback: 127.0.0.1:80 gate
    real: [10.9.0.11:80 gate, 10.9.0.12:80 gate]
  - address: 10.9.0.100:443
    service: https
    real: [10.9.0.11:443 gate]
`;

let lab: Lab;
let folder: string;
let a: Director;
let b: Director;
let servers: readonly Running[];
let prometheus: Prometheus;

const socketOf = ({ name }: Director) => join(folder, `${name}.sock`);
const ask = (director: Director, command: string, ...options: string[]) =>
  director.host.attempt(process.execPath, daemonMain, command, '--socket', socketOf(director), ...options);

const fires = (alert: string) =>
  waitUntil(async () => (await prometheus.firing()).has(alert) || undefined, {
    what: `${alert} fires`,
    timeoutMs: 40_000,
  });

async function startServers(hosts: readonly Host[]): Promise<readonly Running[]> {
  const [first, second] = hosts as [Host, Host];
  const folder = lab.directory('certificate');
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const request = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-days', '5', '-subj', '/CN=shop'];
  await run(['openssl', ...request, '-out', cert, '-keyout', key]);
  const extra = `ssl_certificate ${cert}; ssl_certificate_key ${key};`;
  return [
    await startNginx(lab, first, { listen: ['10.9.0.11:80', '10.9.0.11:443 ssl'], body: 'one', extra }),
    await startNginx(lab, second, { listen: ['10.9.0.12:80'], body: 'two' }),
  ];
}

describe.skipIf(!hasPrometheus)('a pair that Prometheus scrapes (skipped where it is not installed)', () => {
  beforeAll(async () => {
    lab = createLab();
    folder = lab.directory('directors');
    const [lan, cable] = [await lab.lan('lan'), await lab.lan('cable')];
    const [one, two] = [
      await hostOn(lab, lan, 's1', '10.9.0.11/24'),
      await hostOn(lab, lan, 's2', '10.9.0.12/24'),
    ];
    servers = await startServers([one, two]);
    const watcher = await hostOn(lab, lan, 'p', '10.9.0.5/24');
    const directors: Director[] = [];
    for (const [index, name] of ['a', 'b'].entries()) {
      const host = await hostOn(lab, lan, name, `10.9.0.${index + 1}/24`);
      await lab.attach(host, cable, { interface: 'eth1', addresses: [`10.8.0.${index + 1}/24`] });
      const director = startDirector(lab, host, { config: config() });
      await director.waitFor('daemon.ready');
      directors.push(director);
    }
    [a, b] = directors as [Director, Director];
    prometheus = await startPrometheus(lab, watcher, ['10.9.0.1:9650', '10.9.0.2:9650']);
  });
  afterAll(() => lab?.dispose());

  it('the rules keep what promtool asks of them, and wait as long as they say', async () => {
    expect(await attempt(['promtool', 'check', 'rules', rules])).toMatchObject({ status: 0 });
    const tests = join(lab.directory('promtool'), 'tests.yml');
    writeFileSync(tests, promtoolTests(rules));
    expect(await attempt(['promtool', 'test', 'rules', tests])).toMatchObject({ status: 0 });
  });

  it('there is a case for each rule', async () => {
    const listed = await run(['grep', '-o', 'alert: .*', rules]);
    expect(alertCases.map(({ alert }) => `alert: ${alert}`).sort()).toEqual(listed.trim().split('\n').sort());
  });

  it('promtool finds nothing to complain of in what a director tells, on either path to it', async () => {
    const paths = [
      ['--unix-socket', socketOf(a), 'http://localhost/metrics'],
      ['http://127.0.0.1:9650/metrics'],
    ];
    for (const path of paths) {
      const text = await a.host.run('curl', '-sS', '-m', '20', ...path);
      const judged = await attempt(['promtool', 'check', 'metrics'], 30_000, text);
      expect(judged).toEqual({ status: 0, stdout: '', stderr: '' });
    }
  });

  it('Prometheus takes both formats, and each says the same', async () => {
    await waitUntil(async () => (await prometheus.ask('sum(up) == 2')).length === 1 || undefined, {
      what: 'both are up',
    });
    const open = await a.host.run(
      ...[
        'curl',
        '-sS',
        '-H',
        'Accept: application/openmetrics-text; version=1.0.0',
        'http://127.0.0.1:9650/metrics',
      ],
    );
    expect(open.endsWith('# EOF\n')).toBe(true);
  });

  it('every expression of the dashboard has an answer', async () => {
    const expressions = dashboardExpressions();
    expect(expressions.length).toBeGreaterThan(20);
    const silent = async () => {
      const answers = await Promise.all(expressions.map((expr) => prometheus.ask(expr)));
      return expressions.filter((_, index) => answers[index]?.length === 0);
    };
    const missing = await waitUntil(
      async () => {
        const found = (await silent()).filter((expr) => !ofTheTable.test(expr));
        return found.length === 0 ? found : undefined;
      },
      { what: 'every expression has an answer', timeoutMs: 60_000 },
    );
    expect(missing).toEqual([]);
  });

  it('the numbers are those of status', async () => {
    const status = JSON.parse((await ask(a, 'status', '--json')).stdout) as {
      readonly vrrp: readonly { readonly name: string; readonly priority: number }[];
    };
    for (const { name, priority } of status.vrrp) {
      const found = await prometheus.ask(
        `lvs_director_vrrp_priority{instance="10.9.0.1:9650",router="${name}"}`,
      );
      expect(found.map(({ value }) => value)).toEqual([priority]);
    }
    expect(await prometheus.ask('lvs_director_vip_held{address="10.9.0.100"} == 1')).toHaveLength(1);
    expect(
      await prometheus.ask('keepalived_vrrp_state{iname="VI_1",ip_address="10.9.0.100"} == 2'),
    ).toHaveLength(1);
  });

  it('an alert fires for a certificate, and a kernel without IPVS, and none beside them', async () => {
    await fires('LvsCertificateEnds');
    if ((await prometheus.ask('lvs_director_ipvs_available == 0')).length > 0)
      await fires('LvsIpvsUnavailable');
    expect([...(await prometheus.firing())].filter((name) => /Router|Server|Config|Down/.test(name))).toEqual(
      [],
    );
  });

  it('... for another config, lines that a place of the log did not take, and a config that is refused', async () => {
    // What was kept for the syslog that is not there is lost as it goes.
    b.writeConfig(config('{level: info}'));
    expect(await ask(b, 'reload')).toMatchObject({ status: 0 });
    await fires('LvsConfigsDiffer');
    await fires('LvsEventsDropped');
    b.writeConfig('virtual: nonsense\n');
    expect((await ask(b, 'reload')).status).not.toBe(0);
    await fires('LvsConfigNotTaken');
    b.writeConfig(config());
    expect(await ask(b, 'reload')).toMatchObject({ status: 0 });
  });

  it('... for servers that are down, a lost quorum, and a service without servers', async () => {
    await servers[1]?.stop();
    await fires('LvsServerDown');
    await fires('LvsServiceWithoutQuorum');
    await servers[0]?.stop();
    await fires('LvsServiceEmpty');
  });

  it('... for a role that goes to and fro', async () => {
    // One that gave it away does not take it back by itself.
    for (let turn = 0; turn < 6; turn += 1) {
      const [giver, taker] = turn % 2 === 0 ? [a, b] : [b, a];
      const after = taker.running.lineCount();
      await ask(giver, 'failover', 'VI_1');
      const takes = ({ to, instance }: LoggedEvent) => to === 'active' && instance === 'VI_1';
      await taker.waitFor('vrrp.transition', takes, { after });
    }
    await fires('LvsRouterFlapping');
  });

  it('... for two that are active, and do not hear each other', async () => {
    await b.host.run('nft', 'add table inet deaf');
    await b.host.run('nft', 'add chain inet deaf input { type filter hook input priority 0 ; }');
    await b.host.run('nft', 'add rule inet deaf input ip protocol 112 drop');
    await fires('LvsRouterTwoActive');
    await b.host.run('nft', 'delete table inet deaf');
  });

  it('... for a router in fault, and one that nobody answers for', async () => {
    await b.host.run('ip', 'link', 'set', 'eth1', 'down');
    await fires('LvsRouterFault');
    await a.host.run('ip', 'link', 'set', 'eth1', 'down');
    await fires('LvsRouterWithoutActive');
  });

  it('... for a director that is gone', async () => {
    await b.host.killAll();
    await fires('LvsDirectorDown');
  });
});
