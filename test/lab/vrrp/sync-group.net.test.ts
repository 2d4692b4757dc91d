// Sync groups under the whole daemon: two routers on two links move as one, whatever makes one of them move.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/process.ts';
import type { Director } from '../harness/programs.ts';
import { seamlessMs } from './prober.ts';
import { measured } from './station.ts';
import {
  becomes,
  comesBack,
  config,
  createSite,
  outerVip,
  probed,
  type Site,
  startPair,
  statusOf,
} from './tracked-site.ts';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site?.lab.dispose());

describe('a sync group', () => {
  const group = (priority: number) =>
    config(
      priority,
      `
  - name: VI_2
    interface: eth1
    virtual_router_id: 52
    priority: ${priority}
    advert_int: 300ms
    virtual_ipaddress: [${outerVip}/24]`,
      `
vrrp_sync_group:
  - {name: VG, group: [VI_1, VI_2]}
`,
    );
  const phases = async (director: Director) => (await statusOf(director)).map(({ phase }) => phase);

  it('moves as one when one link dies, and back', async () => {
    const [a, b] = await startPair(site, group(150), group(100));
    expect(await phases(a)).toEqual(['active', 'active']);
    const prober = await probed(site);
    const downAt = performance.now();
    await site.lab.carrier(site.hostA, site.outside, false);
    expect((await becomes(a, 'fault', 0, 'VI_2')).reason).toBe('no_carrier');
    expect((await becomes(a, 'leaving')).reason).toBe('group_fault: VI_2: no_carrier');
    await becomes(b, 'active', 0, 'VI_1');
    await becomes(b, 'active', 0, 'VI_2');
    measured('sync group, one link dead: peer active with all after, ms', performance.now() - downAt);
    await becomes(a, 'fault');
    const gapMs = await prober.longestGapMs();
    measured('sync group, one link dead: longest gap on the other link, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    expect(await phases(b)).toEqual(['active', 'active']);
    await comesBack(site, [a, b], () => site.lab.carrier(site.hostA, site.outside, true));
    await waitUntil(async () => (await phases(a)).join() === 'active,active', { what: 'a has both' });
    await waitUntil(async () => (await phases(b)).join() === 'backup,backup', { what: 'b has none' });
  });

  it('is handed over as one, by the name of any member', async () => {
    const [a, b] = await startPair(site, group(150), group(100));
    const [inner, outer] = [await probed(site), await probed(site, outerVip)];
    expect((await a.cli('failover', 'VI_2')).status).toBe(0);
    await becomes(b, 'active', 0, 'VI_1');
    await becomes(b, 'active', 0, 'VI_2');
    for (const prober of [inner, outer]) expect(await prober.longestGapMs()).toBeLessThan(seamlessMs);
    await waitUntil(async () => (await phases(a)).join() === 'backup,backup', { what: 'a has none' });
  });
});
