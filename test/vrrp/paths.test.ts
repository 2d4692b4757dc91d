// Adverts over further paths: who somebody is, who yields in a tie, how soon a resignation is followed.
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { successionTime } from '../../src/vrrp/paths.ts';
import { initialState, step } from '../../src/vrrp/step.ts';
import { skewTime } from '../../src/vrrp/timers.ts';
import type { Event, FurtherPath, RouterConfig, State } from '../../src/vrrp/types.ts';
import { SECOND, testRouter } from '../make/a-router.ts';

/** A director with an address on eth0 and one on sync0. */
function director(lan: string, sync: string, changes: Partial<RouterConfig> = {}) {
  const router = testRouter({ sourceAddress: ip(lan), ...changes });
  let state: State = initialState(0);
  const tell = (event: Event, now: number) => {
    const next = step(router, state, event, now);
    state = next.state;
    return next.effects;
  };
  const further: FurtherPath = { index: 1, ownAddress: ip(sync) };
  const advert = (priority: number) => ({
    version: 3 as const,
    virtualRouterId: 51,
    priority,
    intervalCs: 100,
    addresses: [ip('10.9.0.100')],
  });
  return {
    router,
    tell,
    lan: ip(lan),
    sync: ip(sync),
    state: () => state,
    phase: () => state.phase,
    hear: (path: 'lan' | 'sync', source: string, priority: number, now: number) =>
      tell(
        {
          type: 'advertReceived',
          advert: advert(priority),
          source: ip(source),
          ...(path === 'sync' && { path: further }),
        },
        now,
      ),
  };
}

const backup = (changes: Partial<RouterConfig> = {}) => {
  const one = director('10.9.0.1', '10.8.0.2', changes);
  one.tell({ type: 'startup', linkUp: true }, 0);
  return one;
};

const active = () => {
  const one = backup();
  one.tell({ type: 'deadlineReached' }, 4 * SECOND);
  expect(one.phase()).toBe('active');
  return one;
};

describe('an advert over any path', () => {
  it('keeps a backup a backup', () => {
    const one = backup();
    for (let second = 1; second < 20; second += 1) {
      one.hear(
        second % 2 === 0 ? 'lan' : 'sync',
        second % 2 === 0 ? '10.9.0.2' : '10.8.0.1',
        150,
        second * SECOND,
      );
      one.tell({ type: 'deadlineReached' }, second * SECOND);
    }
    expect(one.phase()).toBe('backup');
  });

  it('of a higher priority makes an active yield at once', () => {
    const one = active();
    one.hear('sync', '10.8.0.1', 150, 5 * SECOND);
    expect(one.phase()).toBe('backup');
  });

  it('tells of a router by its address on the first path, as long as that path brings it', () => {
    const one = backup();
    one.hear('sync', '10.8.0.1', 150, SECOND);
    expect(one.state()).toMatchObject({ heard: { address: '10.8.0.1' } });
    one.hear('lan', '10.9.0.2', 150, SECOND);
    one.hear('sync', '10.8.0.1', 150, SECOND + 10);
    expect(one.state()).toMatchObject({ heard: { address: '10.9.0.2', at: SECOND + 10 } });
    for (let second = 2; second < 8; second += 1) one.hear('sync', '10.8.0.1', 150, second * SECOND);
    expect(one.state()).toMatchObject({ heard: { address: '10.8.0.1' } });
  });
});

describe('a resignation', () => {
  const waitsFor = (path: 'lan' | 'sync') => {
    const one = backup();
    one.hear('lan', '10.9.0.2', 150, SECOND);
    one.hear(path, '10.9.0.2', 0, 2 * SECOND);
    const state = one.state();
    return state.phase === 'backup' ? state.activeDownAt - 2 * SECOND : Number.NaN;
  };

  it('on the LAN is followed after Skew_Time (RFC 9568 §6.4.2)', () => {
    expect(waitsFor('lan')).toBe(skewTime(3, 100, SECOND));
  });

  it('over a further path is followed within 32 ms', () => {
    expect(waitsFor('sync')).toBe(22_625);
  });

  it('is followed by the higher priority first, and never later than Skew_Time', () => {
    for (const advertIntervalUs of [10_000, 100_000, SECOND]) {
      const times = [1, 50, 100, 150, 254].map((priority) =>
        successionTime(testRouter({ priority }), advertIntervalUs),
      );
      expect(times).toEqual([...times].sort((a, b) => b - a));
      expect(new Set(times).size).toBe(times.length);
      expect(successionTime(testRouter({ priority: 1 }), advertIntervalUs)).toBeLessThanOrEqual(
        Math.min(32_000, skewTime(3, 1, advertIntervalUs)),
      );
    }
  });
});

describe('a tie of two actives whose addresses are ordered differently on the two paths', () => {
  const pair = () => {
    const [low, high] = [director('10.9.0.1', '10.8.0.2'), director('10.9.0.2', '10.8.0.1')];
    for (const one of [low, high]) {
      one.tell({ type: 'startup', linkUp: true }, 0);
      one.tell({ type: 'deadlineReached' }, 4 * SECOND);
    }
    return { low, high };
  };
  type Pair = ReturnType<typeof pair>;
  const exchange = ({ low, high }: Pair, path: 'lan' | 'sync', now: number) => {
    const speaks = [low.phase() === 'active', high.phase() === 'active'];
    if (speaks[0]) high.hear(path, path === 'lan' ? low.lan : low.sync, 100, now);
    if (speaks[1]) low.hear(path, path === 'lan' ? high.lan : high.sync, 100, now);
  };

  it('is settled by the LAN, whichever path is heard first', () => {
    for (const order of [['lan', 'sync'] as const, ['sync', 'lan'] as const]) {
      const both = pair();
      for (const path of order) exchange(both, path, 5 * SECOND);
      expect([both.low.phase(), both.high.phase()]).toEqual(['backup', 'active']);
    }
  });

  it('is settled by the further path once the LAN has been silent for two intervals', () => {
    const both = pair();
    for (const second of [5, 6]) {
      exchange(both, 'sync', second * SECOND);
      expect([both.low.phase(), both.high.phase()]).toEqual(['active', 'active']);
    }
    exchange(both, 'sync', 7 * SECOND);
    expect([both.low.phase(), both.high.phase()]).toEqual(['active', 'backup']);
  });

  it('that the LAN has settled is not settled again by the further path', () => {
    const { high } = pair();
    high.hear('lan', '10.9.0.1', 100, 5 * SECOND);
    for (let second = 5; second < 12; second += 1) {
      high.tell({ type: 'deadlineReached' }, second * SECOND);
      high.hear('lan', '10.9.0.1', 100, second * SECOND);
      high.hear('sync', '10.8.0.2', 100, second * SECOND + 1);
    }
    expect(high.phase()).toBe('active');
  });

  it('that the LAN has settled stays settled while the LAN loses some adverts', () => {
    const { high } = pair();
    high.hear('lan', '10.9.0.1', 100, 5 * SECOND);
    for (const at of [5.1, 6.1, 7.1, 8.1]) {
      high.tell({ type: 'deadlineReached' }, at * SECOND);
      high.hear('sync', '10.8.0.2', 100, at * SECOND);
    }
    expect(high.phase()).toBe('active');
  });
});
