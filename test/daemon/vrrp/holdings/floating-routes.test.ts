// The keeper of routes and rules against a kernel that strangers change, in virtual time.
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../../src/daemon/pace/rate-limit.ts';
import { createFloatingKeeper } from '../../../../src/daemon/vrrp/holdings/floating-routes.ts';
import type { JournalEvent } from '../../../../src/journal/event.ts';
import { err, ok } from '../../../../src/net/result.ts';
import {
  formatRoute,
  parseRoute,
  parseRule,
  type VirtualRoute,
  type VirtualRule,
} from '../../../../src/net/route.ts';
import type { KernelError, NetworkKernel } from '../../../../src/ports/kernel.ts';
import type { FloatingRoutes } from '../../../../src/vrrp/floating.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';
import { ownAddress, viewOf } from '../../../make/vrrp-host.ts';

const route = (text: string) => parseRoute(text) ?? expect.fail(text);
const floating = (instance: string, ...texts: string[]): FloatingRoutes => ({
  instance,
  routes: texts.map(route),
  rules: [parseRule('from 10.9.0.100 table 9') ?? expect.fail('rule')],
});
const exists: KernelError = { code: 'EEXIST', message: 'exists already' };

function createWorld() {
  const time = createVirtualTime();
  const events: JournalEvent[] = [];
  const there = new Map<string, VirtualRoute>();
  const rules = new Map<string, VirtualRule>();
  let dumps = 0;
  let changed = () => {};
  let foreign: string | undefined;
  let unreadable: string | undefined;
  let gate = Promise.resolve();
  const nameOf = (rule: VirtualRule) => JSON.stringify(rule);
  const network = {
    routes: async (family) => {
      dumps += 1;
      const found = [...there.values()].map((each) => ({ route: each }));
      await gate;
      if (family === unreadable) return err({ code: 'EAFNOSUPPORT', message: 'no such family' });
      return ok(found);
    },
    rules: async () => ok([...rules.values()]),
    watchRoutes: (listener: () => void) => {
      changed = listener;
    },
    addRoutes: async (requests) =>
      requests.map(({ route: each }) => {
        if (there.has(formatRoute(each)) || formatRoute(each) === foreign) return exists;
        there.set(formatRoute(each), each);
        return undefined;
      }),
    removeRoutes: async (requests) => {
      for (const { route: each } of requests) there.delete(formatRoute(each));
      return requests.map(() => undefined);
    },
    addRules: async (each) =>
      each.map((rule) => {
        // As the kernel does: one without a priority is another one each time.
        const placed = { priority: 32765 - rules.size, ...rule };
        if (rules.has(nameOf(placed))) return exists;
        rules.set(nameOf(placed), placed);
        return undefined;
      }),
    removeRules: async (each) => {
      for (const rule of each) {
        const first = [...rules].find(([, there]) => nameOf({ ...there, ...rule }) === nameOf(there));
        if (first !== undefined) rules.delete(first[0]);
      }
      return each.map(() => undefined);
    },
  } as Partial<NetworkKernel> as NetworkKernel;
  const keeper = createFloatingKeeper({
    ...{ network, clock: time, view: viewOf([ownAddress]) },
    emit: (event) => void events.push(event),
    limit: createRateLimit(time),
  });
  return {
    ...{ time, events, keeper, there, rules },
    dumps: () => dumps,
    changed: () => changed(),
    /** Dumps are not answered until the function is called. */
    delayDumps: () => {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    setUnreadable: (family: string) => {
      unreadable = family;
    },
    setForeign: (name: string | undefined) => {
      foreign = name;
    },
  };
}

const named = (events: readonly JournalEvent[], name: JournalEvent['event']) =>
  events.filter(({ event }) => event === name);

describe('routes and rules of an instance that serves', () => {
  it('come back after a flush, told once', async () => {
    const { time, keeper, there, rules, events, changed } = createWorld();
    await keeper.hold(floating('VI_1', 'blackhole 10.1.0.0/16', 'blackhole 10.2.0.0/16'));
    expect(events).toEqual([]);
    there.clear();
    rules.clear();
    changed();
    await time.advance(100);
    expect([there.size, rules.size]).toEqual([2, 1]);
    expect(events).toEqual([
      { event: 'vrrp.route_restored', instance: 'VI_1', route: 'blackhole 10.1.0.0/16', others: 2, count: 1 },
    ]);
  });

  it('are there once, however often the instance serves again, and what there is too much of goes', async () => {
    const { time, keeper, rules, changed } = createWorld();
    // Without a route: an answer of the kernel that it exists would be a reason to look.
    const floats = floating('VI_1');
    await keeper.hold(floats);
    await keeper.hold(floats);
    expect(rules.size).toBe(1);
    const [rule] = rules.values();
    rules.set('another', { ...(rule ?? expect.fail()), priority: 7 });
    changed();
    await time.advance(100);
    expect(rules.size).toBe(1);
  });

  it('are not added once it has been released while what is there was looked at', async () => {
    const { keeper, there, rules } = createWorld();
    const floats = floating('VI_1', 'blackhole 10.1.0.0/16');
    await Promise.all([keeper.hold(floats), keeper.release(floats)]);
    expect([there.size, rules.size]).toEqual([0, 0]);
  });

  it('come back though the kernel told nobody', async () => {
    const { time, keeper, there } = createWorld();
    await keeper.hold(floating('VI_1', 'blackhole 10.1.0.0/16'));
    there.clear();
    await time.advance(11_000);
    expect(there.size).toBe(1);
  });

  it('cost a bounded rate of work and words against somebody who deletes them in a loop', async () => {
    const { time, keeper, there, dumps, changed, events } = createWorld();
    await keeper.hold(floating('VI_1', 'blackhole 10.1.0.0/16'));
    const before = dumps();
    for (let i = 0; i < 20_000; i += 1) {
      there.clear();
      changed();
      await time.advance(1);
    }
    expect(dumps() - before).toBeLessThan(12);
    expect(events.length).toBeLessThanOrEqual(3);
    await time.advance(11_000);
    expect(there.size).toBe(1);
  });

  it('are not compared with what was seen before they were added', async () => {
    const { time, keeper, changed, delayDumps, events } = createWorld();
    await keeper.release(floating('VI_1', 'blackhole 10.1.0.0/16'));
    const answer = delayDumps();
    changed();
    await time.advance(50);
    await keeper.hold(floating('VI_1', 'blackhole 10.1.0.0/16'));
    answer();
    await time.advance(50);
    expect(events).toEqual([]);
    expect(keeper.missing('VI_1')).toEqual([]);
  });

  it('that others made are failures, said once, and listed until they are ours', async () => {
    const { time, keeper, events, setForeign } = createWorld();
    setForeign('blackhole 10.1.0.0/16');
    await keeper.hold(floating('VI_1', 'blackhole 10.1.0.0/16'));
    await time.advance(60_000);
    expect(named(events, 'vrrp.route_failed').length).toBe(1);
    expect(keeper.missing('VI_1')).toEqual([{ what: 'blackhole 10.1.0.0/16', reason: 'exists already' }]);
    setForeign(undefined);
    await time.advance(11_000);
    expect(keeper.missing('VI_1')).toEqual([]);
  });
});

describe('routes and rules of a family that the kernel does not have', () => {
  it('do not keep those of the other one from being restored', async () => {
    const { time, keeper, there, changed, setUnreadable } = createWorld();
    setUnreadable('inet6');
    await keeper.hold(floating('VI_1', 'blackhole 10.1.0.0/16', 'blackhole fd01::/16'));
    there.clear();
    changed();
    await time.advance(100);
    expect([...there.keys()]).toEqual(['blackhole 10.1.0.0/16']);
  });
});

describe('routes and rules of a backup', () => {
  it('go when somebody puts them there', async () => {
    const { time, keeper, there, events, changed } = createWorld();
    await keeper.release(floating('VI_1', 'blackhole 10.1.0.0/16'));
    there.set('blackhole 10.1.0.0/16', route('blackhole 10.1.0.0/16'));
    changed();
    await time.advance(100);
    expect(there.size).toBe(0);
    expect(named(events, 'vrrp.route_removed').length).toBe(1);
  });

  it('stay while another instance that serves has the same', async () => {
    const { time, keeper, there, rules, events, changed } = createWorld();
    await keeper.hold(floating('VI_1', 'blackhole 10.1.0.0/16'));
    await keeper.hold(floating('VI_2', 'blackhole 10.1.0.0/16'));
    await keeper.release(floating('VI_2', 'blackhole 10.1.0.0/16'));
    changed();
    await time.advance(30_000);
    expect([there.size, rules.size]).toEqual([1, 1]);
    expect(events).toEqual([]);
    await keeper.release(floating('VI_1', 'blackhole 10.1.0.0/16'));
    expect([there.size, rules.size]).toEqual([0, 0]);
  });
});
