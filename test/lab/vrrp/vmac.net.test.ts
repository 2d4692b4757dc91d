// Virtual MAC mode: the addresses keep their MAC address whoever has them, and nobody else's moves.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { bothFamilies, routerConfig } from './router-config.ts';
import { measured } from './station.ts';
import { advertTrace } from './two-lans.ts';

const vips = { inet: '10.9.0.100', inet6: 'fd00::100' } as const;
const macs = { inet: '00:00:5e:00:01:33', inet6: '00:00:5e:00:02:33' } as const;
let lab: Lab;
let client: Host;
let a: Director;
let b: Director;

const config = (priority: number) =>
  routerConfig(priority, `${vips.inet}/32, "${vips.inet6}/128"`, 'use_vmac: yes');

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const hostAt = (name: string, number: number) => hostOn(lab, lan, name, ...bothFamilies(number));
  client = await hostAt('c', 3);
  a = startDirector(lab, await hostAt('a', 1), { config: config(150) });
  await both(a, 'active');
  b = startDirector(lab, await hostAt('b', 2), { config: config(100) });
  await b.waitFor('daemon.ready');
  await both(b, 'backup');
});
afterEach(() => lab?.dispose());

const both = (director: Director, phase: string) =>
  Promise.all(
    ['VI_1', 'VI_1/ipv6'].map((name) =>
      director.waitFor('vrrp.transition', ({ instance, to }) => instance === name && to === phase),
    ),
  );
const links = (director: Director) => director.host.run('ip', '-o', '-d', 'link', 'show', 'type', 'macvlan');
const arpIgnore = async (director: Director) =>
  (await director.host.run('sysctl', '-n', 'net.ipv4.conf.eth0.arp_ignore')).trim();

async function neighbours(): Promise<string> {
  await client.run('ping', '-c', '1', '-W', '2', vips.inet);
  // What the leaving kernel says last of its groups may lead the switch to it, until the next advert.
  await client.run('ping', '-c', '3', '-W', '2', vips.inet6);
  return client.run('ip', 'neigh', 'show');
}

describe('virtual MAC mode', () => {
  it('answers for the addresses with the virtual router MAC alone (RFC 9568 §8.1.2, §8.2.2)', async () => {
    const shown = await neighbours();
    for (const family of ['inet', 'inet6'] as const)
      expect(shown).toContain(`${vips[family]} dev eth0 lladdr ${macs[family]}`);
    const answers = await client.attempt('arping', '-c', '2', '-w', '2', '-I', 'eth0', vips.inet);
    expect(new Set(answers.stdout.match(/\[[0-9A-F:]+\]/g))).toEqual(new Set(['[00:00:5E:00:01:33]']));
    expect(await links(a)).toContain('macvlan mode bridge');
    const addresses = await a.host.run('ip', '-o', 'address', 'show', 'dev', 'vrrp6.51');
    expect(addresses.trim().split('\n').length).toBe(1);
  });

  it('sends adverts from that MAC, and hears those of a peer that has it too', async () => {
    expect(b.events().filter(({ event, to }) => event === 'vrrp.transition' && to === 'active')).toEqual([]);
    const heard = advertTrace(lab, client);
    await waitUntil(() => heard.length >= 12, { what: 'adverts' });
    expect(new Set(heard.map(({ from, to }) => `${from} > ${to}`))).toEqual(
      new Set([`${macs.inet} > 01:00:5e:00:00:12`, `${macs.inet6} > 33:33:00:00:00:12`]),
    );
  });

  it('hands over without a gap, and nobody learns another MAC', async () => {
    await neighbours();
    const prober = probe(lab, client, vips.inet);
    await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
    await a.running.stop();
    await both(b, 'active');
    const gapMs = await prober.longestGapMs();
    measured('virtual MAC: graceful stop: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    expect(await neighbours()).toContain(`${vips.inet} dev eth0 lladdr ${macs.inet}`);
  });

  it('is no fault at the start: nothing of it is told as one', async () => {
    for (const director of [a, b])
      expect(director.events().filter(({ level, to }) => level === 'error' || to === 'fault')).toEqual([]);
  });

  it('takes its links away, and puts the settings of the interface back', async () => {
    expect(await arpIgnore(a)).toBe('1');
    await a.running.stop();
    expect(await links(a)).toBe('');
    expect(await arpIgnore(a)).toBe('0');
  });

  it('takes over links that a killed one left, and makes one again that somebody deletes', async () => {
    await a.host.killAll();
    expect(await links(a)).toContain('vrrp.51');
    const again = startDirector(lab, a.host, { config: config(150), again: a });
    await both(again, 'active');
    await a.host.run('ip', 'link', 'delete', 'vrrp.51');
    await again.waitFor('vrrp.transition', ({ to }) => to === 'fault');
    await waitUntil(async () => (await again.host.run('ip', 'address')).includes(vips.inet), {
      what: 'it is active again',
    });
    expect(await links(again)).toContain('vrrp.51');
  });
});

const two = (...vrids: readonly number[]) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:${vrids
  .map(
    (vrid) => `
  - {name: VI_${vrid}, interface: eth0, virtual_router_id: ${vrid}, advert_int: 100ms, use_vmac: yes, virtual_ipaddress: [10.9.0.${vrid}/32]}`,
  )
  .join('')}
  - {name: VI_9, interface: eth0, virtual_router_id: 9, advert_int: 100ms, virtual_ipaddress: [10.9.0.9/32]}
`;

describe('two of them on one interface', () => {
  const settings = async (host: Host) =>
    (
      await host.run(
        'sysctl',
        '-n',
        ...['arp_ignore', 'arp_filter', 'arp_announce'].map((key) => `net.ipv4.conf.eth0.${key}`),
      )
    )
      .trim()
      .split('\n')
      .join(' ');
  /** The kernel takes its time to remove a link. */
  const isAsItWas = (director: Director, wanted: string, what: string) =>
    waitUntil(async () => (await settings(director.host)) === wanted && (await links(director)) === '', {
      what,
    });
  const serving = (director: Director, vrid: number) =>
    director.waitFor('vip.announced', ({ instance }) => instance === `VI_${vrid}`);

  it('keep the settings of the interface until the last one goes, which puts the first ones back', async () => {
    const host = await hostOn(lab, await lab.lan('other'), 'd', '10.9.0.4/24');
    await host.sysctl({ 'net.ipv4.conf.eth0.arp_announce': 1 });
    const d = startDirector(lab, host, { config: two(61, 62) });
    await Promise.all([serving(d, 61), serving(d, 62)]);
    expect(await settings(host)).toBe('1 1 2');
    const reload = async (...vrids: readonly number[]) => {
      const after = d.running.lineCount();
      d.writeConfig(two(...vrids));
      await d.cli('reload');
      await d.waitFor('daemon.reloaded', undefined, { after });
    };
    await reload(62);
    await waitUntil(async () => !(await links(d)).includes('vrrp.61'), { what: 'the first one is gone' });
    expect(await settings(host)).toBe('1 1 2');
    await reload();
    await isAsItWas(d, '0 0 1', 'as it was');
  });

  it('put them back after a kill of the VRRP process, and of all, whoever survives', async () => {
    const host = await hostOn(lab, await lab.lan('other'), 'd', '10.9.0.4/24');
    const d = startDirector(lab, host, { config: two(61, 62) });
    await Promise.all([serving(d, 61), serving(d, 62)]);
    const child = d.events().find(({ event }) => event === 'vrrp.process_started')?.pid;
    const after = d.running.lineCount();
    process.kill(Number(child), 'SIGKILL');
    await d.waitFor('vrrp.process_started', undefined, { after });
    await waitUntil(async () => (await d.cli('why', 'VI_62')).stdout.includes('this director'), {
      what: 'it has resumed',
    });
    await d.running.stop();
    expect(await settings(host)).toBe('0 0 0');
    const again = startDirector(lab, host, { config: two(61, 62), again: d });
    await Promise.all([serving(again, 61), serving(again, 62)]);
    await host.killAll();
    expect(await settings(host)).toBe('1 1 2');
    const without = startDirector(lab, host, { config: two(), again: d });
    await without.waitFor('daemon.ready');
    await isAsItWas(without, '0 0 0', 'as it was');
    await without.running.stop();
    const last = startDirector(lab, host, { config: two(61), again: d });
    await serving(last, 61);
    await host.killAll();
    expect(await settings(host)).toBe('1 1 2');
    const config = 'director: {control_socket: $CONTROL, state_dir: $STATE}\n';
    const routerless = startDirector(lab, host, { config, again: d });
    await isAsItWas(routerless, '0 0 0', 'as it was, without any router');
  });
});
