// IPv6 virtual routers: two of ours, and Debian's keepalived as the peer in both roles.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import { ip } from '../../../src/net/ip.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startKeepalived } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { labInstance } from './router-config.ts';
import { createStation, hasAddress, measured, type Station } from './station.ts';

const linkLocal = 'fe80::100';
const vip = 'fd00::100';
const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
let lab: Lab;
let lan: Lan;
let client: Host;
let a: Station;

const hostAt = async (name: string, suffix: number) => {
  const host = await lab.host(name);
  await lab.attach(host, lan, { addresses: [`fd00::${suffix}/64`, `fe80::${suffix}/64`] });
  return host;
};

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  client = await hostAt('c', 3);
  a = createStation(lab, await hostAt('a', 1));
});
afterEach(() => lab?.dispose());

const inet6 = (changes: Partial<VrrpInstanceConfig> = {}) =>
  labInstance({
    family: 'inet6',
    virtualAddresses: [
      { address: ip(linkLocal), length: 64 },
      { address: ip(vip), length: 128 },
    ],
    ...changes,
  });

async function probed() {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
  return prober;
}

const isActive = (station: Station) => station.waitFor('vrrp.transition', ({ to }) => to === 'active');

describe('two directors of ours', () => {
  for (const mode of ['multicast', 'unicast'] as const) {
    it(`over ${mode}: the lower hears the higher, and gets the addresses without a gap when it stops`, async () => {
      const b = createStation(lab, await hostAt('b', 2));
      const between = (own: number, peer: number) =>
        mode === 'multicast'
          ? {}
          : {
              sourceAddress: ip(`fd00::${own}`),
              unicastPeers: [ip(`fd00::${peer}`)],
              peerTtl: [{ peer: ip(`fd00::${peer}`), min: 255, max: 255 }],
            };
      await a.supervisor.start([inet6({ priority: 150, ...between(1, 2) })]);
      await a.waitFor('vip.announced');
      await b.supervisor.start([inet6({ priority: 100, ...between(2, 1) })]);
      await waitUntil(() => b.supervisor.status()[0]?.active !== undefined, { what: 'b hears a' });
      const source = b.supervisor.status()[0]?.active?.address;
      if (mode === 'unicast') expect(source).toBe('fd00::1');
      else expect(source).toMatch(/^fe80::/);
      expect(source).not.toBe(linkLocal);
      expect(await hasAddress(b.host, vip)).toBe(false);

      const prober = await probed();
      await a.supervisor.stop();
      expect((await isActive(b)).reason).toBe('active_resigned');
      const gapMs = await prober.longestGapMs();
      measured(`IPv6 ${mode}: graceful stop: longest gap for a client, ms`, gapMs);
      expect(gapMs).toBeLessThan(seamlessMs);
      expect(await hasAddress(a.host, vip)).toBe(false);
      expect(await hasAddress(a.host, linkLocal)).toBe(false);
    });
  }

  it('with equal priorities: the higher source address wins', async () => {
    const b = createStation(lab, await hostAt('b', 2));
    await Promise.all([a.supervisor.start([inet6()]), b.supervisor.start([inet6()])]);
    await waitUntil(
      () => {
        const phases = [a, b].map(({ supervisor }) => supervisor.status()[0]?.phase);
        return phases.includes('active') && phases.includes('backup') && phases;
      },
      { what: 'one is active, one backup' },
    );
    const told = [...a.events(), ...b.events()].filter(({ event }) => event === 'vrrp.advert_rejected');
    expect(told).toEqual([]);
  });
});

describe('a virtual address', () => {
  it('is there without duplicate detection, leased, and a /128 never chosen as a source', async () => {
    await a.supervisor.start([inet6()]);
    await a.waitFor('vip.announced');
    const shown = await a.host.run('ip', '-6', '-o', 'address', 'show', 'dev', 'eth0');
    const line = (address: string) => shown.split('\n').find((each) => each.includes(` ${address}/`)) ?? '';
    expect(line(vip)).toContain('nodad');
    expect(line(vip)).toContain('deprecated');
    expect(line(vip)).toMatch(/valid_lft [12]sec preferred_lft 0sec/);
    expect(line(linkLocal)).not.toContain('deprecated');
    expect(shown).not.toContain('tentative');
    const route = await a.host.run('ip', '-6', 'route', 'get', 'fd00::3');
    expect(route).toContain('src fd00::1');
  });

  it('that moves takes its neighbours along: a stale entry is corrected by the advertisement', async () => {
    await client.run('ping', '-c', '1', 'fd00::1');
    const stale = ['lladdr', '02:00:00:00:00:99', 'dev', 'eth0', 'nud', 'stale'];
    await client.run('ip', '-6', 'neigh', 'replace', vip, ...stale);
    await a.supervisor.start([inet6()]);
    await a.waitFor('vip.announced');
    const neighbour = await waitUntil(
      async () => {
        const shown = await client.run('ip', '-6', 'neigh', 'show', vip);
        return shown.includes('02:00:00:00:00:99') ? undefined : shown;
      },
      { what: 'the entry changes' },
    );
    expect(neighbour).toContain('router');
  });

  it('waits for a link-local source: without one the instance is in fault, and comes out of it', async () => {
    const host = await lab.host('late');
    await lab.attach(host, lan, { addresses: ['fd00::7/64'] });
    await host.run('ip', '-6', 'address', 'flush', 'dev', 'eth0', 'scope', 'link');
    const late = createStation(lab, host);
    const problems = await late.supervisor.start([inet6()]);
    expect(problems.join()).toContain('no_source_address');
    await host.run('ip', 'address', 'add', 'fe80::7/64', 'dev', 'eth0');
    await isActive(late);
  });
});

const peerConfig = (mode: 'multicast' | 'unicast', priority: number) => `
global_defs { vrrp_version 3 }
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 0.3
  native_ipv6
  ${mode === 'unicast' ? 'unicast_src_ip fd00::2\n  unicast_peer { fd00::1 }' : ''}
  virtual_ipaddress {
    ${linkLocal}/64
    ${vip}/128
  }
}
`;

describe.skipIf(!isInstalled)('with keepalived as the peer', () => {
  for (const mode of ['multicast', 'unicast'] as const) {
    const ours = () =>
      inet6(mode === 'unicast' ? { sourceAddress: ip('fd00::1'), unicastPeers: [ip('fd00::2')] } : {});

    it(`over ${mode}: it is backup to our higher priority, and takes over when we stop`, async () => {
      const peer = await hostAt('k', 2);
      await a.supervisor.start([ours()]);
      await a.waitFor('vip.announced');
      const keepalived = startKeepalived(lab, peer, peerConfig(mode, 100));
      await keepalived.waitFor(/Entering BACKUP STATE/);
      const sent = () => a.supervisor.status()[0]?.advertsSent ?? 0;
      const before = sent();
      await waitUntil(() => sent() > before + 6, { what: 'it hears six adverts' });
      expect(keepalived.lines().filter((line) => line.includes('MASTER STATE'))).toEqual([]);
      const prober = await probed();
      await a.supervisor.stop();
      await keepalived.waitFor(/Entering MASTER STATE/);
      const gapMs = await prober.longestGapMs();
      measured(`IPv6 ${mode}: hand-over to keepalived: longest gap for a client, ms`, gapMs);
      expect(gapMs).toBeLessThan(seamlessMs);
      expect(await hasAddress(a.host, vip)).toBe(false);
    });

    it(`over ${mode}: we take over when it stops, and give way to its higher priority`, async () => {
      const peer = await hostAt('k', 2);
      const keepalived = startKeepalived(lab, peer, peerConfig(mode, 200));
      await keepalived.waitFor(/Entering MASTER STATE/);
      await a.supervisor.start([ours()]);
      await waitUntil(() => a.supervisor.status()[0]?.active !== undefined, { what: 'we hear it' });
      await keepalived.stop();
      expect((await isActive(a)).reason).toBe('active_resigned');
      const again = startKeepalived(lab, peer, peerConfig(mode, 200));
      await again.waitFor(/Entering MASTER STATE/);
      await a.waitFor('vrrp.transition', ({ reason }) => reason === 'higher_priority_heard');
      await waitUntil(async () => !(await hasAddress(a.host, vip)), { what: 'our address goes' });
      expect(a.events().filter(({ event }) => event === 'vrrp.advert_rejected')).toEqual([]);
      expect(a.events().filter(({ event }) => event === 'vrrp.advert_differs')).toEqual([]);
    });
  }
});
