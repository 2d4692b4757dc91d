// The VRRP process on a host in memory, in virtual time.

import { describe, expect, it } from 'vitest';
import { orphanStatus } from '../../../src/daemon/vrrp/messages.ts';
import { ip } from '../../../src/net/ip.ts';
import { createVirtualHost, eth0, ownAddress, type VirtualHost } from '../../make/vrrp-host.ts';
import { instance } from '../../make/vrrp-instance.ts';

const vip = '10.9.0.100/24';

async function started(changes = {}, options = {}): Promise<VirtualHost> {
  const host = createVirtualHost(options);
  host.tell({ type: 'configure', instances: [instance(changes)] });
  await host.time.advance(1);
  return host;
}

/** Active_Down_Interval of priority 150 at 100 ms is 341 ms. */
async function active(changes = {}, options = {}): Promise<VirtualHost> {
  const host = await started(changes, options);
  await host.time.advance(400);
  expect(phases(host).at(-1)).toBe('active');
  return host;
}

const phases = (host: VirtualHost) =>
  host.events().flatMap((event) => (event.event === 'vrrp.transition' ? [event.to] : []));
const named = (host: VirtualHost, name: string) => host.events().filter(({ event }) => event === name);

describe('becoming active', () => {
  it('has the address in the kernel before neighbours are told, and both before the advert', async () => {
    const host = await started();
    host.delayKernel(5);
    await host.time.advance(400);
    expect(host.did().slice(0, 4)).toEqual([`add ${vip}`, 'arp', 'arp', 'advert 150']);
  });

  it('does not wait for a kernel that hangs: adverts go out after 100 ms', async () => {
    const host = await started();
    host.delayKernel(60_000);
    await host.time.advance(450);
    expect(host.did()).toContain('advert 150');
  });

  it('announces again after garp_delay', async () => {
    const host = await active();
    expect(host.did().filter((what) => what === 'arp').length).toBe(2);
    await host.time.advance(500);
    expect(host.did().filter((what) => what === 'arp').length).toBe(4);
  });
});

describe('the lease', () => {
  it('is renewed for as long as adverts go out', async () => {
    const host = await active();
    await host.time.advance(5000);
    expect(host.addresses()).toContain(vip);
    expect(named(host, 'vip.added').length).toBe(1);
  });

  it('runs out, or is given up, when none does, and the address is not put back until one does', async () => {
    const host = await active();
    host.failSends(Object.assign(new Error('send EPERM'), { code: 'EPERM' }));
    await host.time.advance(2000);
    expect(host.addresses()).not.toContain(vip);
    expect(named(host, 'vip.lease_expired').length + named(host, 'vip.removed').length).toBe(1);
    expect(named(host, 'vrrp.send_failed')).toMatchObject([
      { reason: expect.stringMatching(/^EPERM: operation not permitted/), count: 1 },
    ]);
    const arps = host.did().filter((what) => what === 'arp').length;
    host.failSends(undefined);
    await host.time.advance(500);
    expect(host.addresses()).toContain(vip);
    expect(host.did().filter((what) => what === 'arp').length).toBeGreaterThan(arps);
  });
});

describe('an address that somebody deletes', () => {
  it('is put back at once and announced', async () => {
    const host = await active();
    const before = host.did().length;
    host.kernel.remove(vip);
    await host.time.advance(1);
    expect(host.did().slice(before)).toEqual([`add ${vip}`, 'arp', 'arp']);
    expect(named(host, 'vip.restored').length).toBe(1);
  });

  it('again and again is put back ten times a second at most', async () => {
    const host = await active();
    for (let i = 0; i < 100; i += 1) {
      host.kernel.remove(vip);
      await host.time.advance(10);
    }
    expect(named(host, 'vip.restored').length).toBeLessThanOrEqual(11);
    expect(named(host, 'vip.restored').length).toBeGreaterThanOrEqual(5);
  });

  it('is left alone when we removed it ourselves', async () => {
    const host = await active();
    host.hear({ priority: 200 });
    await host.time.advance(50);
    expect(host.did().at(-1)).toBe(`remove ${vip}`);
    expect(named(host, 'vip.restored')).toEqual([]);
  });

  it('is told to be removed for what the instance lacks', async () => {
    const host = await active();
    host.kernel.setLink({ ...eth0, running: false });
    await host.time.advance(50);
    expect(named(host, 'vip.removed')).toMatchObject([{ address: vip, reason: 'no_carrier' }]);
  });

  it('stays without a carrier where the interface is not tracked', async () => {
    const host = createVirtualHost();
    host.tell({ type: 'configure', instances: [instance({ trackPrimary: false })] });
    await host.time.advance(500);
    for (const link of [{ running: false }, { running: false, up: false }]) {
      host.kernel.setLink({ ...eth0, ...link });
      await host.time.advance(50);
    }
    expect(named(host, 'vrrp.transition').at(-1)).toMatchObject({ to: 'active' });
  });
});

describe('an address at start', () => {
  const leftOver = { ...ownAddress, address: ip('10.9.0.100') };

  it('that is not ours to hold is removed before anything else', async () => {
    const host = await started({}, { addresses: [ownAddress, leftOver] });
    expect(host.did()[0]).toBe(`remove ${vip}`);
  });

  it('that is the only one of the interface is left there, and said', async () => {
    const host = await started({}, { addresses: [leftOver] });
    await host.time.advance(1000);
    expect(host.addresses()).toEqual([vip]);
    expect(named(host, 'vip.failed')).toEqual([
      {
        event: 'vip.failed',
        instance: 'VI_1',
        interface: 'eth0',
        address: vip,
        reason: 'it is the only address of the interface; left there',
      },
    ]);
  });

  it("that the owner's host has anyway is neither leased nor removed", async () => {
    const host = createVirtualHost({ addresses: [ownAddress, leftOver] });
    host.tell({ type: 'configure', instances: [instance({ priority: 255 })] });
    await host.time.advance(1000);
    host.tell({ type: 'stop' });
    await host.time.advance(1000);
    expect(host.did().filter((what) => /^(add|renew|remove)/.test(what))).toEqual([]);
    expect(host.exits()).toEqual([0]);
  });

  it("that are the owner host's own stay where a start finds no carrier", async () => {
    for (const changes of [{ running: false }, { up: false, running: false }]) {
      const host = createVirtualHost({
        links: [{ ...eth0, ...changes }],
        addresses: [ownAddress, leftOver],
      });
      host.tell({ type: 'configure', instances: [instance({ priority: 255 })] });
      await host.time.advance(100);
      expect(phases(host)).toEqual(['fault']);
      expect(host.did().filter((what) => what.startsWith('remove'))).toEqual([]);
    }
  });

  it('of which another interface has one is not added, and said once', async () => {
    const other = { ...ownAddress, address: ip('10.9.0.100'), prefixLength: 32, interfaceIndex: 3 };
    const links = [eth0, { ...eth0, index: 3, name: 'eth1' }];
    const host = await active({}, { links, addresses: [ownAddress, other] });
    await host.time.advance(1000);
    expect(named(host, 'vip.failed').length).toBe(1);
    expect(host.did()).not.toContain(`add ${vip}`);
    expect(host.did()).toContain('advert 150');
    host.kernel.remove('10.9.0.100/32');
    await host.time.advance(1);
    expect(host.did()).toContain(`add ${vip}`);
  });

  it('that is on a loopback too, as on a real server, is no matter', async () => {
    const other = { ...ownAddress, address: ip('10.9.0.100'), prefixLength: 32, interfaceIndex: 1 };
    const links = [eth0, { ...eth0, index: 1, name: 'lo', loopback: true }];
    const host = await active({}, { links, addresses: [ownAddress, other] });
    expect(host.did()).toContain(`add ${vip}`);
  });
});

describe('a stall', () => {
  it('of a backup does not make it active while adverts were waiting: the socket is read first', async () => {
    const host = await started();
    host.hear({ priority: 200 });
    await host.time.advance(10);
    for (let i = 0; i < 3; i += 1) host.hear({ priority: 200 });
    host.time.stall(400);
    await host.time.advance(1);
    expect(phases(host)).toEqual(['backup']);
  });

  it('of a backup reads on behind a queue that one poll phase does not empty', async () => {
    const host = await started();
    host.hear({ priority: 200 });
    await host.time.advance(10);
    for (let i = 0; i < 500; i += 1) host.hear({ bytes: Uint8Array.of(1, 2, 3) });
    host.hear({ priority: 200 });
    host.time.stall(400);
    await host.time.advance(1);
    expect(phases(host)).toEqual(['backup']);
  });

  it('of an active beyond its Active_Down_Interval makes it backup before it sends anything', async () => {
    const host = await active();
    const sent = () => host.did().filter((what) => what.startsWith('advert')).length;
    const before = sent();
    host.time.stall(2000);
    await host.time.advance(1);
    expect(phases(host).at(-1)).toBe('backup');
    expect(sent()).toBe(before);
    expect(host.addresses()).not.toContain(vip);
  });
});

describe('adverts that do not count', () => {
  it('are counted by reason and logged once a minute with their number and sender', async () => {
    const host = await active({}, { supervisorSilenceMs: 100_000 });
    for (let i = 0; i < 50; i += 1) {
      host.hear({ bytes: Uint8Array.of(0x31, 51, 9), source: '10.9.0.9' });
      await host.time.advance(10);
    }
    expect(named(host, 'vrrp.advert_rejected').length).toBe(1);
    await host.time.advance(60_000);
    expect(named(host, 'vrrp.advert_rejected')).toMatchObject([
      { count: 1, source: '10.9.0.9', instance: 'VI_1' },
      { count: 49, source: '10.9.0.9', instance: 'VI_1' },
    ]);
    const status = host.said().findLast((message) => message.type === 'status');
    expect(status?.instances[0]?.advertsRejected).toEqual({ short: 50 });
  });

  it('of a VRID that nobody has are told of as such', async () => {
    const host = await active();
    host.hear({ vrid: 99, source: '10.9.0.9', addresses: ['10.9.0.200'] });
    await host.time.advance(1);
    expect(named(host, 'vrrp.advert_rejected')).toEqual([
      {
        event: 'vrrp.advert_rejected',
        interface: 'eth0',
        source: '10.9.0.9',
        reason: 'unknown_vrid',
        count: 1,
        vrid: 99,
      },
    ]);
  });

  it('of a flood with forged senders cost a bounded number of lines', async () => {
    const host = await active();
    for (let i = 0; i < 1000; i += 1) {
      host.hear({ bytes: Uint8Array.of(0x31, 51, 9), source: `10.8.${i >> 8}.${i & 255}` });
    }
    await host.time.advance(10);
    expect(named(host, 'vrrp.advert_rejected').length).toBeLessThanOrEqual(65);
  });
});

describe('instances on one interface', () => {
  it('share a socket, and each hears its own VRID', async () => {
    const host = createVirtualHost();
    const second = instance({
      name: 'VI_2',
      virtualRouterId: 52,
      virtualAddresses: [{ address: ip('10.9.0.101'), length: 24 }],
    });
    host.tell({ type: 'configure', instances: [instance(), second] });
    for (let i = 0; i < 10; i += 1) {
      host.hear({ vrid: 52, priority: 200 });
      await host.time.advance(100);
    }
    expect(host.socketsOpened()).toBe(1);
    expect(host.addresses()).toEqual(['10.9.0.1/24', vip]);
  });

  it('that are renamed keep their socket', async () => {
    const host = await active();
    host.tell({ type: 'configure', instances: [instance({ name: 'VI_X' })] });
    await host.time.advance(2000);
    expect(phases(host).at(-1)).toBe('active');
    expect(host.addresses()).toContain(vip);
  });
});

describe('a new configuration', () => {
  it('that is the same disturbs nothing', async () => {
    const host = await active();
    const before = host.did().length;
    host.tell({
      type: 'configure',
      instances: [instance({ at: { file: 'test', line: 9, column: 9 } })],
    });
    await host.time.advance(1);
    expect(host.did().slice(before)).toEqual([]);
  });

  it('with another priority is advertised at once, by the same active', async () => {
    const host = await active();
    const before = host.did().length;
    host.tell({ type: 'configure', instances: [instance({ priority: 90 })] });
    await host.time.advance(1);
    expect(host.did().slice(before, before + 2)).toEqual(['probe', 'advert 90']);
    expect(phases(host)).toEqual(['backup', 'active']);
  });

  it('with another address has it in the kernel, announced, and in the advert that goes out at once', async () => {
    const host = await active();
    const before = host.did().length;
    const virtualAddresses = [...instance().virtualAddresses, { address: ip('10.9.0.101'), length: 24 }];
    host.tell({ type: 'configure', instances: [instance({ virtualAddresses })] });
    await host.time.advance(1);
    const done = host.did().slice(before);
    expect(done[0]).toBe('add 10.9.0.101/24');
    expect(done).toContain('advert 150 of 2 addresses');
    expect(done.some((what) => what.startsWith('remove'))).toBe(false);
    host.tell({ type: 'configure', instances: [instance()] });
    await host.time.advance(1);
    expect(host.did().slice(before + done.length)).toEqual([
      'probe',
      'advert 150',
      'remove 10.9.0.101/24',
      `renew ${vip}`,
    ]);
  });

  it('is in the very next advert, though the bytes of the last one are kept', async () => {
    const host = await active();
    const more = [...instance().virtualAddresses, { address: ip('10.9.0.101'), length: 24 }];
    const before = host.did().length;
    host.tell({ type: 'configure', instances: [instance({ virtualAddresses: more })] });
    await host.time.advance(250);
    const adverts = host
      .did()
      .slice(before)
      .filter((what) => what.startsWith('advert'));
    expect(new Set(adverts)).toEqual(new Set(['advert 150 of 2 addresses']));
    expect(adverts.length).toBeGreaterThanOrEqual(3);
  });

  it('without an instance hands its role over', async () => {
    const host = await active();
    host.tell({ type: 'configure', instances: [] });
    await host.time.advance(100);
    expect(host.did()).toContain('advert 0');
    expect(host.addresses()).toContain(vip);
    host.hear({ priority: 100 });
    await host.time.advance(30);
    expect(host.addresses()).not.toContain(vip);
  });
});

describe('the end', () => {
  it('by request: priority 0, the address served until the successor is heard, then stopped', async () => {
    const host = await active();
    host.tell({ type: 'stop' });
    await host.time.advance(100);
    expect(host.did()).toContain('advert 0');
    expect(host.addresses()).toContain(vip);
    expect(host.exits()).toEqual([]);
    host.hear({ priority: 100 });
    await host.time.advance(10);
    expect(host.addresses()).toContain(vip);
    await host.time.advance(20);
    expect(host.addresses()).not.toContain(vip);
    expect(host.said().at(-1)).toEqual({ type: 'stopped' });
    expect(host.exits()).toEqual([0]);
  });

  it('of the main process: hands over in the same way, with another exit status', async () => {
    const host = await active();
    host.closeChannel();
    await host.time.advance(1000);
    expect(named(host, 'vrrp.supervisor_lost')).toEqual([
      { event: 'vrrp.supervisor_lost', reason: 'it ended' },
    ]);
    expect(host.did()).toContain('advert 0');
    expect(host.addresses()).not.toContain(vip);
    expect(host.exits()).toEqual([orphanStatus]);
  });

  it('comes when the main process is silent too long, not when it speaks', async () => {
    const host = await active({}, { supervisorSilenceMs: 2000 });
    for (let i = 0; i < 10; i += 1) {
      host.tell({ type: 'heartbeat' });
      await host.time.advance(1000);
    }
    expect(host.exits()).toEqual([]);
    await host.time.advance(3500);
    expect(named(host, 'vrrp.supervisor_lost')).toEqual([
      { event: 'vrrp.supervisor_lost', reason: 'silent for 2500 ms' },
    ]);
    expect(host.exits()).toEqual([orphanStatus]);
  });

  it('does not come from having been frozen oneself', async () => {
    const host = await active({}, { supervisorSilenceMs: 2000 });
    host.time.stall(60_000);
    await host.time.advance(400);
    expect(named(host, 'vrrp.supervisor_lost')).toEqual([]);
  });
});

describe('at rest', () => {
  it('wakes its main process twice a second: the snapshot goes with the status, which is the heartbeat', async () => {
    const host = await started({ advertIntervalMs: 1000 });
    const rest = async () => {
      for (let second = 0; second < 10; second += 1) {
        host.tell({ type: 'heartbeat' });
        await host.time.advance(1000);
      }
    };
    await rest();
    const before = host.said().length;
    await rest();
    const said = host.said().slice(before);
    const known = said.filter(({ type }) => type !== 'event');
    expect(known.map(({ type }) => type)).toEqual(Array(20).fill('status'));
    expect(known.filter((message) => 'snapshot' in message).length).toBe(10);
    for (const message of known) expect(message).toHaveProperty('at');
  });
});

describe('a crash of this process alone', () => {
  it('is resumed from: active at once, the address untouched', async () => {
    const first = await active();
    const told = first.said().findLast((message) => message.type === 'snapshot');
    if (told === undefined) throw new Error('no snapshot');
    expect(first.time.now() - (told.snapshot.instances[0]?.lastAdvertAt ?? 0)).toBeLessThan(150_000);

    const leased = { ...ownAddress, address: ip('10.9.0.100'), validLifetime: 1 };
    const host = createVirtualHost({ addresses: [ownAddress, leased] });
    const lastAdvertAt = host.time.now() - 200_000;
    const snapshot = { takenAt: 0, instances: [{ name: 'VI_1', phase: 'active' as const, lastAdvertAt }] };
    host.tell({ type: 'configure', instances: [instance()], resume: snapshot });
    await host.time.advance(1);
    expect(phases(host)).toEqual(['active']);
    expect(host.did()).toEqual([`renew ${vip}`, 'arp', 'arp', 'advert 150']);
    expect(named(host, 'vip.added')).toEqual([]);
  });
});

describe('an interface', () => {
  it('that goes down: fault with its cause, the address goes; up: backup', async () => {
    const host = await active();
    host.kernel.setLink({ ...eth0, running: false });
    await host.time.advance(50);
    expect(host.events().findLast(({ event }) => event === 'vrrp.transition')).toMatchObject({
      to: 'fault',
      reason: 'no_carrier',
    });
    expect(host.addresses()).not.toContain(vip);
    host.kernel.setLink(eth0);
    await host.time.advance(50);
    expect(phases(host).at(-1)).toBe('backup');
  });

  it('never lends a virtual address as the source of adverts, though it be the first', async () => {
    const leased = { ...ownAddress, address: ip('10.9.0.100'), validLifetime: 1 };
    const host = createVirtualHost({ addresses: [leased, ownAddress] });
    const lastAdvertAt = host.time.now() - 100_000;
    const snapshot = { takenAt: 0, instances: [{ name: 'VI_1', phase: 'active' as const, lastAdvertAt }] };
    host.tell({ type: 'configure', instances: [instance()], resume: snapshot });
    await host.time.advance(1);
    expect(host.did().at(-1)).toBe('advert 150');
  });
});
