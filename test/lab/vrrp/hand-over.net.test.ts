// Every way in which the role changes hands in order, seen by a client that asks each millisecond: none of them may
// be felt. Stopping is in election.net.test.ts, keepalived as the peer in keepalived.net.test.ts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { probe, seamlessMs } from './prober.ts';
import { labInstance } from './router-config.ts';
import { createStation, hasAddress, measured, type Station } from './station.ts';

const vip = '10.9.0.100';
let lab: Lab;
let lan: Lan;
let client: Host;
let a: Station;
let b: Station;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
  a = createStation(lab, await hostOn(lab, lan, 'a', '10.9.0.1/24'));
  b = createStation(lab, await hostOn(lab, lan, 'b', '10.9.0.2/24'));
});
afterEach(() => lab?.dispose());

const becomes = (station: Station, phase: string, after = 0) =>
  station.waitFor('vrrp.transition', ({ to }) => to === phase, after);

async function pair(): Promise<void> {
  await a.supervisor.start([labInstance({ priority: 150 })]);
  await a.waitFor('vip.announced');
  await b.supervisor.start([labInstance({ priority: 100 })]);
  await waitUntil(() => b.supervisor.status()[0]?.active?.address === '10.9.0.1', { what: 'b hears a' });
}

async function probed() {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
  return {
    /** After as many more answers that a gap would show. */
    gapMs: async (what: string) => {
      const before = prober.answers();
      await waitUntil(() => prober.answers() > before + 100, { what: 'the client is answered' });
      const gapMs = await prober.longestGapMs();
      measured(`${what}: longest gap for a client, ms`, gapMs);
      return gapMs;
    },
  };
}

describe('the role changes hands without a gap', () => {
  it('when a director with the higher priority returns', async () => {
    await b.supervisor.start([labInstance({ priority: 100 })]);
    await b.waitFor('vip.announced');
    const prober = await probed();
    await a.supervisor.start([labInstance({ priority: 150 })]);
    expect((await becomes(a, 'active')).reason).toBe('preempted_lower_priority');
    const yielded = await b.waitFor('vrrp.transition', ({ reason }) => reason === 'higher_priority_heard');
    expect(yielded.peer).toBe('10.9.0.1');
    await b.waitFor('vip.removed', ({ reason }) => reason === 'higher_priority_heard');
    expect(await prober.gapMs('a returning director preempts')).toBeLessThan(seamlessMs);
  });

  it('when a reload leaves the virtual router out', async () => {
    await pair();
    const prober = await probed();
    const second = labInstance({
      ...{ name: 'VI_2', virtualRouterId: 52 },
      virtualAddresses: [{ address: ip('10.9.0.101'), length: 24 }],
    });
    await a.supervisor.reconfigure([second]);
    expect((await becomes(b, 'active')).reason).toBe('active_resigned');
    await a.waitFor('vip.removed', ({ address }) => address === `${vip}/24`);
    expect(await prober.gapMs('a reload without the instance')).toBeLessThan(seamlessMs);
    expect(await hasAddress(a.host, vip)).toBe(false);
  });

  it('when a reload lowers the priority below the peer', async () => {
    await pair();
    const prober = await probed();
    const seen = a.events().length;
    await a.supervisor.reconfigure([labInstance({ priority: 50 })]);
    expect((await becomes(b, 'active')).reason).toBe('preempted_lower_priority');
    expect((await becomes(a, 'backup', seen)).reason).toBe('higher_priority_heard');
    await a.waitFor('vip.removed', () => true, seen);
    expect(await prober.gapMs('a reload with a lower priority')).toBeLessThan(seamlessMs);
  });

  it('when an operator asks for it, and comes back when the peer stops', async () => {
    await pair();
    const prober = await probed();
    const seen = a.events().length;
    a.supervisor.failover();
    expect((await becomes(a, 'backup', seen)).reason).toBe('handed_over');
    await a.waitFor('vip.removed', () => true, seen);
    await b.supervisor.stop();
    expect((await becomes(a, 'active', seen)).reason).toBe('active_resigned');
    expect(await prober.gapMs('a hand-over by request, and back')).toBeLessThan(seamlessMs);
  });
});

describe('a hand-over by request', () => {
  it('that nobody takes is told, and nothing is interrupted', async () => {
    await a.supervisor.start([labInstance()]);
    await a.waitFor('vip.announced');
    await waitUntil(() => a.supervisor.status()[0]?.phase === 'active', { what: 'a is active' });
    const prober = await probed();
    const seen = a.events().length;
    expect(a.supervisor.failover()).toEqual(['VI_1']);
    const failed = await a.waitFor('vrrp.handover_failed');
    expect(failed).toMatchObject({ instance: 'VI_1', vrid: 51, reason: 'no_successor' });
    expect((await becomes(a, 'active', seen)).reason).toBe('no_successor');
    expect(await prober.gapMs('a hand-over that nobody takes')).toBeLessThan(seamlessMs);
    expect(
      a
        .events()
        .slice(seen)
        .some(({ event }) => event === 'vip.removed'),
    ).toBe(false);
  });
});
