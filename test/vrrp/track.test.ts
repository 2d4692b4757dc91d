// What tracked things do to a priority (docs/reference/keepalived.md §3, docs/reference/vrrp.md §2.1).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, Tracker } from '../../src/model/tracking.ts';
import { effectivePriority } from '../../src/vrrp/election.ts';
import { findingKey, influences, priorityOffset } from '../../src/vrrp/track.ts';
import { testRouter } from '../make/a-router.ts';
import { aTracker } from '../make/a-tracker.ts';

const adds = (changes: Partial<Tracker>, finding: Finding) =>
  influences([aTracker(changes)], () => finding)[0]?.adds;

describe('a weight', () => {
  it.each([
    ['0', { weight: 0 }, { up: 0, down: 'fault' }],
    ['0 reverse', { weight: 0, reverse: true }, { up: 'fault', down: 0 }],
    ['above 0 is added while up', { weight: 20 }, { up: 20, down: 0 }],
    ['below 0 is taken off while down', { weight: -20 }, { up: 0, down: -20 }],
    ['above 0, reversed, is taken off while up', { weight: 20, reverse: true }, { up: -20, down: 0 }],
    ['below 0, reversed, is added while down', { weight: -20, reverse: true }, { up: 0, down: 20 }],
  ] as const)('%s', (_, changes, wanted) => {
    expect({ up: adds(changes, 'up'), down: adds(changes, 'down') }).toEqual(wanted);
    expect(adds(changes, 'unknown')).toBe(0);
  });

  it('of a file multiplies its number; one that takes off everything is a fault', () => {
    const file = { kind: 'file', weight: 10 } as const;
    expect(adds(file, { value: 3 })).toBe(30);
    expect(adds(file, { value: -3 })).toBe(-30);
    expect(adds({ ...file, reverse: true }, { value: 3 })).toBe(-30);
    expect(adds(file, { value: -26 })).toBe('fault');
    expect(adds(file, { value: -25 })).toBe(-250);
    expect(adds({ kind: 'file', weight: 1 }, { value: -254 })).toBe('fault');
    expect(adds({ kind: 'file', weight: 1 }, { value: -253 })).toBe(-253);
  });

  it('of 0 makes a fault of any number of a file but 0', () => {
    expect(adds({ kind: 'file', weight: 0 }, { value: 1 })).toBe('fault');
    expect(adds({ kind: 'file', weight: 0 }, { value: 0 })).toBe(0);
    expect(adds({ kind: 'file', weight: 0, reverse: true }, { value: 0 })).toBe('fault');
  });
});

describe('findings', () => {
  it('are shared by trackers of the same thing, whatever their weights; a quorum makes another one', () => {
    expect(findingKey(aTracker({ weight: 1 }))).toBe(findingKey(aTracker({ weight: 2, reverse: true })));
    const virtual = aTracker({ kind: 'virtual', name: 'tcp 10.0.0.9:80' });
    expect(findingKey(virtual)).toBe('virtual tcp 10.0.0.9:80');
    expect(findingKey({ ...virtual, quorum: 1 })).toBe('virtual tcp 10.0.0.9:80 quorum 1');
  });
});

describe('the effective priority', () => {
  const kinds = ['interface', 'script', 'file', 'process', 'virtual'] as const;
  const anyTracker = fc.record({
    kind: fc.constantFrom(...kinds),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    weight: fc.integer({ min: -253, max: 253 }),
    reverse: fc.boolean(),
  });
  const anyFinding: fc.Arbitrary<Finding> = fc.oneof(
    fc.constantFrom('unknown', 'up', 'down'),
    fc.record({ value: fc.integer({ min: -254, max: 254 }) }),
  );
  const findings = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), anyFinding);
  const priorityWith = (
    priority: number,
    trackers: readonly Tracker[],
    found: Readonly<Record<string, Finding>>,
  ) => {
    const offset = priorityOffset(influences(trackers, ({ name }) => found[name] ?? 'unknown'));
    return effectivePriority(testRouter({ priority, priorityOffset: offset }));
  };
  const everything = [fc.array(anyTracker, { maxLength: 8 }), findings] as const;

  it('stays within 1 to 254, whatever is tracked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 254 }), ...everything, (priority, trackers, found) => {
        const effective = priorityWith(priority, trackers, found);
        expect(effective).toBeGreaterThanOrEqual(1);
        expect(effective).toBeLessThanOrEqual(254);
        expect(Number.isInteger(effective)).toBe(true);
      }),
    );
  });

  it('of an owner is 255, whatever is tracked', () => {
    fc.assert(
      fc.property(...everything, (trackers, found) => {
        expect(priorityWith(255, trackers, found)).toBe(255);
      }),
    );
  });

  it('depends on what is found now alone: what recovers gives back what it took', () => {
    fc.assert(
      fc.property(...everything, findings, (trackers, before, between) => {
        const first = priorityWith(100, trackers, before);
        priorityWith(100, trackers, between);
        expect(priorityWith(100, [...trackers].reverse(), before)).toBe(first);
      }),
    );
  });

  it('is the configured one while nothing is known', () => {
    fc.assert(
      fc.property(fc.array(anyTracker), (trackers) => {
        expect(priorityWith(100, trackers, {})).toBe(100);
      }),
    );
  });
});
