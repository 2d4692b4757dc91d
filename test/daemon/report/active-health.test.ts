// Whether a router is active, asked of the real supervisor over the real VRRP process in virtual time, whatever happens to
// that process: a yes is never older than it may be.
import { describe, expect, it } from 'vitest';
import { activeHealthOf, type RouterFacts } from '../../../src/daemon/report/active-health.ts';
import { silenceMaxMs } from '../../../src/daemon/report/health-answer.ts';
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import { createSupervisedHost, type SupervisedHost } from '../../make/supervised-host.ts';
import { instance } from '../../make/vrrp-instance.ts';

const vip = '10.9.0.100/24';
const stepMs = 50;
const leaseSecOf = (advertIntervalMs: number) => Math.floor((3 * advertIntervalMs + 500) / 1000) + 1;
const routerAt = (advertIntervalMs: number, changes: Partial<VrrpInstanceConfig> = {}) =>
  instance({ advertIntervalMs, vipLeaseSec: leaseSecOf(advertIntervalMs), ...changes });

const factsOf = (
  { supervisor, time }: SupervisedHost,
  configured: readonly VrrpInstanceConfig[],
): RouterFacts => ({
  ...{ now: time.now(), configured, status: supervisor.status() },
  ...{ problems: supervisor.problems(), lastWord: supervisor.lastWord() },
});
const ask = (host: SupervisedHost, router: VrrpInstanceConfig) =>
  activeHealthOf(router.name, factsOf(host, [router]));

async function activeHost(router: VrrpInstanceConfig): Promise<SupervisedHost> {
  const host = createSupervisedHost();
  void host.supervisor.start([router]);
  await host.time.advance(4 * router.advertIntervalMs + 2000);
  expect(host.addresses()).toContain(vip);
  expect(ask(host, router)).toEqual({ ok: true, reason: 'VI_1 is active' });
  return host;
}

/** @returns for how long a yes came, at the longest, within that time from now. */
async function lastYesMs(host: SupervisedHost, router: VrrpInstanceConfig, forMs: number): Promise<number> {
  let last = 0;
  for (let ms = stepMs; ms <= forMs; ms += stepMs) {
    await host.time.advance(stepMs);
    if (ask(host, router)?.ok === true) last = ms;
  }
  return last;
}

const intervalsMs = [10, 100, 300, 1000, 3000, 10_000, 40_950];

/** As long as no peer may take over; a beat of half a second before, and what it takes to be told. */
const mayBeSaidMs = (advertIntervalMs: number) =>
  Math.min(silenceMaxMs, 4 * advertIntervalMs + 100) + 2 * stepMs;

describe.each(intervalsMs)('a router with adverts every %d ms', (ms) => {
  const router = routerAt(ms);

  it('is active for as long as it is, without a word to the contrary', async () => {
    const host = await activeHost(router);
    for (let step = 0; step < 100; step += 1) {
      await host.time.advance(Math.max(stepMs, ms / 7));
      expect(ask(host, router)).toEqual({ ok: true, reason: 'VI_1 is active' });
    }
  });

  it('whose process stands still is not for long', async () => {
    const host = await activeHost(router);
    host.processes()[0]?.freeze();
    expect(await lastYesMs(host, router, 2900)).toBeLessThanOrEqual(mayBeSaidMs(ms));
    expect(ask(host, router)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/last (word|advert)/),
    });
  });

  it('whose process dies twice is not, and is again once it is', async () => {
    const host = await activeHost(router);
    host.processes()[0]?.kill();
    await host.time.advance(20);
    host.processes()[1]?.kill();
    await host.time.advance(20);
    expect(ask(host, router)?.ok).toBe(false);
    await host.time.advance(8 * ms + 5000);
    expect(host.addresses()).toContain(vip);
    expect(ask(host, router)?.ok).toBe(true);
  });

  it('that hands over is not, from the first moment', async () => {
    const host = await activeHost(router);
    host.supervisor.failover('VI_1');
    await host.time.advance(1);
    expect(ask(host, router)?.ok).toBe(false);
  });

  it('that is not configured any more is unknown', async () => {
    const host = await activeHost(router);
    expect(activeHealthOf('VI_1', factsOf(host, []))).toBeUndefined();
    expect(activeHealthOf('VI_2', factsOf(host, [router]))).toBeUndefined();
  });
});

describe('what is asked about', () => {
  const lastAdvertAt = new Map([
    ['A', 999_000],
    ['B', 999_000],
    ['C', 0],
  ]);
  const statusOf = (name: string, phase: 'active' | 'backup' | 'fault') => ({
    ...{ name, interface: 'eth0', vrid: 1, phase, priority: 100, sinceMs: 0, reason: 'track_failed' },
    ...{
      addresses: ['10.9.0.100/24'],
      advertsSent: 1,
      advertsReceived: 0,
      advertsRejected: {},
      transitions: 1,
    },
  });
  const facts = (b: 'active' | 'backup' | 'fault', changes: Partial<RouterFacts> = {}): RouterFacts => ({
    now: 1_000_000,
    configured: [
      instance({ name: 'A', syncGroup: 'both' }),
      instance({ name: 'B', syncGroup: 'both', virtualAddresses: [] }),
      instance({ name: 'C', virtualAddresses: [] }),
    ],
    status: [statusOf('A', 'active'), statusOf('B', b), statusOf('C', 'active')],
    problems: [],
    lastWord: { at: 999_000, lastAdvertAt },
    ...changes,
  });

  it('may be a sync group, which is active where all of its members are', () => {
    expect(activeHealthOf('both', facts('active'))).toEqual({ ok: true, reason: 'A is active; B is active' });
    expect(activeHealthOf('both', facts('fault'))).toEqual({
      ok: false,
      reason: 'B is fault: something that it tracks failed',
    });
  });
  it('may be a virtual address', () => {
    expect(activeHealthOf('10.9.0.100', facts('fault'))).toEqual({ ok: true, reason: 'A is active' });
  });
  it('is not active before its first advert', () => {
    expect(activeHealthOf('C', facts('active'))?.ok).toBe(false);
  });
  it('is not active where it holds no address, and says which it lacks', () => {
    const bare = (addresses: readonly string[], missing: readonly { what: string; reason: string }[]) =>
      activeHealthOf('A', facts('active', { status: [{ ...statusOf('A', 'active'), addresses, missing }] }));
    const lost = { what: '10.9.0.100/24', reason: 'interface_missing' };
    expect(bare([], [lost])).toMatchObject({ ok: false, reason: expect.stringContaining('10.9.0.100/24') });
    expect(bare(['10.9.0.101/24'], [lost])).toEqual({
      ok: true,
      reason: 'A is active, without 10.9.0.100/24',
    });
  });
  it('is not active where its lease runs out before a peer takes over', () => {
    const slow = instance({ name: 'A', advertIntervalMs: 1000, vipLeaseSec: 1 });
    const at = (silentUs: number) =>
      activeHealthOf(
        'A',
        facts('active', {
          configured: [slow],
          lastWord: { at: 1_000_000, lastAdvertAt: new Map([['A', 1_000_000 - silentUs]]) },
        }),
      )?.ok;
    expect([at(900_000), at(999_999)]).toEqual([true, true]);
    const later = facts('active', { configured: [slow], now: 3_000_000 });
    const word = { at: 3_000_000, lastAdvertAt: new Map([['A', 1_800_000]]) };
    expect(activeHealthOf('A', { ...later, lastWord: word })?.ok).toBe(false);
  });
  it('is unknown where nothing was heard yet', () => {
    const none = { lastAdvertAt: new Map<string, number>() };
    expect(activeHealthOf('A', facts('active', { lastWord: none }))?.ok).toBe(false);
  });
});
