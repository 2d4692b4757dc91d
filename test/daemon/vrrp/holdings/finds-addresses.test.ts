// A start that finds addresses of an earlier run in the kernel: they answer on until somebody else has them.
import { describe, expect, it } from 'vitest';
import { findsAddresses } from '../../../../src/daemon/vrrp/holdings/finds-addresses.ts';
import { ip } from '../../../../src/net/ip.ts';
import { parseRoute, parseRule } from '../../../../src/net/route.ts';
import { createVirtualHost, ownAddress, type VirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const vip = '10.9.0.100/24';
const leftOver = { ...ownAddress, address: ip('10.9.0.100') };
const leased = { ...leftOver, validLifetime: 1 };

async function started(changes = {}, options = {}): Promise<VirtualHost> {
  const host = createVirtualHost(options);
  host.tell({ type: 'configure', instances: [instance(changes)] });
  await host.time.advance(1);
  return host;
}

const phases = (host: VirtualHost) =>
  host.events().flatMap((event) => (event.event === 'vrrp.transition' ? [event.to] : []));
const named = (host: VirtualHost, name: string) => host.events().filter(({ event }) => event === name);

describe('an address that a start finds', () => {
  it('with a lease of an earlier run answers on, says priority 0 once, and goes when a successor is heard', async () => {
    const host = await started({}, { addresses: [ownAddress, leased] });
    expect(host.did()).toEqual(['advert 0', `renew ${vip}`]);
    expect(phases(host)).toEqual(['leaving']);
    await host.time.advance(100);
    host.hear({ priority: 100 });
    await host.time.advance(19);
    expect(host.addresses()).toContain(vip);
    await host.time.advance(2);
    expect(host.addresses()).not.toContain(vip);
    expect(phases(host)).toEqual(['leaving', 'backup']);
    expect(host.did().filter((what) => what === 'advert 0').length).toBe(1);
    expect(named(host, 'vip.removed')).toMatchObject([{ reason: 'handed_over' }]);
    // Its own priority is higher: by the rules it comes back.
    await host.time.advance(400);
    expect(phases(host).at(-1)).toBe('active');
  });

  it.each([100, 1000, 3000, 40_950])(
    'with a lease is never missed where nobody comes, at adverts each %i ms',
    async (advertIntervalMs) => {
      const vipLeaseSec = Math.floor((3 * advertIntervalMs + 500) / 1000) + 1;
      for (const priority of [1, 100, 254]) {
        const changes = { advertIntervalMs, vipLeaseSec, priority };
        const host = createVirtualHost({
          addresses: [ownAddress, { ...leased, validLifetime: 1 }],
          supervisorSilenceMs: 1e9,
        });
        host.tell({ type: 'configure', instances: [instance(changes)] });
        await host.time.advance(4 * advertIntervalMs + 1000);
        expect(phases(host)).toEqual(['leaving', 'active']);
        expect(host.did().filter((what) => what.startsWith('add '))).toEqual([]);
        expect(named(host, 'vip.lease_expired')).toEqual([]);
        expect(host.addresses()).toContain(vip);
      }
    },
  );

  it('with a lease is not renewed by who cannot send: it goes by its own clock', async () => {
    const host = createVirtualHost({ addresses: [ownAddress], supervisorSilenceMs: 1e9 });
    host.kernel.add({ ...leased, validLifetime: 3 });
    host.failSends(new Error('send EPERM'));
    host.tell({ type: 'configure', instances: [instance({ advertIntervalMs: 2000, vipLeaseSec: 7 })] });
    await host.time.advance(2900);
    expect(host.addresses()).toContain(vip);
    await host.time.advance(1000);
    expect(host.addresses()).not.toContain(vip);
    expect(named(host, 'vip.restored')).toEqual([]);
  });

  it('for ever is kept in the same way where ours are for ever', async () => {
    const host = await started({ vipLeaseSec: 'off' }, { addresses: [ownAddress, leftOver] });
    expect(host.did()).toEqual(['advert 0']);
    host.hear({ priority: 100 });
    await host.time.advance(30);
    expect(host.did().at(-1)).toBe(`remove ${vip}`);
  });

  it('that is one of several, or comes along unadvertised, is reason enough; the others come with the role', async () => {
    const excludedAddresses = [{ address: ip('10.9.0.102'), length: 24 }];
    const found = { ...leased, address: ip('10.9.0.102') };
    const host = await started({ excludedAddresses }, { addresses: [ownAddress, found] });
    expect(host.did()).toEqual(['advert 0', 'renew 10.9.0.102/24']);
    await host.time.advance(400);
    expect(host.did().slice(2, 4).sort()).toEqual([`add ${vip}`, 'renew 10.9.0.102/24']);
  });

  it('is handed over by who stops, or fails in what it tracks, meanwhile', async () => {
    const host = await started({}, { addresses: [ownAddress, leased] });
    host.tell({ type: 'stop' });
    await host.time.advance(100);
    expect(host.addresses()).toContain(vip);
    host.hear({ priority: 100 });
    await host.time.advance(30);
    expect(host.addresses()).not.toContain(vip);
    expect(host.exits()).toEqual([0]);
  });

  it('of a sync group is held until every member can be active, and given up with the others', async () => {
    const group = { syncGroup: 'VG' };
    const second = instance({
      ...{ ...group, name: 'VI_2', virtualRouterId: 52 },
      virtualAddresses: [{ address: ip('10.9.0.101'), length: 24 }],
    });
    for (const isHeard of [false, true]) {
      const host = createVirtualHost({
        addresses: [ownAddress, leased, { ...leased, address: ip('10.9.0.101') }],
      });
      host.tell({ type: 'configure', instances: [instance(group), second] });
      await host.time.advance(1);
      if (isHeard) host.hear({ priority: 200 });
      await host.time.advance(10);
      expect(host.addresses()).toContain('10.9.0.101/24');
      if (isHeard) host.hear({ priority: 200, vrid: 52 });
      await host.time.advance(isHeard ? 100 : 390);
      expect(host.addresses().length).toBe(isHeard ? 1 : 3);
      expect(host.did().some((what) => what.startsWith('add'))).toBe(false);
      if (!isHeard) expect(phases(host).filter((phase) => phase === 'active').length).toBe(2);
    }
  });
});

describe('routes that a start finds, of a router without an address', () => {
  const route = parseRoute('10.77.0.0/16 via 10.9.0.3') ?? expect.fail('route');
  const addressless = { version: 2, advertIntervalMs: 1000, virtualAddresses: [], virtualRoutes: [route] };

  it('stay until a successor is heard, and where there is none it has them on', async () => {
    for (const isHeard of [false, true]) {
      const host = await started(addressless as Parameters<typeof instance>[0], { routes: [route] });
      expect(host.did()).toEqual(['advert 0 of 0 addresses']);
      expect(phases(host)).toEqual(['leaving']);
      if (isHeard) host.hear({ version: 2, priority: 200, addresses: [] });
      await host.time.advance(isHeard ? 50 : 3700);
      expect(phases(host)).toEqual(['leaving', isHeard ? 'backup' : 'active']);
      const removed = host.did().filter((what) => what.startsWith('remove route'));
      expect(removed.length).toBe(isHeard ? 1 : 0);
    }
  });

  it('may be rules alone', async () => {
    const rule = parseRule('from 10.77.0.0/16 table 9') ?? expect.fail('rule');
    const changes = { version: 2, virtualAddresses: [], virtualRules: [rule] } as const;
    expect(phases(await started(changes, { rules: [rule] }))).toEqual(['leaving']);
    expect(phases(await started(changes))).toEqual(['backup']);
  });

  it('are asked for before the verdicts are waited for', async () => {
    const host = createVirtualHost({ unattended: true, routes: [route] });
    const config = instance({ virtualAddresses: [], virtualRoutes: [route] });
    expect(await findsAddresses([config], { ...host.ports, clock: host.time })).toBe(true);
    expect(
      await findsAddresses([instance({ virtualRoutes: [route] })], { ...host.ports, clock: host.time }),
    ).toBe(false);
  });

  it('that are somebody else’s are no reason', async () => {
    const other = parseRoute('10.78.0.0/16 via 10.9.0.3') ?? expect.fail('route');
    const host = await started(addressless as Parameters<typeof instance>[0], { routes: [other] });
    expect(phases(host)).toEqual(['backup']);
  });
});
