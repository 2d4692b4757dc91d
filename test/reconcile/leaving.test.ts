import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { formatServiceId, type ServiceId, type Table } from '../../src/model/ipvs.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import {
  type Connections,
  type Drain,
  type LeavingContext,
  type LeavingState,
  nobodyLeaves,
} from '../../src/reconcile/leaving.ts';
import { type CountedTable, type Goal, propose } from '../../src/reconcile/propose.ts';
import {
  arbitraryTable,
  arbitraryVerdictOf,
  arbitraryVirtuals,
  realOf,
  tierOf,
  virtualOf,
} from '../make/arbitrary-table.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const service = formatServiceId(vip);
const one = realOf('192.168.6.2', 80, { weight: 5 });
const two = realOf('192.168.6.3', 80, { weight: 3 });
const both = virtualOf(vip, { reals: [one, two], drainTimeoutMs: 30_000 });
const first = { ...both, reals: [one] };
const second = 1_000_000;
const busy: Connections = { activeConnections: 2, inactiveConnections: 1, persistentClients: 0 };
const idle: Connections = { activeConnections: 0, inactiveConnections: 0, persistentClients: 0 };

const up = () => 'up' as const;
/** A table in which these serve, with so many connections each. */
const serving = (virtual: VirtualConfig, counters: Connections): CountedTable =>
  propose([], {
    virtuals: [virtual],
    verdictOf: up,
    policy: { owned: new Set(), foreign: 'keep' },
  }).desired.map((entry) => ({
    ...entry,
    destinations: entry.destinations.map((destination) => ({ ...destination, counters })),
  }));
const weighted = (table: Table) =>
  table.flatMap((entry) => entry.destinations.map((server) => `${formatEndpoint(server)} ${server.weight}`));

type Turn = {
  readonly at?: number;
  readonly virtuals: readonly VirtualConfig[];
  readonly state?: LeavingState;
  readonly drains?: Readonly<Record<string, Drain>>;
  readonly wasOurs?: boolean;
  readonly verdictOf?: Goal['verdictOf'];
};

/** One pass over this table, at so many seconds. */
function pass(table: CountedTable, { at = 100, virtuals, drains = {}, verdictOf = up, ...turn }: Turn) {
  const leaving: Omit<LeavingContext, 'connectionsOf'> = {
    state: turn.state ?? { terms: { [service]: { timeoutMs: 30_000, cleanstop: true } }, since: {} },
    now: at * second,
    drainOf: (_service, real) => drains[real],
    wasOurs: () => turn.wasOurs ?? true,
  };
  const owned = new Set([service]);
  const goal: Goal = { virtuals, verdictOf, policy: { owned, foreign: 'keep' }, leaving };
  const { desired, leavingServer, operations } = propose(table, goal);
  if (leavingServer === undefined) return expect.fail('nobody was asked who leaves');
  return { weights: weighted(desired), operations, ...leavingServer };
}

/** The table after that pass, with these connections on every server. */
const left = ({ desired }: { readonly desired: Table }, counters: Connections): CountedTable =>
  desired.map((entry) => ({
    ...entry,
    destinations: entry.destinations.map((destination) => ({ ...destination, counters })),
  }));

describe('a server that is not configured any more', () => {
  const table = serving(both, busy);
  const begun = pass(table, { virtuals: [first] });

  it('goes to weight 0, and is remembered', () => {
    expect(begun.weights).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
    expect(begun.state.since).toEqual({ [`${service} 192.168.6.3:80`]: 100 * second });
    expect(begun.servers).toMatchObject([
      { real: '192.168.6.3:80', by: 'configuration', deadline: 130 * second },
    ]);
  });
  it('stays there while it has connections of any kind, until its time is up', () => {
    for (const kind of ['activeConnections', 'inactiveConnections', 'persistentClients'] as const) {
      const held = left(begun, { ...idle, [kind]: 1 });
      const turn = { virtuals: [first], state: begun.state };
      expect(pass(held, { ...turn, at: 129 }).operations).toEqual([]);
      const over = pass(held, { ...turn, at: 130 });
      expect(over.weights).toEqual(['192.168.6.2:80 5']);
      expect(over.servers).toMatchObject([{ end: 'deadline', connections: { [kind]: 1 } }]);
      expect(over.state.since).toEqual({});
    }
  });
  it('is out when its last connection has ended', () => {
    const next = pass(left(begun, idle), { at: 101, virtuals: [first], state: begun.state });
    expect(next.weights).toEqual(['192.168.6.2:80 5']);
    expect(next.servers).toMatchObject([{ end: 'empty', since: 100 * second }]);
  });
  it('goes to weight 0 first even without connections: it may get one at this moment', () => {
    expect(pass(serving(both, idle), { virtuals: [first] }).weights).toEqual([
      '192.168.6.2:80 5',
      '192.168.6.3:80 0',
    ]);
  });
  it('gets its weight back when it is configured again', () => {
    const back = pass(left(begun, busy), { at: 110, virtuals: [both], state: begun.state });
    expect(back.weights).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
    expect(back.operations).toHaveLength(1);
    expect(back.state.since).toEqual({});
  });
  it('is not put back where somebody took it out', () => {
    const cleared = pass(serving(first, idle), { at: 110, virtuals: [first], state: begun.state });
    expect(cleared.operations).toEqual([]);
    expect(cleared.state.since).toEqual({});
  });
  it('has the time that the configuration gives now', () => {
    const turn = { virtuals: [{ ...first, drainTimeoutMs: 5000 }], state: begun.state };
    expect(pass(left(begun, busy), { ...turn, at: 104 }).weights).toHaveLength(2);
    expect(pass(left(begun, busy), { ...turn, at: 105 }).weights).toHaveLength(1);
    const { drainTimeoutMs: _, ...atOnce } = first;
    expect(pass(left(begun, busy), { at: 101, virtuals: [atOnce], state: begun.state }).weights).toHaveLength(
      1,
    );
  });
  it('goes at once without a drain_timeout, and where it was a stranger', () => {
    const { drainTimeoutMs: _, ...atOnce } = first;
    expect(pass(table, { virtuals: [atOnce] }).weights).toEqual(['192.168.6.2:80 5']);
    const stranger = pass(table, { virtuals: [first], wasOurs: false });
    expect(stranger.weights).toEqual(['192.168.6.2:80 5']);
    expect(stranger.servers).toEqual([]);
  });
  it('serves on until those that take its place can', () => {
    const other = { ...both, reals: [realOf('192.168.6.9', 80)] };
    const waiting = pass(table, { virtuals: [other], verdictOf: () => 'unverified' });
    expect(waiting.weights).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
    expect(waiting.servers).toEqual([]);
    const ready = pass(table, { virtuals: [other] });
    expect(ready.weights).toEqual(['192.168.6.2:80 0', '192.168.6.3:80 0', '192.168.6.9:80 1']);
  });
  it('does not keep the fallback out, nor is the fallback one that leaves', () => {
    const alone = { ...first, fallbacks: [tierOf('127.0.0.1', 80)] };
    const next = pass(table, { virtuals: [alone], verdictOf: () => 'down' });
    expect(next.weights).toEqual(['127.0.0.1:80 1', '192.168.6.3:80 0']);
    const back = pass(left(next, busy), { virtuals: [alone], state: next.state });
    expect(back.weights).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
  });
  it('is none that is configured and down', () => {
    expect(pass(table, { virtuals: [both], verdictOf: () => 'down' }).servers).toEqual([]);
  });
  it('counts from now where the memory speaks of a time to come', () => {
    const state = { ...begun.state, since: { [`${service} 192.168.6.3:80`]: 9000 * second } };
    expect(pass(left(begun, busy), { virtuals: [first], state }).servers).toMatchObject([
      { deadline: 130 * second },
    ]);
  });
});

describe('a service that is not configured any more', () => {
  const table = serving(both, busy);
  const begun = pass(table, { virtuals: [] });

  it('takes no new connections, and goes with the last of its servers', () => {
    expect(begun.weights).toEqual(['192.168.6.2:80 0', '192.168.6.3:80 0']);
    const still = pass(left(begun, busy), { at: 129, virtuals: [], state: begun.state });
    expect(still.operations).toEqual([]);
    const over = pass(left(begun, busy), { at: 130, virtuals: [], state: begun.state });
    expect(over.operations.map(({ type }) => type)).toEqual(['deleteService']);
    expect(over.state).toEqual(nobodyLeaves);
  });
  it('keeps the terms that it had, over a restart too', () => {
    expect(begun.state.terms).toEqual({ [service]: { timeoutMs: 30_000, cleanstop: true } });
  });
  it('goes at once where none were known, and where it is not ours', () => {
    expect(pass(table, { virtuals: [], state: nobodyLeaves }).operations.map(({ type }) => type)).toEqual([
      'deleteService',
    ]);
    const goal: Goal = { virtuals: [], verdictOf: up, policy: { owned: new Set(), foreign: 'keep' } };
    const leaving = { state: begun.state, now: 0, drainOf: () => undefined, wasOurs: () => true };
    expect(propose(table, { ...goal, leaving }).operations).toEqual([]);
  });
  it('gets all its weights back when it is configured again', () => {
    const back = pass(left(begun, busy), { at: 110, virtuals: [both], state: begun.state });
    expect(back.weights).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
  });
});

describe('a server that the operator drains', () => {
  const weigh: Goal['weigh'] = (_service, real, weight) => (real === '192.168.6.3:80' ? 0 : weight);
  const drained = (table: CountedTable, drain: Drain, at: number, verdictOf = up) => {
    const leaving = {
      state: nobodyLeaves,
      now: at * second,
      drainOf: (_service: string, real: string) => (real === '192.168.6.3:80' ? drain : undefined),
      wasOurs: () => true,
    };
    const policy = { owned: new Set([service]), foreign: 'keep' } as const;
    const { desired, leavingServer } = propose(table, {
      virtuals: [both],
      verdictOf,
      weigh,
      policy,
      leaving,
    });
    return { desired, weights: weighted(desired), servers: leavingServer?.servers };
  };
  const timed = { since: 100 * second, deadline: 110 * second };
  const begun = drained(serving(both, busy), timed, 100);

  it('with a time keeps its connections so long, then is out and stays out', () => {
    expect(begun.weights).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
    expect(drained(left(begun, busy), timed, 109).weights).toHaveLength(2);
    const over = drained(left(begun, busy), timed, 110);
    expect(over.weights).toEqual(['192.168.6.2:80 5']);
    expect(over.servers).toMatchObject([{ end: 'deadline', by: 'operator' }]);
    expect(drained(left(over, busy), timed, 111)).toMatchObject({
      weights: ['192.168.6.2:80 5'],
      servers: [],
    });
  });
  it('with a time is out as soon as it is empty, and is not put in to be drained', () => {
    expect(drained(left(begun, idle), timed, 101).weights).toEqual(['192.168.6.2:80 5']);
    expect(drained([], timed, 101).weights).toEqual(['192.168.6.2:80 5']);
  });
  it('without a time stays at weight 0, and its last connection is told of', () => {
    const open = { since: 100 * second };
    expect(drained(left(begun, busy), open, 9000)).toMatchObject({ servers: [{ by: 'operator' }] });
    const empty = drained(left(begun, idle), open, 9000);
    expect(empty.weights).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
    expect(empty.servers).toMatchObject([{ end: 'stays' }]);
  });
});

describe('for any configuration, verdicts and table', () => {
  it('those who leave take no new connection, and change nothing for the others', () => {
    fc.assert(
      fc.property(arbitraryVirtuals, arbitraryVerdictOf, arbitraryTable, (virtuals, verdictOf, observed) => {
        const owned = new Set(observed.map((entry) => formatServiceId(entry.service.id)));
        const goal: Goal = { virtuals, verdictOf, policy: { owned, foreign: 'keep' } };
        const terms = Object.fromEntries(
          [...owned].map((name) => [name, { timeoutMs: 9000, cleanstop: false }]),
        );
        const slow = virtuals.map((virtual) => ({ ...virtual, drainTimeoutMs: 9000 }));
        const leaving = {
          state: { terms, since: {} },
          now: 0,
          drainOf: () => undefined,
          wasOurs: () => true,
        };
        const plain = propose(observed, goal);
        const drain = propose(observed, { ...goal, virtuals: slow, leaving });
        const usable = (table: Table) => weighted(table).filter((line) => !line.endsWith(' 0'));
        expect(usable(drain.desired)).toEqual(usable(plain.desired));
        expect(drain.services).toEqual(plain.services);
        // Once more, much later: all who left are gone, and nothing else has changed.
        const state = drain.leavingServer?.state ?? nobodyLeaves;
        const later = propose(drain.desired, {
          ...goal,
          virtuals: slow,
          leaving: { ...leaving, state, now: 1e12 },
        });
        expect(later.leavingServer?.state.since).toEqual({});
        expect(usable(later.desired)).toEqual(usable(plain.desired));
      }),
    );
  });
});

describe('where nobody is drained', () => {
  const plain = { ...both, drainTimeoutMs: 0 };
  const states: readonly LeavingState[] = [
    nobodyLeaves,
    { terms: { [service]: { timeoutMs: 30_000, cleanstop: true } }, since: {} },
    { terms: {}, since: { [`${service} 192.168.6.3:80`]: 90 * second } },
  ];
  const outcome = (virtuals: readonly VirtualConfig[], state: LeavingState, drainOf?: () => undefined) =>
    propose(serving(both, busy), {
      ...{ virtuals, verdictOf: up, policy: { owned: new Set([service]), foreign: 'keep' } },
      leaving: { state, now: 100 * second, wasOurs: () => true, ...(drainOf !== undefined && { drainOf }) },
    });

  it('it comes to the same whether each server is asked for or not', () => {
    for (const virtuals of [[both], [first], [plain], [{ ...plain, reals: [one] }], []])
      for (const state of states)
        expect(outcome(virtuals, state)).toEqual(outcome(virtuals, state, () => undefined));
  });

  it('and nothing gives anybody a time to leave, one who is drained is, all the same', () => {
    const drains = { '192.168.6.3:80': { since: 90 * second, deadline: 130 * second } };
    const drained = pass(serving(both, busy), { virtuals: [plain], state: nobodyLeaves, drains });
    expect(drained.servers).toMatchObject([{ real: '192.168.6.3:80', by: 'operator' }]);
  });
});
