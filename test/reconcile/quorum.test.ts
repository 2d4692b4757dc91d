// The quorum by weight and its band, alone and with the table that follows from it, operation by operation.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuorumConfig, VirtualConfig } from '../../src/model/config/service.ts';
import { realName, type ServiceId } from '../../src/model/ipvs.ts';
import type { QuorumView, Verdict } from '../../src/model/verdict.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import { canonicalDestination, readTable } from '../../src/reconcile/canonical.ts';
import { desireServices, tableOf } from '../../src/reconcile/desire.ts';
import { diff } from '../../src/reconcile/diff.ts';
import {
  type QuorumState,
  type ServingWeight,
  stepQuorum,
  thresholdsOf,
  weighServers,
} from '../../src/reconcile/quorum.ts';
import { realOf, tierOf, virtualOf } from '../make/arbitrary-table.ts';
import { createModelKernel } from '../make/model-kernel.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const lost: QuorumState = { held: false, known: true };
const held: QuorumState = { held: true, known: true };
const undecided: QuorumState = { held: false, known: false };
const sure = (certain: number, total: number): ServingWeight => ({ certain, open: 0, total });

/** "held", "lost", and in brackets while the checks have not said so. */
const word = ({ held: isHeld, known }: QuorumState) => {
  const state = isHeld ? 'held' : 'lost';
  return known ? state : `(${state})`;
};

const arbitraryLimits: fc.Arbitrary<QuorumConfig> = fc
  .record({ quorum: fc.integer({ min: 1, max: 30 }), hysteresis: fc.nat(29) })
  .map(({ quorum, hysteresis }) => ({ quorum, hysteresis: Math.min(hysteresis, quorum - 1) }));

describe('the quorum', () => {
  it('is gained at quorum + hysteresis and lost below quorum - hysteresis', () => {
    const limits = { quorum: 5, hysteresis: 2 };
    const story: string[] = [];
    let state = undecided;
    for (const weight of [0, 4, 5, 6, 7, 6, 5, 4, 3, 2, 3, 6, 7, 3, 0]) {
      state = stepQuorum(state, sure(weight, 10), limits);
      story.push(word(state));
    }
    expect(story.join(' ')).toBe(
      'lost lost lost lost held held held held held lost lost lost held held lost',
    );
  });

  it('is lost at weight 0, whatever the hysteresis', () => {
    expect(stepQuorum(held, sure(0, 3), { quorum: 1, hysteresis: 0 })).toEqual(lost);
    expect(stepQuorum(held, sure(1, 3), { quorum: 3, hysteresis: 2 })).toEqual(held);
    expect(stepQuorum(lost, sure(0, 0), { quorum: 1, hysteresis: 0 })).toEqual(lost);
  });

  it('asks for no more than all servers together', () => {
    expect(thresholdsOf({ quorum: 9, hysteresis: 2 }, 4)).toEqual({ gainedAt: 4, lostBelow: 2 });
    expect(thresholdsOf({ quorum: 3, hysteresis: 2 }, 4)).toEqual({ gainedAt: 4, lostBelow: 1 });
    expect(thresholdsOf({ quorum: 9, hysteresis: 8 }, 4)).toEqual({ gainedAt: 4, lostBelow: 1 });
    expect(thresholdsOf({ quorum: 1, hysteresis: 0 }, 0)).toEqual({ gainedAt: 1, lostBelow: 1 });
  });

  it('is neither lost nor missed while servers without a verdict could make it', () => {
    const limits = { quorum: 4, hysteresis: 1 };
    const told = (before: QuorumState, certain: number, open: number) =>
      word(stepQuorum(before, { certain, open, total: 9 }, limits));
    expect(told(undecided, 0, 9)).toBe('(lost)');
    expect(told(undecided, 4, 1)).toBe('(lost)');
    expect(told(undecided, 4, 0)).toBe('lost');
    expect(told(undecided, 5, 4)).toBe('held');
    expect(told(held, 2, 1)).toBe('held');
    expect(told(held, 2, 0)).toBe('lost');
    expect(told({ held: true, known: false }, 0, 3)).toBe('(held)');
    expect(told({ held: true, known: false }, 3, 0)).toBe('held');
    expect(told(lost, 0, 9)).toBe('lost');
  });

  it('never changes while the weight stays in the band', () => {
    fc.assert(
      fc.property(
        arbitraryLimits,
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat(1000)),
        fc.boolean(),
        (limits, total, draws, isHeld) => {
          const { gainedAt, lostBelow } = thresholdsOf(limits, total);
          const start: QuorumState = { held: isHeld, known: true };
          // The band of a quorum without hysteresis is empty; one that is held or lost has a side to itself.
          const [low, high] = isHeld ? [lostBelow, total] : [0, gainedAt - 1];
          const weights = draws.map((draw) => low + (draw % (high - low + 1)));
          const states = weights.map((weight) => stepQuorum(start, sure(weight, total), limits));
          expect(states.every(({ held: still }) => still === isHeld)).toBe(true);
        },
      ),
    );
  });

  it('can be gained and lost, and a band lies between: two changes are at least 2 x hysteresis apart', () => {
    fc.assert(
      fc.property(arbitraryLimits, fc.integer({ min: 1, max: 40 }), (limits, total) => {
        const { gainedAt, lostBelow } = thresholdsOf(limits, total);
        expect(stepQuorum(lost, sure(total, total), limits)).toEqual(held);
        expect(stepQuorum(held, sure(0, total), limits)).toEqual(lost);
        expect(gainedAt).toBeGreaterThanOrEqual(lostBelow);
        if (limits.quorum + limits.hysteresis <= total) {
          expect([gainedAt, lostBelow]).toEqual([
            limits.quorum + limits.hysteresis,
            limits.quorum - limits.hysteresis,
          ]);
        }
      }),
    );
  });
});

describe('the weights that count', () => {
  const virtual = virtualOf(vip, {
    reals: [
      realOf('10.0.0.1', 80, { weight: 5 }),
      realOf('10.0.0.2', 80, { weight: 3 }),
      realOf('10.0.0.3', 80),
    ],
  });
  const verdicts: Readonly<Record<string, Verdict>> = { '10.0.0.1:80': 'up', '10.0.0.2:80': 'down' };
  const verdictOf = (_service: string, real: string) => verdicts[real] ?? 'unverified';
  const configured = (_service: string, _real: string, weight: number) => weight;

  it('are those of the moment: of servers that are up, and of those that nobody has judged', () => {
    expect(weighServers(virtual, verdictOf, configured)).toEqual({ certain: 5, open: 1, total: 9 });
    expect(weighServers(virtual, verdictOf, () => 2)).toEqual({ certain: 2, open: 2, total: 9 });
    expect(weighServers(virtual, verdictOf, () => 'out')).toEqual({ certain: 0, open: 0, total: 9 });
  });

  it('are all there with checktype on', () => {
    const on: VirtualConfig = { ...virtual, checktype: { kind: 'on' } };
    expect(weighServers(on, () => 'unverified', configured)).toEqual({ certain: 9, open: 0, total: 9 });
  });
});

describe('a service with a quorum and tiers, through any sequence of verdicts', () => {
  type Change = { readonly server: number; readonly verdict: 'up' | 'down' };
  const changes = fc.array(fc.record<Change>({ server: fc.nat(6), verdict: fc.constantFrom('up', 'down') }), {
    minLength: 1,
    maxLength: 25,
  });
  const service = fc
    .record({
      weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      checked: fc.array(fc.boolean(), { maxLength: 3 }),
      limits: fc.option(arbitraryLimits, { nil: undefined }),
      quiescent: fc.boolean(),
    })
    .map(({ weights, checked, limits, quiescent }) =>
      virtualOf(vip, {
        reals: weights.map((weight, index) => realOf(`10.0.0.${index + 1}`, 80, { weight })),
        fallbacks: checked.map((each, index) => tierOf(`10.0.1.${index + 1}`, 80, { checked: each })),
        quiescent,
        ...(limits !== undefined && { quorum: limits }),
      }),
    );

  it('serves at every moment by whoever can: enough servers, else one tier, else what servers there are', async () => {
    await fc.assert(
      fc.asyncProperty(service, changes, async (virtual, sequence) => {
        const kernel = createModelKernel();
        const verdicts = new Map<string, Verdict>();
        const verdictOf = (_: string, real: string) => verdicts.get(real) ?? 'unverified';
        let state: QuorumState = undecided;
        let couldServe = false;
        const usable = () =>
          (kernel.table()[0]?.destinations ?? []).filter(({ weight }) => weight > 0).map(formatEndpoint);
        const isUp = (each: Parameters<typeof realName>[1]) => verdicts.get(realName(vip, each)) === 'up';

        for (const change of [undefined, ...sequence]) {
          const all = [...virtual.reals, ...virtual.fallbacks];
          const judged = change && all[change.server % all.length];
          if (change && judged) verdicts.set(realName(vip, judged), change.verdict);
          const sums = weighServers(virtual, verdictOf, (_service, _real, weight) => weight);
          if (virtual.quorum !== undefined) state = stepQuorum(state, sums, virtual.quorum);
          const view: QuorumView = state.held ? 'held' : state.known ? 'lost' : 'open';
          const observed = readTable(kernel.table());
          const services = desireServices([virtual], verdictOf, observed, { quorumOf: () => view });

          const up = virtual.reals.filter(isUp);
          const tiers = virtual.fallbacks.filter((tier) => !tier.checked || isUp(tier));
          const canServe = up.length + tiers.length > 0;
          const before = usable().length > 0;
          for (const operation of diff(observed, tableOf(services), { owned: new Set(), foreign: 'keep' })) {
            await kernel.apply([operation]);
            // New in before old out: from tier to tier, from servers to a tier, and back.
            if (before && canServe && couldServe) expect(usable().length).toBeGreaterThan(0);
          }
          couldServe = canServe;

          const enough = virtual.quorum === undefined ? up.length > 0 : state.held && up.length > 0;
          const [tier] = tiers;
          const names = (servers: readonly Parameters<typeof canonicalDestination>[1][]) =>
            servers.map((server) => formatEndpoint(canonicalDestination(vip, server))).sort();
          if (enough || tier === undefined) expect(usable().sort()).toEqual(names(up));
          else expect(usable()).toEqual(names([tier]));
        }
      }),
      { numRuns: 300 },
    );
  });
});
