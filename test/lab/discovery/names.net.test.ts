// Real servers by name, with the daemon as it is built and a real DNS server: unbound, whose answers change, which
// fails, is silent and dies.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DaemonStatus } from '../../../src/daemon/status.ts';
import { type DnsServer, type Records, setResolver, startDns } from '../harness/dns-server.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
let dns: DnsServer;

const isInstalled = existsSync('/usr/sbin/unbound');
const nameServer = '127.0.0.53';
const web = (...addresses: readonly string[]): Records =>
  addresses.map((address) => `web.example.com. 1 IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`);
const config = (reals: readonly string[]) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
virtual:
  - {address: 10.9.9.9:80, checktype: on, real: [${reals.join(', ')}]}
`;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  setResolver(lab, host, { resolvConf: `nameserver ${nameServer}\nsearch example.com\n` });
  dns = await startDns(lab, host, nameServer, web('10.0.0.1', '10.0.0.2'));
});
afterEach(() => lab?.dispose());

const statusOf = async (director: Director): Promise<DaemonStatus> =>
  JSON.parse((await director.cli('status', '--json')).stdout) as DaemonStatus;
const serversOf = async (director: Director, service = 0): Promise<readonly string[]> =>
  ((await statusOf(director)).services[service]?.reals ?? []).map(({ real }) => real).sort();
const hasServers = (director: Director, ...servers: readonly string[]) =>
  waitUntil(async () => JSON.stringify(await serversOf(director)) === JSON.stringify(servers), {
    what: `the servers are ${servers.join(' ')}`,
    timeoutMs: 20_000,
  });
const start = async (text: string, again?: Director) => {
  const director = startDirector(lab, host, { config: text, ...(again !== undefined && { again }) });
  await director.waitFor('daemon.ready', undefined, { timeoutMs: 20_000 });
  return director;
};

describe.skipIf(!isInstalled)('a server by name', () => {
  it('is one for each address, and follows them as they change', async () => {
    const director = await start(config(['web:8080 masq 5', '10.0.0.9:80 masq']));
    expect(await serversOf(director)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080', '10.0.0.9:80']);
    await dns.answer(web('10.0.0.2', '10.0.0.3'));
    expect(await director.waitFor('roster.changed')).toMatchObject({
      service: 'tcp 10.9.9.9:80',
      added: ['10.0.0.3:8080'],
      removed: ['10.0.0.1:8080'],
      from: ['web'],
    });
    expect(await serversOf(director)).toEqual(['10.0.0.2:8080', '10.0.0.3:8080', '10.0.0.9:80']);
    const { stdout } = await director.cli('status');
    expect(stdout).toContain('10.0.0.3:8080 (web)');
    expect((await director.cli('why', 'web')).stdout).toContain('10.0.0.2:8080 (web) of tcp 10.9.9.9:80');
  });

  it('stays what it was while DNS refuses, is silent, or is dead; each outage is told once', async () => {
    const director = await start(config(['web.example.com gate']));
    await dns.refuse();
    await director.waitFor('names.failed', ({ reason }) => reason === 'REFUSED', { timeoutMs: 20_000 });
    await dns.answer(web('10.0.0.1', '10.0.0.2'));
    await director.waitFor('names.recovered', undefined, { timeoutMs: 40_000 });
    dns.running().signal('SIGSTOP');
    await director.waitFor('names.failed', ({ reason }) => reason === 'no answer in time', {
      timeoutMs: 20_000,
    });
    dns.running().signal('SIGKILL');
    expect(await serversOf(director)).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    await dns.restart();
    await dns.answer(web('10.0.0.7'));
    await hasServers(director, '10.0.0.7:80');
    expect(director.events().filter(({ event }) => event === 'names.failed')).toHaveLength(2);
  });

  it('starts with its last addresses in an outage of DNS', async () => {
    const first = await start(config(['web.example.com gate']));
    const state = join(first.configFile, '..', 'state', 'roster.json');
    expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({
      names: { 'inet web.example.com': ['10.0.0.1', '10.0.0.2'] },
    });
    await first.running.stop();
    await dns.running().stop();
    const second = await start(config(['web.example.com gate']), first);
    expect(await serversOf(second)).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    expect(await second.waitFor('names.failed')).toMatchObject({ kept: ['10.0.0.1', '10.0.0.2'] });
  });

  it('that nobody knows makes no server, and holds up nothing', async () => {
    const director = await start(config(['nobody gate', '10.0.0.9 gate']));
    expect(await director.waitFor('names.failed')).toMatchObject({
      name: 'nobody',
      reason: 'NXDOMAIN',
      kept: [],
    });
    expect(await serversOf(director)).toEqual(['10.0.0.9:80']);
    await dns.answer(['nobody.example.com. 1 IN A 10.0.0.4']);
    await hasServers(director, '10.0.0.4:80', '10.0.0.9:80');
  });

  it('of a silent DNS server holds up the start for two seconds at most', async () => {
    dns.running().signal('SIGSTOP');
    const begun = performance.now();
    await start(config(['web gate', '10.0.0.9 gate']));
    expect(performance.now() - begun).toBeLessThan(5000);
    dns.running().signal('SIGCONT');
  });

  it('has the addresses of the family of its service', async () => {
    await dns.answer(web('10.0.0.1', 'fd09::1'));
    const text = config(['web gate']).replace(
      'virtual:\n',
      'virtual:\n  - {address: "[fd09::9]:80", checktype: on, real: [web gate]}\n',
    );
    const director = await start(text);
    expect([await serversOf(director, 0), await serversOf(director, 1)]).toEqual([
      ['[fd09::1]:80'],
      ['10.0.0.1:80'],
    ]);
  });

  it('of /etc/hosts needs no DNS, and follows the file', async () => {
    await dns.running().stop();
    setResolver(lab, host, { resolvConf: `nameserver ${nameServer}\n`, hosts: '10.0.0.5 inside\n' });
    const director = await start(config(['inside gate']));
    expect(await serversOf(director)).toEqual(['10.0.0.5:80']);
    setResolver(lab, host, {
      resolvConf: `nameserver ${nameServer}\n`,
      hosts: '10.0.0.5 inside\n10.0.0.6 inside\n',
    });
    await hasServers(director, '10.0.0.5:80', '10.0.0.6:80');
  });

  it('may be a hundred: each is followed', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `s${i}.example.com`);
    const zone = (third: number) => names.map((name, i) => `${name}. 1 IN A 10.0.${third}.${i + 1}`);
    await dns.answer(zone(1));
    const director = await start(config(names.map((name) => `${name} gate`)));
    expect(await serversOf(director)).toHaveLength(100);
    await dns.answer(zone(2));
    await waitUntil(async () => (await serversOf(director)).every((server) => server.startsWith('10.0.2.')), {
      what: 'each has moved',
      timeoutMs: 20_000,
    });
    expect(await serversOf(director)).toHaveLength(100);
  });
});
