// The supervisor and the VRRP process together, both real, in virtual time: however the process ends, and whatever the
// advert interval is, no address stays behind, nobody is killed who is still handing over, and the end is told as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import { ip } from '../../../src/net/ip.ts';
import { createSupervisedHost, type SupervisedHost } from '../../make/supervised-host.ts';
import { instance } from '../../make/vrrp-instance.ts';

const vip = '10.9.0.100/24';
/** Centiseconds to 40.95 s, the longest that fits an advert; RFC 3768 has whole seconds. */
const intervalsMs = [10, 100, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 10_000, 20_000, 30_000, 40_950];

/** As the config sets it by itself: above three intervals and a half second. */
const leaseSecOf = (advertIntervalMs: number) => Math.floor((3 * advertIntervalMs + 500) / 1000) + 1;

const routerAt = (advertIntervalMs: number, changes: Partial<VrrpInstanceConfig> = {}) =>
  instance({ advertIntervalMs, vipLeaseSec: leaseSecOf(advertIntervalMs), ...changes });

async function activeHost(instances: readonly VrrpInstanceConfig[]): Promise<SupervisedHost> {
  const host = createSupervisedHost();
  const started = host.supervisor.start(instances);
  await over(host, started, 1000);
  const longest = Math.max(...instances.map(({ advertIntervalMs }) => advertIntervalMs));
  await host.time.advance(4 * longest + 1500);
  expect(host.supervisor.status().map(({ phase }) => phase)).toEqual(instances.map(() => 'active'));
  expect(host.addresses()).toContain(vip);
  return host;
}

/** Runs until it has settled. @returns how long that took. */
async function over(host: SupervisedHost, work: Promise<unknown>, limitMs: number): Promise<number> {
  const begun = host.time.now();
  let settled = false;
  void work.then(() => {
    settled = true;
  });
  const spent = () => (host.time.now() - begun) / 1000;
  for (await host.time.advance(1); !settled && spent() < limitMs; await host.time.advance(limitMs / 200));
  expect(settled).toBe(true);
  return spent();
}

const eventsOf = (host: SupervisedHost, name: string) => host.journal().filter(({ event }) => event === name);
const removals = (host: SupervisedHost) => eventsOf(host, 'vip.removed');
const lastTransition = (host: SupervisedHost) => eventsOf(host, 'vrrp.transition').at(-1);
/** Two advert intervals, the Skew_Time of version 2, and what a stop allows beyond. */
const longestStopMs = (advertIntervalMs: number) => 5 * advertIntervalMs + 1000 + 5000 + 1000;

const versions = [2, 3] as const;
const cases = intervalsMs.flatMap((ms) =>
  versions.filter((version) => version === 3 || ms % 1000 === 0).map((version) => ({ ms, version })),
);

describe.each(cases)('a process with adverts every $ms ms of version $version', ({ ms, version }) => {
  const router = routerAt(ms, { version });

  it('that stops alone hands over as long as that takes, and is not killed for it', async () => {
    const host = await activeHost([router]);
    await over(host, host.supervisor.stop(), longestStopMs(ms));
    expect(host.addresses()).not.toContain(vip);
    expect(eventsOf(host, 'vrrp.process_lost')).toEqual([]);
    expect(removals(host)).toMatchObject([{ reason: 'no_successor' }]);
    expect(lastTransition(host)).toMatchObject({ to: 'initialize', reason: 'no_successor' });
    expect(host.did().filter((what) => what === 'advert 0').length).toBe(2);
  });

  it('that stops beside a peer serves until that is heard', async () => {
    const host = await activeHost([router]);
    const stopped = host.supervisor.stop();
    // Of priority 1: the slowest there can be.
    const skewMs = (255 * (version === 2 ? 1000 : ms)) / 256;
    await host.time.advance(skewMs - 1);
    expect(host.addresses()).toContain(vip);
    host.hear({ priority: 1, version, intervalCs: ms / 10 });
    await over(host, stopped, 1000);
    expect(host.addresses()).not.toContain(vip);
    expect(eventsOf(host, 'vrrp.process_lost')).toEqual([]);
    expect(removals(host)).toMatchObject([{ reason: 'handed_over' }]);
  });

  it('whose configuration is taken away does the same', async () => {
    const host = await activeHost([router]);
    await over(host, host.supervisor.reconfigure([]), longestStopMs(ms));
    expect(host.addresses()).not.toContain(vip);
    expect(eventsOf(host, 'vrrp.process_lost')).toEqual([]);
    expect(removals(host)).toMatchObject([{ reason: 'no_successor' }]);
    expect(host.processes().map(({ lives }) => lives())).toEqual([false]);
  });

  it('that freezes while it stops is resigned for, and that is told', async () => {
    const host = await activeHost([router]);
    const stopped = host.supervisor.stop();
    await host.time.advance(1);
    host.processes()[0]?.freeze();
    const tookMs = await over(host, stopped, longestStopMs(ms));
    expect(tookMs).toBeLessThan(6000 + (2 * longestStopMs(ms)) / 200);
    expect(host.addresses()).not.toContain(vip);
    expect(eventsOf(host, 'vrrp.process_lost')).toMatchObject([
      { reason: 'silent for 3500 ms: signal SIGKILL', action: 'resigned for it' },
    ]);
    expect(lastTransition(host)).toMatchObject({ to: 'initialize', reason: 'vrrp_process_lost' });
  });

  it('that dies while its configuration is taken away is resigned for, whatever is configured by then', async () => {
    const host = await activeHost([router]);
    const emptied = host.supervisor.reconfigure([]);
    await host.time.advance(1);
    host.processes()[0]?.kill();
    await over(host, emptied, 1000);
    expect(host.addresses()).not.toContain(vip);
    expect(eventsOf(host, 'vrrp.process_lost')).toMatchObject([{ reason: 'signal SIGKILL' }]);
  });

  it('that hands over by request, and is asked to stop meanwhile, ends in order', async () => {
    const host = await activeHost([router]);
    host.supervisor.failover();
    await host.time.advance(ms / 2);
    await over(host, host.supervisor.stop(), longestStopMs(ms));
    expect(host.addresses()).not.toContain(vip);
    expect(eventsOf(host, 'vrrp.process_lost')).toEqual([]);
  });
});

describe('an instance that is left out, while another stays', () => {
  const second = instance({
    ...{ name: 'VI_2', virtualRouterId: 52, advertIntervalMs: 5000, vipLeaseSec: 'off' },
    virtualAddresses: [{ address: ip('10.9.0.101'), length: 24 }],
  });
  const first = routerAt(5000, { vipLeaseSec: 'off' });

  it('is looked after by the supervisor when the process dies before it is done; the other goes on', async () => {
    const host = await activeHost([first, second]);
    void host.supervisor.reconfigure([second]);
    await host.time.advance(100);
    expect(host.addresses()).toContain(vip);
    host.processes()[0]?.kill();
    await host.time.advance(500);
    expect(host.addresses()).not.toContain(vip);
    expect(host.addresses()).toContain('10.9.0.101/24');
    expect(removals(host)).toMatchObject([{ address: vip, reason: 'vrrp_process_lost' }]);
    expect(host.supervisor.status()).toMatchObject([{ name: 'VI_2', phase: 'active', reason: 'resumed' }]);
  });

  it('keeps what the other has as well', async () => {
    const host = await activeHost([first]);
    void host.supervisor.reconfigure([{ ...first, name: 'VI_X', virtualRouterId: 53 }]);
    await host.time.advance(100);
    host.processes()[0]?.kill();
    await host.time.advance(200);
    expect(removals(host).filter(({ event }) => event === 'vip.removed')).not.toContainEqual(
      expect.objectContaining({ reason: 'vrrp_process_lost' }),
    );
  });

  it('is forgotten once it is handed over: nobody resigns for it later', async () => {
    const host = await activeHost([first, second]);
    void host.supervisor.reconfigure([second]);
    await host.time.advance(20_000);
    expect(host.addresses()).not.toContain(vip);
    const before = host.did().length;
    host.processes()[0]?.kill();
    await host.time.advance(500);
    expect(
      host
        .did()
        .slice(before)
        .filter((what) => what.includes('10.9.0.100')),
    ).toEqual([]);
    expect(host.did().slice(before)).not.toContain('advert 0');
  });
});

describe.each(cases)('a restart with adverts every $ms ms of version $version', ({ ms, version }) => {
  const router = routerAt(ms, { version });

  it('beside a peer hands over as a stop does', async () => {
    const host = await activeHost([router]);
    const stopped = host.supervisor.stop({ keeps: true });
    await host.time.advance(1);
    host.hear({ priority: 200, version, intervalCs: ms / 10 });
    await over(host, stopped, 1000);
    expect(host.addresses()).not.toContain(vip);
    expect(removals(host)).toMatchObject([{ reason: 'handed_over' }]);
  });

  it('alone leaves the address for the next process, which has half a minute to come', async () => {
    const host = await activeHost([router]);
    await over(host, host.supervisor.stop({ keeps: true }), longestStopMs(ms));
    expect(host.processes()[0]?.lives()).toBe(false);
    expect(lastTransition(host)).toMatchObject({ to: 'initialize', reason: 'kept_for_restart' });
    await host.time.advance(29_000);
    expect(host.addresses()).toContain(vip);
    await over(host, host.supervisor.start([router]), 100);
    await host.time.advance(4 * ms + 1500);
    expect(host.supervisor.status()).toMatchObject([{ phase: 'active', reason: 'no_successor' }]);
    expect(removals(host)).toEqual([]);
    expect(host.did().filter((what) => what.startsWith('add '))).toEqual([`add ${vip}`]);
  });

  it('that no other process follows loses the address by its lease', async () => {
    const host = await activeHost([router]);
    await over(host, host.supervisor.stop({ keeps: true }), longestStopMs(ms));
    await host.time.advance(30_000 + 4 * ms + 3000);
    expect(host.addresses()).not.toContain(vip);
  });

  it('whose process freezes leaves it to its lease, and tells of the loss', async () => {
    const host = await activeHost([router]);
    const stopped = host.supervisor.stop({ keeps: true });
    await host.time.advance(1);
    host.processes()[0]?.freeze();
    await over(host, stopped, longestStopMs(ms));
    expect(removals(host)).toEqual([]);
    expect(eventsOf(host, 'vrrp.process_lost')).toMatchObject([
      { action: 'left to the next, which finds what it held' },
    ]);
  });
});

describe('two deaths within a minute', () => {
  it('are told like any end: transitions, so that scripts and sync daemons hear of it', async () => {
    const host = await activeHost([routerAt(1000)]);
    host.processes()[0]?.kill();
    await host.time.advance(300);
    const seen = host.journal().length;
    host.processes()[1]?.kill();
    await host.time.advance(1);
    expect(host.journal().slice(seen)).toMatchObject([
      { event: 'vrrp.process_lost', action: 'resigned for it; again in 1000 ms' },
      { event: 'vrrp.transition', from: 'active', to: 'initialize', reason: 'vrrp_process_lost' },
      { event: 'vrrp.hindered' },
      { event: 'vip.removed' },
    ]);
  });

  it('are cleaned up after before a stop is over, and before another process starts', async () => {
    const host = await activeHost([routerAt(1000)]);
    host.delayKernel(1400);
    host.processes()[0]?.kill();
    await host.time.advance(300);
    host.processes()[1]?.kill();
    await host.time.advance(1);
    let over = false;
    void host.supervisor.reconfigure([routerAt(1000, { priority: 99 })]);
    await host.time.advance(1000);
    expect(host.processes().length).toBe(2);
    expect(host.addresses()).toContain(vip);
    void host.supervisor.stop().then(() => {
      over = true;
    });
    await host.time.advance(100);
    expect(over).toBe(false);
    await host.time.advance(500);
    expect(over).toBe(true);
    expect(host.addresses()).not.toContain(vip);
    expect(host.processes().length).toBe(2);
  });
});

describe('a process that cannot read links and addresses', () => {
  it('says so at once, to whoever asked, in the log and in the status, and runs when it can', async () => {
    const host = createSupervisedHost();
    host.blindKernel({ code: 'ENOBUFS', message: 'no buffer space' });
    const started = host.supervisor.start([instance()]);
    await over(host, started, 100);
    const problems = ['Cannot read links and addresses: ENOBUFS no buffer space'];
    expect(await started).toEqual(problems);
    expect(eventsOf(host, 'vrrp.hindered')).toEqual([{ event: 'vrrp.hindered', problems }]);
    await host.time.advance(5000);
    expect(host.supervisor.problems()).toEqual(problems);
    expect(eventsOf(host, 'vrrp.hindered').length).toBe(1);
    host.blindKernel(undefined);
    await host.time.advance(2000);
    expect(host.supervisor.problems()).toEqual([]);
    expect(host.supervisor.status()).toMatchObject([{ phase: 'active' }]);
    await over(host, host.supervisor.stop(), 7000);
  });

  it('ends at once when it is told to', async () => {
    const host = createSupervisedHost();
    host.blindKernel({ code: 'EPERM', message: 'not permitted' });
    await over(host, host.supervisor.start([instance()]), 100);
    await over(host, host.supervisor.stop(), 100);
    await host.time.advance(5000);
    expect(eventsOf(host, 'vrrp.process_lost')).toEqual([]);
  });
});

type Blow = 'freeze' | 'kill' | 'thaw' | 'failover' | 'leave out' | 'peer';

describe('whatever happens to the process', () => {
  const blow = fc.record({
    what: fc.constantFrom<Blow>('freeze', 'kill', 'thaw', 'failover', 'leave out', 'peer'),
    afterMs: fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 60_000 })),
  });

  it('nothing is left on the host after the stop, and the stop ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4095 }),
        fc.array(blow, { maxLength: 4 }),
        fc.array(blow, { maxLength: 2 }),
        async (intervalCs, before, during) => {
          const host = await activeHost([routerAt(10 * intervalCs, { vipLeaseSec: 'off' })]);
          for (const each of before) await strike(host, each);
          const stopped = host.supervisor.stop();
          for (const each of during) await strike(host, each);
          await over(host, stopped, 2 * longestStopMs(10 * intervalCs));
          expect(host.addresses()).toEqual(['10.9.0.1/24']);
          expect(host.processes().some(({ lives }) => lives())).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});

async function strike(host: SupervisedHost, { what, afterMs }: { what: Blow; afterMs: number }) {
  await host.time.advance(afterMs);
  const process = host.processes().at(-1);
  switch (what) {
    case 'freeze':
      return process?.freeze();
    case 'thaw':
      return process?.thaw();
    case 'kill':
      return process?.kill();
    case 'failover':
      return host.supervisor.failover();
    case 'leave out':
      return void host.supervisor.reconfigure([]);
    case 'peer':
      return host.hear({ priority: 200 });
  }
}
