// What floats beside the advertised addresses, and on which device, on a host in memory.
import { describe, expect, it } from 'vitest';
import { ip } from '../../../../src/net/ip.ts';
import { parseRoute, parseRule } from '../../../../src/net/route.ts';
import { createVirtualHost, eth0, ownAddress } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const route = (text: string) => parseRoute(text) ?? expect.fail(text);
const floating = {
  excludedAddresses: [{ address: ip('fd00::9'), length: 128 }],
  virtualRoutes: [route('10.1.0.0/16 via 10.9.0.254')],
  virtualRules: [parseRule('from 10.9.0.100 table 9') ?? expect.fail('rule')],
};

async function started(changes: Parameters<typeof instance>[0], options = {}) {
  const host = createVirtualHost(options);
  host.tell({ type: 'configure', instances: [instance(changes)] });
  await host.time.advance(400);
  return host;
}

describe('what floats', () => {
  it('comes after the addresses, before the advert, which names only its own', async () => {
    const host = await started({ ...floating, garpRepeat: 1 });
    const did = host.did().filter((what) => !what.startsWith('remove'));
    expect(did.slice(0, 7)).toEqual([
      ...['add 10.9.0.100/24', 'add fd00::9/128'],
      ...['add route 10.1.0.0/16 via 10.9.0.254', 'add rule from 10.9.0.100/32 table 9'],
      ...['arp', 'arp', 'advert 150'],
    ]);
  });

  it('goes before the addresses, the last first', async () => {
    const host = await started(floating);
    const before = host.did().length;
    host.hear({ priority: 200 });
    await host.time.advance(50);
    expect(host.did().slice(before)).toEqual([
      'advert 150',
      ...['remove rule from 10.9.0.100/32 table 9', 'remove route 10.1.0.0/16 via 10.9.0.254'],
      ...['remove 10.9.0.100/24', 'remove fd00::9/128'],
    ]);
  });

  it('is cleared away at a start as a backup', async () => {
    const host = createVirtualHost();
    host.tell({ type: 'configure', instances: [instance(floating)] });
    await host.time.advance(1);
    expect(host.did()).toEqual([
      'remove rule from 10.9.0.100/32 table 9',
      'remove route 10.1.0.0/16 via 10.9.0.254',
    ]);
  });

  it('changes on reload alone where it differs', async () => {
    const host = await started(floating);
    const before = host.did().length;
    const virtualRoutes = [...floating.virtualRoutes, route('blackhole 10.2.0.0/16')];
    host.tell({ type: 'configure', instances: [instance({ ...floating, virtualRoutes, virtualRules: [] })] });
    await host.time.advance(1);
    expect(host.did().slice(before)).toEqual([
      'remove rule from 10.9.0.100/32 table 9',
      'add route blackhole 10.2.0.0/16',
    ]);
  });
});

describe('an address with a device of its own', () => {
  const eth1 = { ...eth0, index: 3, name: 'eth1' };
  const virtualAddresses = [{ address: ip('10.8.0.100'), length: 24, device: 'eth1' }];

  it('is put there', async () => {
    const host = await started({ virtualAddresses }, { links: [eth0, eth1] });
    const added = host.events().find(({ event }) => event === 'vip.added');
    expect(added).toMatchObject({ address: '10.8.0.100/24', interface: 'eth1' });
  });

  it('is removed there although it is the only one', async () => {
    const left = { ...ownAddress, address: ip('10.8.0.100'), interfaceIndex: 3 };
    const host = createVirtualHost({ links: [eth0, eth1], addresses: [ownAddress, left] });
    host.tell({ type: 'configure', instances: [instance({ virtualAddresses })] });
    await host.time.advance(1);
    expect(host.did()).toEqual(['remove 10.8.0.100/24']);
  });

  const reasons = (host: ReturnType<typeof createVirtualHost>) =>
    host
      .events()
      .flatMap((event) => (event.event === 'vrrp.transition' ? [`${event.to}: ${event.reason}`] : []));

  for (const [what, links, fault] of [
    ['is missing', [eth0], 'interface_missing: eth1'],
    ['is down', [eth0, { ...eth1, up: false, running: false }], 'link_down: eth1'],
    ['has no carrier', [eth0, { ...eth1, running: false }], 'no_carrier: eth1'],
  ] as const) {
    it(`keeps its router in fault while that ${what}, until it works`, async () => {
      const host = await started({ virtualAddresses }, { links });
      expect(reasons(host)).toEqual([`fault: ${fault}`]);
      host.kernel.setLink(eth1);
      await host.time.advance(400);
      expect(reasons(host).at(-1)).toContain('active');
      expect(host.addresses()).toContain('10.8.0.100/24');
    });

    it(`does not, with track no, and is said to be missing while that ${what}`, async () => {
      const untracked = virtualAddresses.map((vip) => ({ ...vip, track: false as const }));
      const host = await started({ virtualAddresses: untracked }, { links });
      expect(reasons(host).at(-1)).toContain('active');
      host.tell({ type: 'failover', instance: 'none' });
      await host.time.advance(1000);
      const last = () =>
        host
          .said()
          .flatMap((message) => (message.type === 'status' ? message.instances : []))
          .at(-1);
      expect(last()?.addresses).toEqual([]);
      expect(last()?.missing).toEqual([{ what: '10.8.0.100/24 on eth1', reason: fault }]);
      host.kernel.setLink(eth1);
      await host.time.advance(1000);
      expect(last()).toMatchObject({ addresses: ['10.8.0.100/24'] });
      expect(last()?.missing).toBeUndefined();
    });
  }

  it('hands the role over when the device dies under an active one', async () => {
    const host = await started({ virtualAddresses }, { links: [eth0, eth1] });
    host.kernel.setLink({ ...eth1, running: false });
    await host.time.advance(1);
    expect(reasons(host).at(-1)).toBe('leaving: no_carrier: eth1');
  });

  it('of a route or a rule counts as well', async () => {
    for (const more of [
      { virtualRoutes: [route('10.1.0.0/16 dev eth1')] },
      { virtualRules: [parseRule('iif eth1 table 9') ?? expect.fail('rule')] },
      { excludedAddresses: [{ address: ip('fd00::9'), length: 128, device: 'eth1' }] },
    ]) {
      expect(reasons(await started(more))).toEqual(['fault: interface_missing: eth1']);
    }
    expect(
      reasons(await started({ virtualRoutes: [route('10.1.0.0/16 dev eth1 track no')] })).at(-1),
    ).toContain('active');
  });
});

describe('a backup', () => {
  it('does not keep an address that somebody puts there', async () => {
    const host = await started({});
    host.hear({ priority: 200 });
    await host.time.advance(100);
    const stray = { ...ownAddress, address: ip('10.9.0.100') };
    host.kernel.add(stray);
    for (let i = 0; i < 20; i += 1) {
      host.hear({ priority: 200 });
      await host.time.advance(50);
    }
    expect(host.addresses()).not.toContain('10.9.0.100/24');
    expect(host.events().at(-1)).toMatchObject({ event: 'vip.removed', reason: 'not_active' });
  });
});

describe('announcements', () => {
  const two = [
    { address: ip('10.9.0.100'), length: 24 },
    { address: ip('10.9.0.101'), length: 24 },
  ];
  const arps = (host: Awaited<ReturnType<typeof started>>) =>
    host.did().filter((what) => what === 'arp').length;

  it('come one of each at once, and the others with the pause between', async () => {
    const host = await started({ virtualAddresses: two, garpRepeat: 3, garpIntervalMs: 20, garpDelayMs: 0 });
    const first = host.did().indexOf('advert 150 of 2 addresses');
    expect(
      host
        .did()
        .slice(0, first)
        .filter((what) => what === 'arp').length,
    ).toBe(2);
    await host.time.advance(100);
    expect(arps(host)).toBe(6);
  });

  it('of one round end those of the one before', async () => {
    const host = await started({ garpRepeat: 9, garpIntervalMs: 50, garpDelayMs: 100 });
    await host.time.advance(1000);
    expect(arps(host)).toBeGreaterThanOrEqual(10);
    expect(arps(host)).toBeLessThanOrEqual(12);
  });

  it('end with the role', async () => {
    const host = await started({ virtualAddresses: two, garpRepeat: 9, garpIntervalMs: 50, garpDelayMs: 0 });
    host.hear({ priority: 200 });
    await host.time.advance(60);
    const count = arps(host);
    await host.time.advance(200);
    expect(arps(host)).toBe(count);
  });

  it('are as many in a refresh as configured', async () => {
    const host = await started({ garpDelayMs: 0, garpRefreshMs: 1000, garpRefreshRepeat: 4 });
    const count = arps(host);
    await host.time.advance(1000);
    expect(arps(host) - count).toBe(4);
  });
});

describe('a removal that comes late, behind routes that go slowly', () => {
  it('takes no address away that is wanted again by then', async () => {
    const host = createVirtualHost();
    const { removeRoutes } = host.ports.network;
    const slow = (requests: Parameters<typeof removeRoutes>[0]) =>
      new Promise((resolve) => host.time.after(500, () => resolve(removeRoutes(requests))));
    host.tell({ type: 'configure', instances: [instance({ virtualRoutes: floating.virtualRoutes })] });
    await host.time.advance(600);
    expect(host.addresses()).toContain('10.9.0.100/24');
    Object.assign(host.ports.network, { removeRoutes: slow });
    host.hear({ priority: 200 });
    await host.time.advance(130);
    host.hear({ priority: 0 });
    await host.time.advance(100);
    expect(host.did().at(-1)).toBe('advert 150');
    await host.time.advance(3000);
    expect(host.addresses()).toContain('10.9.0.100/24');
  });
});
