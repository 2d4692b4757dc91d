// Delays: of the start, after the boot, and of interfaces that come and go; in virtual time.
import { describe, expect, it } from 'vitest';
import type { Link } from '../../../src/net/link.ts';
import {
  createVirtualHost,
  eth0,
  type HostOptions,
  ownAddress,
  type VirtualHost,
} from '../../make/vrrp-host.ts';
import { instance } from '../../make/vrrp-instance.ts';

const eth1: Link = { ...eth0, index: 3, name: 'eth1' };
const vip = { ...ownAddress, address: '10.9.0.100' as typeof ownAddress.address, validLifetime: 1 };

async function started(changes: Parameters<typeof instance>[0], options: HostOptions = {}) {
  const host = createVirtualHost({ links: [eth0, eth1], ...options });
  host.tell({ type: 'configure', instances: [instance(changes)] });
  await host.time.advance(1);
  return host;
}

/** With the main process alive. */
async function pass(host: VirtualHost, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    host.tell({ type: 'heartbeat' });
    await host.time.advance(100);
  }
}

const transitions = (host: VirtualHost) =>
  host
    .events()
    .flatMap((event) => (event.event === 'vrrp.transition' ? [`${event.to} ${event.reason}`] : []));
const adverts = (host: VirtualHost) => host.did().filter((what) => what.startsWith('advert')).length;

describe('start_delay', () => {
  it('keeps a router out of the election for that long, and tells so', async () => {
    const host = await started({ startDelayMs: 5000 });
    expect(host.events()).toContainEqual({
      ...{ event: 'vrrp.start_delayed', instance: 'VI_1', vrid: 51, interface: 'eth0' },
      ...{ delay_ms: 5000, reason: 'start_delay' },
    });
    await pass(host, 4800);
    expect(host.did()).toEqual([]);
    expect(transitions(host)).toEqual([]);
    await pass(host, 1000);
    expect(transitions(host)).toEqual(['backup startup', 'active active_down']);
  });

  it('hears who is there meanwhile, and changes nothing of it', async () => {
    const host = await started({ startDelayMs: 2000, priority: 50 });
    for (let i = 0; i < 40; i += 1) {
      host.hear({ priority: 100 });
      await pass(host, 100);
    }
    expect(adverts(host)).toBe(0);
    expect(transitions(host)).toEqual(['backup startup']);
  });

  it('does not disturb a router that goes on from a snapshot', async () => {
    const host = createVirtualHost({ addresses: [ownAddress, vip] });
    const resume = {
      takenAt: host.time.now(),
      instances: [{ name: 'VI_1', phase: 'active' as const, lastAdvertAt: host.time.now() }],
    };
    host.tell({ type: 'configure', instances: [instance({ startDelayMs: 60_000 })], resume });
    await host.time.advance(10);
    expect(transitions(host)).toEqual(['active resumed']);
  });

  it('does not put off a router whose address is here already', async () => {
    const host = await started({ startDelayMs: 60_000 }, { addresses: [ownAddress, vip] });
    expect(transitions(host)).toEqual(['leaving addresses_found']);
  });

  it('is counted from the start of the daemon: a reload adds without it, and a stop calls it off', async () => {
    const host = await started({ startDelayMs: 1000 });
    await pass(host, 2000);
    const second = instance({ name: 'VI_2', virtualRouterId: 52, startDelayMs: 1000, virtualAddresses: [] });
    host.tell({ type: 'configure', instances: [instance({ startDelayMs: 1000 }), second] });
    await host.time.advance(1);
    expect(host.events().filter(({ event }) => event === 'vrrp.start_delayed')).toHaveLength(1);

    const stopped = await started({ startDelayMs: 5000 });
    stopped.tell({ type: 'stop' });
    await stopped.time.advance(10);
    expect(stopped.exits()).toEqual([0]);
    await stopped.time.advance(10_000);
    expect(stopped.did()).toEqual([]);
  });

  it('holds in a sync group for all at once', async () => {
    const host = createVirtualHost();
    const of = (name: string, virtualRouterId: number, last: number) =>
      instance({
        ...{ name, virtualRouterId, syncGroup: 'G', startDelayMs: 1000 },
        virtualAddresses: [{ address: `10.9.0.${last}` as typeof ownAddress.address, length: 24 }],
      });
    host.tell({ type: 'configure', instances: [of('VI_1', 51, 100), of('VI_2', 52, 101)] });
    await pass(host, 900);
    expect(transitions(host)).toEqual([]);
    await pass(host, 2000);
    expect(transitions(host).filter((text) => text.startsWith('active'))).toHaveLength(2);
  });
});

describe('delay_after_boot', () => {
  it('counts from the boot, and is over where that is long ago', async () => {
    // The virtual clock begins 1000 s after the boot.
    const host = await started({ delayAfterBootMs: 1_003_000 });
    expect(host.events()).toMatchObject([{ event: 'vrrp.start_delayed', reason: 'delay_after_boot' }]);
    await pass(host, 2800);
    expect(transitions(host)).toEqual([]);
    await pass(host, 400);
    expect(transitions(host)).toEqual(['backup startup']);
    expect(transitions(await started({ delayAfterBootMs: 900_000 }))).toEqual(['backup startup']);
  });
});

describe('the delays of an interface', () => {
  const delays = (upDelayMs: number, downDelayMs: number, name = 'eth0') => ({
    linkDelays: [{ name, upDelayMs, downDelayMs }],
  });
  const down: Link = { ...eth0, running: false };

  it('up: it counts as up once it has been for that long, without a break', async () => {
    const host = await started(delays(3000, 0));
    await pass(host, 1000);
    expect(transitions(host).at(-1)).toBe('active active_down');
    host.kernel.setLink(down);
    await pass(host, 100);
    expect(transitions(host).at(-1)).toBe('fault no_carrier');
    host.kernel.setLink(eth0);
    await pass(host, 2000);
    // A break: it begins anew.
    host.kernel.setLink(down);
    await pass(host, 100);
    host.kernel.setLink(eth0);
    await pass(host, 2900);
    expect(transitions(host).at(-1)).toBe('fault no_carrier');
    await pass(host, 200);
    expect(transitions(host).at(-1)).toBe('backup link_up');
  });

  it('down: a break that is shorter is none; a longer one is a fault once it has lasted', async () => {
    const host = await started(delays(0, 300));
    await pass(host, 1000);
    const before = transitions(host).length;
    for (let i = 0; i < 5; i += 1) {
      host.kernel.setLink(down);
      await pass(host, 200);
      host.kernel.setLink(eth0);
      await pass(host, 500);
    }
    expect(transitions(host)).toHaveLength(before);
    host.kernel.setLink(down);
    await pass(host, 200);
    expect(transitions(host)).toHaveLength(before);
    await pass(host, 200);
    expect(transitions(host).at(-1)).toBe('fault no_carrier');
  });

  it('at the start: what is up is up at once, also where a process goes on from another', async () => {
    expect(transitions(await started(delays(60_000, 0)))).toEqual(['backup startup']);
  });

  it('are of each interface by itself, and hold for one that is tracked', async () => {
    const tracker = { kind: 'interface', name: 'eth1', weight: 0, reverse: false } as const;
    const host = await started({ ...delays(1000, 400, 'eth1'), trackers: [tracker] });
    await pass(host, 1000);
    const before = transitions(host).length;
    host.kernel.setLink({ ...eth1, running: false });
    await pass(host, 300);
    host.kernel.setLink(eth1);
    await pass(host, 300);
    expect(transitions(host)).toHaveLength(before);
    host.kernel.setLink({ ...eth1, running: false });
    await pass(host, 2000);
    expect(transitions(host).at(-1)).toMatch(/^fault /);
    host.kernel.setLink(eth1);
    await pass(host, 900);
    expect(transitions(host).at(-1)).toMatch(/^fault /);
    await pass(host, 200);
    expect(transitions(host).at(-1)).toBe('backup track_recovered');
    // The other one has none.
    host.kernel.setLink(down);
    await pass(host, 100);
    expect(transitions(host).at(-1)).toBe('fault no_carrier');
  });

  it('change with a reload', async () => {
    const host = await started({});
    await pass(host, 1000);
    host.tell({ type: 'configure', instances: [instance(delays(0, 500))] });
    await pass(host, 100);
    const before = transitions(host).length;
    host.kernel.setLink(down);
    await pass(host, 300);
    expect(transitions(host)).toHaveLength(before);
    host.tell({ type: 'configure', instances: [instance({})] });
    await pass(host, 100);
    expect(transitions(host).at(-1)).toBe('fault no_carrier');
  });
});
