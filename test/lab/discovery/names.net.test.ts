// Real servers by name, with the daemon as it is built and a real DNS server whose answers change.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setResolver } from '../harness/dns-server.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, daemonMain } from '../harness/programs.ts';
import {
  hasServers,
  hasUnbound,
  nameServer,
  newSite,
  type Site,
  serversOf,
  startReady,
  web,
  withServers,
} from './site.ts';

let site: Site;

beforeEach(async () => {
  site = await newSite(web('10.0.0.1', '10.0.0.2'));
});
afterEach(() => site?.lab.dispose());

const check = ({ host, configFile }: Director) =>
  host.attempt(process.execPath, daemonMain, 'check', '-c', configFile);

describe.skipIf(!hasUnbound)('a server by name (unbound)', () => {
  it('is one for each address, follows them as they change, and shows where it comes from', async () => {
    const director = await startReady(site, withServers(['web:8080 masq 5', '10.0.0.9:80 masq']));
    expect(await serversOf(director)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080', '10.0.0.9:80']);
    await site.dns.answer(web('10.0.0.2', '10.0.0.3'));
    expect(await director.waitFor('roster.changed')).toMatchObject({
      service: 'tcp 10.9.9.9:80',
      added: ['10.0.0.3:8080'],
      removed: ['10.0.0.1:8080'],
      from: ['web'],
    });
    await hasServers(director, '10.0.0.2:8080', '10.0.0.3:8080', '10.0.0.9:80');
    expect((await director.cli('status')).stdout).toContain('10.0.0.3:8080 (web)');
    expect((await director.cli('why', 'web')).stdout).toContain('10.0.0.2:8080 (web) of tcp 10.9.9.9:80');
    expect((await director.cli('drain', 'WEB')).stdout).toBe('drain WEB in tcp 10.9.9.9:80\n');
    expect((await director.cli('why', '10.0.0.3:8080')).stdout).toContain('operator');
    expect((await director.cli('why', '10.0.0.9:80')).stdout).not.toContain('operator');
    expect((await check(director)).stdout).toMatch(
      /^ {2}10\.0\.0\.3:8080 \(web\) +masq +5 +none: always up$/m,
    );
  });

  it('that nobody knows makes no server, and holds up nothing', async () => {
    const director = await startReady(
      site,
      withServers(['nobody gate', '10.0.0.9 gate'], ', fallback: sorry'),
    );
    for (const name of ['nobody', 'sorry']) {
      const failed = await director.waitFor('names.failed', (event) => event.name === name);
      expect(failed).toMatchObject({ reason: 'NXDOMAIN', kept: [] });
    }
    expect(await serversOf(director)).toEqual(['10.0.0.9:80']);
    const { status, stderr } = await check(director);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /:4:\d+: warning: Cannot resolve name: expected nobody with an IPv4 address, got NXDOMAIN/,
    );
    expect(stderr).toMatch(
      /:4:\d+: warning: Cannot resolve name: expected sorry with an IPv4 address, got NXDOMAIN/,
    );
    await site.dns.answer(['nobody.example.com. 1 IN A 10.0.0.4']);
    await hasServers(director, '10.0.0.4:80', '10.0.0.9:80');
  });

  it('has the addresses of the family of its service', async () => {
    await site.dns.answer(web('10.0.0.1', 'fd09::1'));
    const six = 'virtual:\n  - {address: "[fd09::9]:80", checktype: on, real: [web gate]}\n';
    const director = await startReady(site, withServers(['web gate']).replace('virtual:\n', six));
    expect([await serversOf(director, 0), await serversOf(director, 1)]).toEqual([
      ['[fd09::1]:80'],
      ['10.0.0.1:80'],
    ]);
  });

  it('may be the fallback, which follows it too', async () => {
    const text = withServers(['10.0.0.9 gate'], ', fallback: web:81 masq');
    const director = await startReady(site, text);
    expect((await check(director)).stdout).toMatch(/ 10\.0\.0\.1:81 \(web\) +masq +1 +none: the fallback/);
    await site.dns.answer(web('10.0.0.3'));
    expect(await director.waitFor('roster.changed')).toMatchObject({
      added: ['fallback 10.0.0.3:81'],
      removed: ['fallback 10.0.0.1:81'],
      from: ['web'],
    });
    expect((await director.cli('why', 'web')).stdout).toContain(
      '10.0.0.3:81 (web) of tcp 10.9.9.9:80, fallback 1',
    );
  });

  it('of /etc/hosts needs no DNS, and follows the file', async () => {
    const resolvConf = `nameserver ${nameServer}\n`;
    await site.dns.running().stop();
    setResolver(site.lab, site.host, { resolvConf, hosts: '10.0.0.5 inside\n' });
    const director = await startReady(site, withServers(['inside gate']));
    expect(await serversOf(director)).toEqual(['10.0.0.5:80']);
    setResolver(site.lab, site.host, { resolvConf, hosts: '10.0.0.5 inside\n10.0.0.6 inside\n' });
    await hasServers(director, '10.0.0.5:80', '10.0.0.6:80');
  });

  it('may be a hundred: each is followed', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `s${i}.example.com`);
    const zone = (third: number) => names.map((name, i) => `${name}. 1 IN A 10.0.${third}.${i + 1}`);
    await site.dns.answer(zone(1));
    const director = await startReady(site, withServers(names.map((name) => `${name} gate`)));
    expect(await serversOf(director)).toHaveLength(100);
    await site.dns.answer(zone(2));
    const hasMoved = async () => (await serversOf(director)).every((server) => server.startsWith('10.0.2.'));
    await waitUntil(hasMoved, { what: 'each has moved', timeoutMs: 20_000 });
    expect(await serversOf(director)).toHaveLength(100);
  });
});
