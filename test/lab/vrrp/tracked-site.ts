// Two directors of ours on two LANs (eth0 with the address, eth1 beside it) and a client on both: what the tests of
// tracking and sync groups start from, and how they look at the pair.
import { expect } from 'vitest';
import { daemonStatus } from '../harness/daemon-status.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { type Prober, probe, seamlessMs } from './prober.ts';
import { routerConfig } from './router-config.ts';
import { hasAddress, measured } from './station.ts';

export const vip = '10.9.0.100';
export const outerVip = '10.8.0.100';

export type Site = {
  readonly lab: Lab;
  readonly outside: Lan;
  readonly client: Host;
  readonly hostA: Host;
  readonly hostB: Host;
  /** For what is tracked. */
  readonly folder: string;
};

export async function createSite(): Promise<Site> {
  const lab = createLab();
  const lan = await lab.lan('lan');
  const outside = await lab.lan('out');
  const hostAt = async (name: string, number: number) => {
    const host = await lab.host(name);
    await lab.attach(host, lan, { addresses: [`10.9.0.${number}/24`] });
    await lab.attach(host, outside, { interface: 'eth1', addresses: [`10.8.0.${number}/24`] });
    return host;
  };
  const client = await hostAt('c', 3);
  const hostA = await hostAt('a', 1);
  const hostB = await hostAt('b', 2);
  return { lab, outside, client, hostA, hostB, folder: lab.directory('tracked') };
}

/** @param more lines of VI_1 @param sections what stands beside `vrrp` */
export const config = (priority: number, more: string, sections = '') =>
  routerConfig(priority, `${vip}/24`, more, sections);

/** a is active, b hears it. */
export async function startPair(
  { lab, hostA, hostB }: Site,
  ofA: string,
  ofB: string,
): Promise<readonly [Director, Director]> {
  const a = startDirector(lab, hostA, { config: ofA });
  await a.waitFor('vip.announced');
  const b = startDirector(lab, hostB, { config: ofB });
  await b.waitFor('daemon.ready');
  await waitUntil(async () => (await statusOf(b))[0]?.active !== undefined, { what: 'b hears a' });
  return [a, b];
}

export const statusOf = async (director: Director) => (await daemonStatus(director)).vrrp;

export const becomes = (director: Director, phase: string, after = 0, instance = 'VI_1') =>
  director.waitFor('vrrp.transition', (event) => event.to === phase && event.instance === instance, {
    after,
  });

/** For waiting for what comes from now on. */
export const seen = (director: Director) => director.running.lines().length;

export async function probed({ lab, client }: Site, address = vip): Promise<Prober> {
  const prober = probe(lab, client, address);
  await waitUntil(() => prober.answers() > 200, { what: 'the client reaches the address' });
  return prober;
}

/** From b back to a without a gap, once what failed is well again. */
export async function comesBack(site: Site, [a, b]: readonly [Director, Director], recover: () => unknown) {
  const { hostA, hostB } = site;
  await waitUntil(async () => !(await hasAddress(hostA, vip)), { what: 'a gives the address up' });
  const prober = await probed(site);
  const [beforeA, beforeB] = [seen(a), seen(b)];
  await recover();
  await becomes(a, 'active', beforeA);
  await becomes(b, 'backup', beforeB);
  await waitUntil(async () => !(await hasAddress(hostB, vip)), { what: 'b gives the address up' });
  const gapMs = await prober.longestGapMs();
  measured('return of the role: longest gap for a client, ms', gapMs);
  expect(gapMs).toBeLessThan(seamlessMs);
}
