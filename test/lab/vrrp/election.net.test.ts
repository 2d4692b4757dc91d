// Two directors of ours on one LAN: election, hand-over, and what each kind of death leads to.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { probe, seamlessMs } from './prober.ts';
import { labInstance } from './router-config.ts';
import { createStation, hasAddress, measured, type Station } from './station.ts';

const vip = '10.9.0.100';
let lab: Lab;
let client: Host;
let a: Station;
let b: Station;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
  a = createStation(lab, await hostOn(lab, lan, 'a', '10.9.0.1/24'));
  b = createStation(lab, await hostOn(lab, lan, 'b', '10.9.0.2/24'));
});
afterEach(() => lab?.dispose());

const becomes = (station: Station, phase: string, after = 0) =>
  station.waitFor('vrrp.transition', ({ to }) => to === phase, after);

/** a is active, b hears it. */
async function pair(changes: Parameters<typeof labInstance>[0] = {}): Promise<void> {
  await a.supervisor.start([labInstance({ priority: 150, ...changes })]);
  await a.waitFor('vip.announced');
  await b.supervisor.start([labInstance({ priority: 100, ...changes })]);
  await becomes(b, 'backup');
  await waitUntil(() => b.supervisor.status()[0]?.active?.address === '10.9.0.1', { what: 'b hears a' });
}

describe('an election', () => {
  it('is won by the higher priority, and only the winner holds the address', async () => {
    await pair();
    expect((await becomes(a, 'active')).reason).toBe('active_down');
    expect(await hasAddress(a.host, vip)).toBe(true);
    expect(await hasAddress(b.host, vip)).toBe(false);
    expect(b.events().filter(({ event }) => event === 'vip.added')).toEqual([]);
    const [status] = b.supervisor.status();
    expect(status).toMatchObject({ phase: 'backup', active: { address: '10.9.0.1', priority: 150 } });
  });
});

describe('a graceful stop', () => {
  it('hands the address over without a gap', async () => {
    await pair();
    const prober = probe(lab, client, vip);
    await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
    await a.supervisor.stop();
    expect((await becomes(b, 'active')).reason).toBe('active_resigned');
    expect(await hasAddress(a.host, vip)).toBe(false);
    const gapMs = await prober.longestGapMs();
    measured('graceful stop: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
  });

  it('on request leaves the director in the election, and the peer active', async () => {
    await pair();
    expect(a.supervisor.failover()).toEqual(['VI_1']);
    await becomes(b, 'active');
    await becomes(
      a,
      'backup',
      a.events().findIndex(({ event }) => event === 'vip.added'),
    );
    expect(a.supervisor.failover()).toEqual([]);
    await b.supervisor.stop();
    await waitUntil(() => a.supervisor.status()[0]?.phase === 'active', { what: 'a takes the role back' });
  });
});

describe('the VRRP process killed alone', () => {
  /** Room for a machine that is busy: it must be back within 6.8 s. */
  const slower = { advertIntervalMs: 2000, vipLeaseSec: 8 };

  it('is started again, goes on as active, and the address never leaves', async () => {
    await pair(slower);
    const prober = probe(lab, client, vip);
    await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
    const [before, seen] = [a.pid(), a.events().length];
    const killedAt = performance.now();
    process.kill(before, 'SIGKILL');
    const resumed = await becomes(a, 'active', seen);
    expect(resumed.reason).toBe('resumed');
    measured('restart of a killed VRRP process until it advertises, ms', resumed.atMs - killedAt);
    expect(a.pid()).not.toBe(before);
    const gapMs = await prober.longestGapMs();
    measured('killed VRRP process: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    expect(a.events().filter(({ event }) => event === 'vip.removed')).toEqual([]);
    expect(b.events().filter((event) => event.event === 'vrrp.transition' && event.to === 'active')).toEqual(
      [],
    );
  });

  it('twice in a minute is resigned for, and its address removed at once', async () => {
    await pair(slower);
    const seen = a.events().length;
    process.kill(a.pid(), 'SIGKILL');
    await becomes(a, 'active', seen);
    const diedAgain = a.events().length;
    process.kill(a.pid(), 'SIGKILL');
    expect((await a.waitFor('vip.removed')).reason).toBe('vrrp_process_lost');
    expect((await becomes(b, 'active')).reason).toBe('active_resigned');
    expect(await hasAddress(a.host, vip)).toBe(false);
    const lost = await a.waitFor('vrrp.process_lost', () => true, diedAgain);
    const again = await a.waitFor('vrrp.process_started', () => true, diedAgain);
    expect(again.atMs - lost.atMs).toBeGreaterThan(1000);
  });
});

describe('everything killed', () => {
  it(
    'loses the address within its lease, by the kernel alone, and the peer takes over',
    byTheClock('it measures a lease of the kernel'),
    async () => {
      await pair({ advertIntervalMs: 100, vipLeaseSec: 1 });
      a.playDead();
      const killedAt = performance.now();
      process.kill(a.pid(), 'SIGKILL');
      const takeover = await becomes(b, 'active');
      measured('everything killed: takeover after, ms', takeover.atMs - killedAt);
      await waitUntil(async () => !(await hasAddress(a.host, vip)), {
        what: 'the lease runs out',
        everyMs: 20,
      });
      const goneMs = performance.now() - killedAt;
      measured('everything killed: address gone after, ms (lease 1 s)', goneMs);
      expect(goneMs).toBeLessThan(3000);
    },
  );

  it('leaves nothing that the next start would not remove before it listens', async () => {
    await a.host.run('ip', 'address', 'add', `${vip}/24`, 'dev', 'eth0');
    await a.supervisor.start([labInstance()]);
    expect((await a.waitFor('vip.removed')).reason).toBe('startup');
    expect(a.events().some((event) => event.event === 'vrrp.transition' && event.to === 'active')).toBe(
      false,
    );
  });
});

describe('a frozen VRRP process', () => {
  it('loses the address while frozen, and yields before it says anything when it thaws', async () => {
    await pair();
    const pid = a.pid();
    process.kill(pid, 'SIGSTOP');
    const frozenAt = performance.now();
    await becomes(b, 'active');
    await waitUntil(async () => !(await hasAddress(a.host, vip)), {
      what: 'the lease runs out',
      everyMs: 20,
    });
    measured('frozen: address gone after, ms (lease 2 s)', performance.now() - frozenAt);
    const seen = a.events().length;
    process.kill(pid, 'SIGCONT');
    expect((await becomes(a, 'backup', seen)).reason).toBe('stalled');
    // It preempts by the rules then, not before.
    expect((await becomes(a, 'active', seen)).reason).toBe('preempted_lower_priority');
    expect(a.pid()).toBe(pid);
  });

  it('as a backup thaws without a transition', async () => {
    await pair();
    const seen = b.events().length;
    // For longer than its Active_Down_Interval, and not so long that it is taken for hung.
    process.kill(b.pid(), 'SIGSTOP');
    const sent = a.supervisor.status()[0]?.advertsSent ?? 0;
    await waitUntil(() => (a.supervisor.status()[0]?.advertsSent ?? 0) > sent + 5, { what: 'five adverts' });
    process.kill(b.pid(), 'SIGCONT');
    const heard = b.supervisor.status()[0]?.advertsReceived ?? 0;
    await waitUntil(() => (b.supervisor.status()[0]?.advertsReceived ?? 0) > heard + 10, {
      what: 'b listens',
    });
    expect(
      b
        .events()
        .slice(seen)
        .filter(({ event }) => event === 'vrrp.transition'),
    ).toEqual([]);
  });
});
