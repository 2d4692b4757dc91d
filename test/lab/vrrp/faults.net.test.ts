// What strangers, cables and the network do to a running director.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openVrrpSocket } from '../../../src/system/sockets/raw-socket.ts';
import { encodeIpv4 } from '../../../src/wire/packet/ipv4-header.ts';
import { instance } from '../../make/vrrp-instance.ts';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { inside } from './inside.ts';
import { createStation, hasAddress, measured, type Station } from './station.ts';

const vip = '10.9.0.100';
let lab: Lab;
let lan: Lan;
let a: Station;
let b: Station;

const hostAt = async (name: string, address: string): Promise<Host> => {
  const host = await lab.host(name);
  await lab.attach(host, lan, { addresses: [address] });
  return host;
};

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  a = createStation(lab, await hostAt('a', '10.9.0.1/24'));
  b = createStation(lab, await hostAt('b', '10.9.0.2/24'));
});
afterEach(() => lab?.dispose());

const becomes = (station: Station, phase: string, after = 0) =>
  station.waitFor('vrrp.transition', ({ to }) => to === phase, after);
const transitions = (station: Station) =>
  station.events().filter(({ event }) => event === 'vrrp.transition').length;
const advertsSent = () => a.supervisor.status()[0]?.advertsSent ?? 0;

async function pair(): Promise<void> {
  await a.supervisor.start([instance({ priority: 150 })]);
  await a.waitFor('vip.announced');
  await b.supervisor.start([instance({ priority: 100 })]);
  await waitUntil(() => b.supervisor.status()[0]?.active?.address === '10.9.0.1', { what: 'b hears a' });
}

describe('an address that somebody deletes', () => {
  it('is back at once, alone, and announced', async () => {
    await pair();
    const seen = a.events().length;
    const deletedAt = performance.now();
    await a.host.run('ip', 'address', 'del', `${vip}/24`, 'dev', 'eth0');
    const restored = await a.waitFor('vip.restored', () => true, seen);
    measured('deleted address: back after, ms (with the start of `ip`)', restored.atMs - deletedAt);
    expect(await hasAddress(a.host, vip)).toBe(true);
    await a.waitFor('vip.announced', ({ addresses }) => addresses === 1, seen);
    expect(transitions(a)).toBe(2);
    expect(transitions(b)).toBe(1);
  });
});

describe('an address that another interface has', () => {
  it('is not added, is said once, and comes when it is free', async () => {
    await a.host.run('ip', 'link', 'add', 'other', 'type', 'veth', 'peer', 'name', 'other1');
    await a.host.run('ip', 'address', 'add', `${vip}/32`, 'dev', 'other');
    await a.supervisor.start([instance()]);
    const failed = await a.waitFor('vip.failed');
    expect(failed.reason).toBe('the address is on other already');
    const before = advertsSent();
    await waitUntil(() => advertsSent() > before + 5, { what: 'five adverts' });
    expect(a.events().filter(({ event }) => event === 'vip.failed').length).toBe(1);
    expect(await hasAddress(a.host, vip)).toBe(false);
    await a.host.run('ip', 'address', 'del', `${vip}/32`, 'dev', 'other');
    await a.waitFor('vip.added');
    expect(await hasAddress(a.host, vip)).toBe(true);
  });
});

describe('an interface', () => {
  it('without carrier: fault, the address goes, the peer takes over; with carrier: back by the rules', async () => {
    await pair();
    await lab.carrier(a.host, lan, false);
    expect((await becomes(a, 'fault')).reason).toBe('no_carrier');
    await becomes(b, 'active');
    await waitUntil(async () => !(await hasAddress(a.host, vip)), { what: 'the address goes' });
    const seen = a.events().length;
    await lab.carrier(a.host, lan, true);
    expect((await becomes(a, 'backup', seen)).reason).toBe('link_up');
    expect((await becomes(a, 'active', seen)).reason).toBe('preempted_lower_priority');
    await becomes(
      b,
      'backup',
      b.events().findIndex(({ event }) => event === 'vip.added'),
    );
  });

  it('that is missing: said once, waited for, used when it comes', async () => {
    const problems = await a.supervisor.start([instance({ interface: 'eth7' })]);
    expect(problems).toEqual([
      'Cannot run instance VI_1 now: expected a working eth7, got interface_missing',
    ]);
    expect((await becomes(a, 'fault')).reason).toBe('interface_missing');
    await lab.attach(a.host, await lab.lan('late'), { interface: 'eth7', addresses: ['10.8.0.1/24'] });
    await becomes(a, 'active');
    expect(
      a.events().filter((event) => event.event === 'vrrp.transition' && event.to === 'fault').length,
    ).toBe(1);
  });

  it('without an address of its own: fault, until it has one', async () => {
    await a.host.run('ip', 'address', 'flush', 'dev', 'eth0');
    await a.supervisor.start([instance()]);
    expect((await becomes(a, 'fault')).reason).toBe('no_source_address');
    await a.host.run('ip', 'address', 'add', '10.9.0.1/24', 'dev', 'eth0');
    await becomes(a, 'active');
  });

  it('that is removed and made again gets its sockets again', async () => {
    await pair();
    const seen = a.events().length;
    await a.host.run('ip', 'link', 'del', 'eth0');
    await becomes(a, 'fault', seen);
    await becomes(b, 'active');
    await lab.attach(a.host, lan, { addresses: ['10.9.0.1/24'] });
    await becomes(a, 'active', seen);
    expect(await hasAddress(a.host, vip)).toBe(true);
  });
});

describe('junk in protocol 112', () => {
  it(
    'at a high rate neither silences adverts nor moves a state, and is logged with counts',
    byTheClock('adverts must leave in time beside a flood'),
    async () => {
      await pair();
      const c = await hostAt('c', '10.9.0.3/24');
      const index = Number.parseInt(await c.run('ip', '-o', 'link', 'show', 'eth0'), 10);
      const opened = inside(c, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
      if (!opened.ok) throw new Error(opened.error.code);
      const [before, seen, states] = [advertsSent(), a.events().length, [transitions(a), transitions(b)]];
      const path = { source: ip('10.9.0.3'), destination: ip('224.0.0.18') };
      const begun = performance.now();
      let sent = 0;
      while (performance.now() - begun < 1500) {
        const ofOurs = [0x31, 51, randomBytes(1)[0] ?? 0, 1];
        const noise = randomBytes((sent * 7) % 64);
        const payload = sent % 2 === 0 ? noise : Buffer.concat([Buffer.from(ofOurs), noise]);
        const packet = encodeIpv4({ ...path, protocol: 112, ttl: 255, tos: 0 }, payload);
        opened.value.send(packet, path.destination, () => {});
        sent += 1;
        if (sent % 50 === 0) await new Promise(setImmediate);
      }
      const lastedMs = performance.now() - begun;
      opened.value.close();
      measured('junk: packets a second', (1000 * sent) / lastedMs);
      // Every other one is for us: the kernel lets in samples of them, and each stands for its like.
      const counted = () =>
        Object.values(a.supervisor.status()[0]?.advertsRejected ?? {}).reduce((sum, each) => sum + each, 0);
      await waitUntil(() => counted() > sent / 4, { what: 'the junk is counted' });
      expect(counted()).toBeLessThan(sent);
      measured('junk: adverts sent meanwhile, of', advertsSent() - before);
      expect(advertsSent() - before).toBeGreaterThanOrEqual(Math.floor(lastedMs / 100) - 1);
      expect([transitions(a), transitions(b)]).toEqual(states);
      const said = a.events().slice(seen);
      expect(said.every(({ event }) => event === 'vrrp.advert_rejected')).toBe(true);
      expect(said.length).toBeLessThan(12);
      expect(said[0]).toMatchObject({ source: '10.9.0.3', interface: 'eth0' });
      opened.value.close();
    },
  );
});

describe('a new configuration', () => {
  it('changes what differs in place, and leaves the other instance alone', async () => {
    const second = instance({
      name: 'VI_2',
      virtualRouterId: 52,
      virtualAddresses: [{ address: ip('10.9.0.101'), length: 24 }],
    });
    await a.supervisor.start([instance(), second]);
    await a.waitFor('vip.added', ({ address }) => address === '10.9.0.101/24');
    await a.waitFor('vip.added', ({ address }) => address === `${vip}/24`);
    const seen = a.events().length;
    const more = [...instance().virtualAddresses, { address: ip('10.9.0.102'), length: 24 }];
    await a.supervisor.reconfigure([instance({ priority: 120, virtualAddresses: more }), second]);
    await a.waitFor('vip.added', ({ address }) => address === '10.9.0.102/24');
    const statuses = a.supervisor.status().map(({ name, phase, priority }) => ({ name, phase, priority }));
    expect(statuses).toEqual([
      { name: 'VI_1', phase: 'active', priority: 120 },
      { name: 'VI_2', phase: 'active', priority: 150 },
    ]);
    const said = a.events().slice(seen);
    expect(said.some((event) => event.event === 'vrrp.transition')).toBe(false);
    expect(
      said.some(
        (event) => 'instance' in event && event.instance === 'VI_2' && event.event !== 'vip.announced',
      ),
    ).toBe(false);

    await a.supervisor.reconfigure([second]);
    await a.waitFor('vip.removed', ({ address }) => address === `${vip}/24`);
    expect(a.supervisor.status().map(({ name }) => name)).toEqual(['VI_2']);
    expect(await hasAddress(a.host, '10.9.0.101')).toBe(true);
  });
});
