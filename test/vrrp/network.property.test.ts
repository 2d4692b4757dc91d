// Two and three routers on a LAN that loses packets, cuts directions, stalls and kills: whatever happened,
// once it is over exactly one router is active and serves, it is the best, and it stays (docs/reference/vrrp.md L5).
// At every moment: who serves is active, is leaving, or is not running (S1).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { SECOND, testRouter } from '../make/a-router.ts';
import { createLan, type Lan, type Node } from './lan.ts';

const NAMES = ['A', 'B', 'C'] as const;

const fault = fc.record({
  kind: fc.constantFrom('kill', 'stall', 'link', 'cut', 'handover', 'crash', 'lossy'),
  node: fc.nat(2),
  other: fc.nat(2),
  /** Until the next fault. */
  pauseMs: fc.integer({ min: 0, max: 6000 }),
  /** Of the stall, in milliseconds. */
  lengthMs: fc.integer({ min: 10, max: 9000 }),
});
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

const priority = fc.integer({ min: 1, max: 254 });
const world = fc.record({
  priorities: fc.array(priority, { minLength: 2, maxLength: 3 }),
  intervalMs: fc.constantFrom(50, 200, 1000),
  version: fc.constantFrom(2, 3),
  preempt: fc.boolean(),
  faults: fc.array(fault, { maxLength: 8 }),
  lossPercent: fc.integer({ min: 0, max: 60 }),
  seed: fc.nat(),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Park and Miller's generator: numbers from 0 to 1, the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function createWorld({ priorities, intervalMs, version, preempt, lossPercent, seed }: World) {
  const random = createRandom(seed);
  const weather = { lossy: true };
  const lan = createLan({ loses: () => weather.lossy && random() * 100 < lossPercent });
  const advertIntervalUs = version === 2 ? SECOND : intervalMs * 1000;
  const leaseUs = (Math.floor((3 * advertIntervalUs + 500_000) / SECOND) + 1) * SECOND;
  for (const [index, priority] of priorities.entries()) {
    const sourceAddress = ip(`10.9.0.${index + 1}`);
    const settings = { version: version === 2 ? 2 : 3, priority, preempt, sourceAddress } as const;
    lan.add(NAMES[index] ?? 'D', testRouter({ ...settings, advertIntervalUs, leaseUs }));
  }
  return { lan, weather, advertIntervalUs };
}

function strike(lan: Lan, { kind, node, other, lengthMs }: Fault): void {
  const victim = lan.nodes[node % lan.nodes.length] as Node;
  const peer = lan.nodes[other % lan.nodes.length] as Node;
  if (kind === 'cut') lan.cut(victim.name, peer.name);
  if (kind === 'kill') lan.kill(victim);
  if (!victim.alive) return;
  if (kind === 'stall') victim.stalledUntil = lan.now() + lengthMs * 1000;
  if (kind === 'link') lan.link(victim, !victim.linkUp);
  if (kind === 'handover') lan.event(victim, { type: 'handoverRequested' });
  if (kind !== 'crash') return;
  const lastAdvertAt = victim.state.phase === 'active' ? victim.state.lastAdvertAt : 0;
  const snapshot = { phase: victim.state.phase, lastAdvertAt };
  lan.kill(victim);
  lan.revive(victim, { type: 'resumed', linkUp: victim.linkUp, snapshot });
}

function endFaults(lan: Lan): void {
  lan.heal();
  for (const node of lan.nodes) {
    if (!node.linkUp) lan.link(node, true);
    if (!node.alive) lan.revive(node, { type: 'startup', linkUp: true });
  }
}

/** S1. A stalled router cannot know that its lease has ended, nor one that is dead. */
function serversAreActive(lan: Lan): void {
  for (const node of lan.nodes) {
    if (!node.alive || node.stalledUntil > lan.now()) continue;
    const should = node.state.phase === 'active' || node.state.phase === 'leaving';
    if (node.serves.size > 0) expect(should, `${node.name} serves as ${node.state.phase}`).toBe(true);
  }
}

function live(made: World): void {
  const { lan, weather, advertIntervalUs } = createWorld(made);
  for (const node of lan.nodes) lan.event(node, { type: 'startup', linkUp: true });
  for (const each of made.faults) {
    lan.run(each.pauseMs * 1000, () => {
      serversAreActive(lan);
      return false;
    });
    strike(lan, each);
  }
  weather.lossy = false;
  endFaults(lan);
  const settleUs = 12 * SECOND + 12 * advertIntervalUs;
  lan.run(settleUs);
  const [active, ...others] = lan.active();
  expect(others).toEqual([]);
  expect(active).toBeDefined();
  expect(lan.serving()).toEqual([active]);
  const gaveAway = made.faults.some(({ kind }) => kind === 'handover');
  if (made.preempt && !gaveAway) {
    const best = Math.max(...made.priorities);
    expect(active?.router.priority).toBe(best);
  }
  const sinceThen = active?.state.since;
  lan.run(10 * (4 * advertIntervalUs));
  expect(lan.active()).toEqual([active]);
  expect(active?.state.since).toBe(sinceThen);
}

describe('after any faults', () => {
  it('exactly one router is active and serves, it is the best that may, and it stays', () => {
    fc.assert(fc.property(world, live), { numRuns: 300 });
  });
});
