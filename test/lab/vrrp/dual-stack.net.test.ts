// One entry with addresses of both families: two virtual routers that move as one, under the whole daemon.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { bothFamilies, routerConfig } from './router-config.ts';
import { hasAddress, measured } from './station.ts';

const vips = ['10.9.0.100', 'fd00::100'] as const;
let lab: Lab;
let client: Host;
let a: Director;
let b: Director;

const config = (priority: number) => routerConfig(priority, `${vips[0]}/24, "${vips[1]}/64", "fe80::100/64"`);

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const hostAt = (name: string, number: number) => hostOn(lab, lan, name, ...bothFamilies(number));
  client = await hostAt('c', 3);
  a = startDirector(lab, await hostAt('a', 1), { config: config(150) });
  await Promise.all(vips.map((vip) => waitUntil(() => hasAddress(a.host, vip), { what: `a has ${vip}` })));
  b = startDirector(lab, await hostAt('b', 2), { config: config(100) });
  await b.waitFor('daemon.ready');
});
afterEach(() => lab?.dispose());

const allOn = (director: Director, on: boolean) =>
  waitUntil(
    async () =>
      (await Promise.all(vips.map((vip) => hasAddress(director.host, vip)))).every((is) => is === on),
    { what: `${director.name}: addresses ${on ? 'there' : 'gone'}` },
  );
const activated = (director: Director, instance: string) =>
  director.waitFor('vrrp.transition', (event) => event.instance === instance && event.to === 'active');

async function probed(vip: string) {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
  return prober;
}

it('both are handed over without a gap on a stop', async () => {
  const probers = await Promise.all(vips.map(probed));
  await a.running.stop();
  await Promise.all(['VI_1', 'VI_1/ipv6'].map((name) => activated(b, name)));
  for (const [i, prober] of probers.entries()) {
    const gapMs = await prober.longestGapMs();
    measured(`dual stack: graceful stop: longest gap of ${vips[i]}, ms`, gapMs);
    // One test process probes both.
    expect(gapMs).toBeLessThan(seamlessMs);
  }
  await allOn(b, true);
  expect(await hasAddress(a.host, vips[1])).toBe(false);
});

it('both go on request, whichever of the names is given', async () => {
  await a.cli('failover', 'VI_1');
  await allOn(b, true);
  await allOn(a, false);
});

it('what stops one takes the other along: the IPv6 source is lost, and comes back', async () => {
  await a.host.run('ip', '-6', 'address', 'flush', 'dev', 'eth0', 'scope', 'link');
  await allOn(b, true);
  await allOn(a, false);
  await a.host.run('ip', 'address', 'add', 'fe80::1/64', 'dev', 'eth0');
  await allOn(a, true);
  await allOn(b, false);
});
