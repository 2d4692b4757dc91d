// Two directors with a LAN and a cable between them: adverts over both, and what the loss of either means.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { probe } from './prober.ts';
import { labInstance } from './router-config.ts';
import { createStation, hasAddress, measured, type Station } from './station.ts';

const vip = '10.9.0.100';
/** Far below any Active_Down_Interval of these tests (1,080 ms and more): the peer was told, it did not have to wait. */
const toldMs = 600;
let lab: Lab;
let lan: Lan;
let cable: Lan;
let client: Host;
let a: Station;
let b: Station;

/** The order of the addresses on the cable is the opposite of the one on the LAN. */
const director = async (name: string, onLan: string, onCable: string): Promise<Station> => {
  const host = await lab.host(name);
  await lab.attach(host, lan, { addresses: [onLan] });
  await lab.attach(host, cable, { interface: 'sync0', addresses: [onCable] });
  return createStation(lab, host);
};

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  cable = await lab.lan('cable');
  client = await lab.host('c');
  await lab.attach(client, lan, { addresses: ['10.9.0.3/24'] });
  a = await director('a', '10.9.0.1/24', '10.8.0.2/24');
  b = await director('b', '10.9.0.2/24', '10.8.0.1/24');
});
afterEach(() => lab?.dispose());

const twoPaths = (changes: Parameters<typeof labInstance>[0] = {}) =>
  labInstance({ furtherInterfaces: ['sync0'], ...changes });
const becomes = (station: Station, phase: string, after = 0) =>
  station.waitFor('vrrp.transition', ({ to }) => to === phase, after);
const transitions = (station: Station) =>
  station.events().filter(({ event }) => event === 'vrrp.transition').length;
const sent = (station: Station) => station.supervisor.status()[0]?.advertsSent ?? 0;

/** a is active, b hears it over both paths. */
async function pair(changes: Parameters<typeof labInstance>[0] = {}, priorityOfB = 100): Promise<void> {
  await a.supervisor.start([twoPaths({ priority: 150, ...changes })]);
  await a.waitFor('vip.announced');
  await b.supervisor.start([twoPaths({ ...changes, priority: priorityOfB })]);
  await waitUntil(
    () => b.supervisor.status()[0]?.paths?.filter(({ heardAgoMs }) => heardAgoMs !== undefined).length === 2,
    { what: 'b hears a over both' },
  );
}

async function adverts(station: Station, count: number): Promise<void> {
  const before = sent(station);
  await waitUntil(() => sent(station) >= before + count, { what: `${count} adverts` });
}

/** The switch no longer lets the two directors hear each other, though the client hears both: carriers stay. */
async function part(apart: boolean): Promise<void> {
  for (const { host } of [a, b]) {
    const port = ['link', 'set', 'dev', host.name, 'type', 'bridge_slave', 'isolated'];
    await run(['ip', '-n', lan.netns, ...port, apart ? 'on' : 'off']);
  }
}

describe('a director whose service link dies', () => {
  for (const advertIntervalMs of [1000, 300]) {
    it(
      `says so over the cable, and the peer is active at once, at ${advertIntervalMs} ms adverts`,
      byTheClock('it measures how soon the peer is told'),
      async () => {
        await pair({ advertIntervalMs, vipLeaseSec: advertIntervalMs === 1000 ? 4 : 2 });
        const prober = probe(lab, client, vip);
        await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
        await lab.carrier(a.host, lan, false);
        const lost = await becomes(a, 'fault');
        const taken = await becomes(b, 'active');
        expect(taken.reason).toBe('active_resigned');
        await b.waitFor('vip.announced');
        const answered = prober.answers();
        await waitUntil(() => prober.answers() > answered + 50, { what: 'the client is answered again' });
        const gapMs = await prober.longestGapMs();
        measured(
          `link down, two paths, ${advertIntervalMs} ms adverts: peer active after, ms`,
          taken.atMs - lost.atMs,
        );
        measured(`link down, two paths, ${advertIntervalMs} ms adverts: longest gap for a client, ms`, gapMs);
        expect(gapMs).toBeLessThan(toldMs);
        expect(await hasAddress(a.host, vip)).toBe(false);

        const seen = a.events().length;
        await lab.carrier(a.host, lan, true);
        expect((await becomes(a, 'backup', seen)).reason).toBe('link_up');
        expect((await becomes(a, 'active', seen)).reason).toBe('preempted_lower_priority');
      },
    );
  }
});

describe('a path that breaks', () => {
  it('between the two is an event that names it, never a second master', async () => {
    await pair();
    const before = [transitions(a), transitions(b)];
    await part(true);
    const down = await b.waitFor('vrrp.path_down');
    expect(down).toMatchObject({ instance: 'VI_1', vrid: 51, interface: 'eth0', reason: 'silent' });
    await adverts(a, 10);
    expect([transitions(a), transitions(b)]).toEqual(before);
    expect(b.supervisor.status()[0]?.paths).toMatchObject([
      { interface: 'eth0', up: false, reason: 'silent' },
      { interface: 'sync0', up: true },
    ]);
    await part(false);
    expect(await b.waitFor('vrrp.path_up')).toMatchObject({ interface: 'eth0' });
    expect([transitions(a), transitions(b)]).toEqual(before);
  });

  it('as the cable does is told by both, and changes nothing', async () => {
    await pair();
    const before = [transitions(a), transitions(b)];
    await lab.carrier(a.host, cable, false);
    expect(await a.waitFor('vrrp.path_down')).toMatchObject({ interface: 'sync0', reason: 'no_carrier' });
    expect(await b.waitFor('vrrp.path_down')).toMatchObject({ interface: 'sync0', reason: 'silent' });
    await adverts(a, 10);
    expect([transitions(a), transitions(b)]).toEqual(before);
    await lab.carrier(a.host, cable, true);
    await a.waitFor('vrrp.path_up');
    await b.waitFor('vrrp.path_up');
  });
});

describe('two directors of one priority', () => {
  it('that both are active after a split agree, though their addresses are ordered differently', async () => {
    await pair({ priority: 100 });
    await lab.carrier(a.host, cable, false);
    await part(true);
    await becomes(b, 'active');
    const seen = [a.events().length, b.events().length];
    await part(false);
    await lab.carrier(a.host, cable, true);
    expect((await becomes(a, 'backup', seen[0])).reason).toBe('higher_address_heard');
    await adverts(b, 10);
    expect(
      b
        .events()
        .slice(seen[1])
        .filter(({ event }) => event === 'vrrp.transition'),
    ).toEqual([]);
  });
});

describe('unicast peers', () => {
  it(
    'are spoken to over the path that each is on',
    byTheClock('it measures how soon the peer is told'),
    async () => {
      await pair();
      await a.supervisor.stop();
      await b.supervisor.stop();
      const peersOf = (...peers: string[]) => ({ unicastPeers: peers.map(ip) });
      await a.supervisor.start([twoPaths({ priority: 150, ...peersOf('10.9.0.2', '10.8.0.1') })]);
      const seen = a.events().length;
      await b.supervisor.start([twoPaths({ priority: 100, ...peersOf('10.9.0.1', '10.8.0.2') })]);
      await waitUntil(
        () =>
          b.supervisor.status()[0]?.paths?.filter(({ heardAgoMs }) => heardAgoMs !== undefined).length === 2,
        { what: 'b hears a over both' },
      );
      await lab.carrier(a.host, lan, false);
      const lost = await becomes(a, 'fault', seen);
      const taken = await b.waitFor('vrrp.transition', ({ reason }) => reason === 'active_resigned');
      expect(taken.atMs - lost.atMs).toBeLessThan(toldMs);
    },
  );
});
