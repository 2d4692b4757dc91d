// The virtual addresses of one instance against a kernel that is a function: what the whole process in virtual
// time (vrrp-process.test.ts) cannot bring about on purpose.
import { describe, expect, it } from 'vitest';
import { createAddressLeases } from '../../../../src/daemon/vrrp/holdings/address-leases.ts';
import { createNetworkView } from '../../../../src/daemon/vrrp/network-view.ts';
import type { JournalEvent } from '../../../../src/journal/event.ts';
import { ok } from '../../../../src/net/result.ts';
import type {
  AddressEntry,
  KernelError,
  NetworkChange,
  NetworkKernel,
} from '../../../../src/ports/kernel.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';
import { eth0, ownAddress } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const vips = instance().virtualAddresses;
const vipEntry: AddressEntry = {
  address: vips[0]?.address ?? ownAddress.address,
  prefixLength: 24,
  interfaceIndex: 2,
  validLifetime: 1,
};

async function createWorld(present: readonly AddressEntry[] = [ownAddress]) {
  const events: JournalEvent[] = [];
  const asked: string[] = [];
  const installed: number[] = [];
  let refusal: KernelError | undefined;
  let notify = (_: NetworkChange) => {};
  const kernel: NetworkKernel = {
    links: async () => ok([eth0]),
    addresses: async () => ok(present),
    replaceAddresses: async (requests) => {
      asked.push(`replace ${requests.map(({ validLifetime }) => validLifetime).join(' ')}`);
      return requests.map(() => refusal);
    },
    removeAddresses: async (requests) => {
      asked.push('remove');
      return requests.map(() => undefined);
    },
    addRoutes: async () => [],
    removeRoutes: async () => [],
    addRules: async () => [],
    removeRules: async () => [],
    routes: async () => ok([]),
    rules: async () => ok([]),
    watchRoutes: () => {},
    addMacvlan: async () => undefined,
    setLinkMac: async () => undefined,
    setLinkUp: async () => undefined,
    removeLink: async () => undefined,
    watch: (listener) => {
      notify = listener;
    },
    close: () => {},
  };
  const time = createVirtualTime();
  const view = createNetworkView(kernel, time);
  await view.load();
  const leases = createAddressLeases(
    () => ({ instance: 'VI_1', interface: 'eth0', leaseSec: 1, owner: false }),
    {
      ...{ kernel, view, clock: time, emit: (event) => void events.push(event) },
      onInstalled: (addresses) => void installed.push(addresses.length),
      onExpired: () => {},
    },
  );
  view.onChange(leases.onNetworkChange);
  const refuse = (error: KernelError | undefined) => {
    refusal = error;
  };
  return {
    leases,
    events,
    asked,
    installed,
    time,
    refuse,
    notify: (change: NetworkChange) => notify(change),
  };
}

describe('the addresses of an instance', () => {
  it('are not put back for a removal of ours that the kernel tells of late', async () => {
    const { leases, events, time, notify } = await createWorld();
    await leases.add(vips);
    notify({ type: 'addressAdded', address: vipEntry });
    await leases.remove(vips, 'handed_over');
    await leases.add(vips);
    notify({ type: 'addressRemoved', address: vipEntry });
    notify({ type: 'addressAdded', address: vipEntry });
    await time.advance(1);
    expect(events.filter(({ event }) => event === 'vip.restored')).toEqual([]);
    notify({ type: 'addressRemoved', address: vipEntry });
    await time.advance(200);
    expect(events.at(-1)?.event).toBe('vip.restored');
  });

  it('get a lease though a stranger had given them without one', async () => {
    const { leases, asked, notify } = await createWorld();
    notify({ type: 'addressAdded', address: { ...vipEntry, validLifetime: 'forever' } });
    await leases.add(vips);
    expect(asked).toEqual(['replace 1']);
  });

  it('that the kernel refuses are said once in its words, tried with each renewal, and announced when they come', async () => {
    const { leases, events, installed, time, refuse } = await createWorld();
    refuse({ code: 'EPERM', message: 'Operation not permitted' });
    await leases.add(vips);
    for (let i = 0; i < 3; i += 1) {
      leases.renew();
      await time.advance(1);
    }
    expect(events).toEqual([
      {
        event: 'vip.failed',
        instance: 'VI_1',
        interface: 'eth0',
        address: '10.9.0.100/24',
        reason: 'Operation not permitted',
      },
    ]);
    expect(leases.installed()).toEqual([]);
    refuse(undefined);
    leases.renew();
    await time.advance(1);
    expect(events.at(-1)).toMatchObject({ event: 'vip.added', lease_s: 1 });
    expect(installed).toEqual([1]);
  });

  it('are never made again by a renewal that comes after their removal', async () => {
    const { leases, asked } = await createWorld();
    await leases.add(vips);
    await leases.remove(vips, 'handed_over');
    leases.renew();
    expect(asked).toEqual(['replace 1', 'remove']);
  });

  it('are looked for again after the kernel has lost notifications', async () => {
    const { leases, events, time, notify } = await createWorld();
    await leases.add(vips);
    notify({ type: 'addressAdded', address: vipEntry });
    // The dump shows only the host's own address.
    notify({ type: 'resync' });
    await time.advance(1);
    expect(events.at(-1)?.event).toBe('vip.restored');
  });

  it('are renewed though a stranger adds them to another interface', async () => {
    const { leases, events, asked, time, notify } = await createWorld();
    await leases.add(vips);
    notify({ type: 'addressAdded', address: vipEntry });
    notify({ type: 'addressAdded', address: { ...vipEntry, interfaceIndex: 9 } });
    leases.renew();
    await time.advance(1);
    expect(asked).toEqual(['replace 1', 'replace 1']);
    expect(events.filter(({ event }) => event === 'vip.failed')).toEqual([]);
  });
});
