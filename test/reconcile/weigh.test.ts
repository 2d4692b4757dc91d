import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WeightFacts, weigh, weightOf } from '../../src/reconcile/weigh.ts';

const result = (configured: number, facts: WeightFacts = {}) => weightOf(weigh(configured, facts));

describe('weigh', () => {
  it('is the configured weight where nothing else is said', () => expect(result(5)).toBe(5));
  it('takes the operator’s weight in place of the configured one, and the agent’s share of that', () => {
    expect(result(5, { override: { mode: 'weight', weight: 40 }, agentPercent: 50 })).toBe(20);
  });
  it('takes what the check says in place of the configured one, under the operator’s word', () => {
    expect(result(5, { checkWeight: 9 })).toBe(9);
    expect(result(5, { checkWeight: 0 })).toBe(0);
    expect(result(5, { checkWeight: 8, agentPercent: 50 })).toBe(4);
    expect(result(5, { checkWeight: 9, override: { mode: 'weight', weight: 2 } })).toBe(2);
  });
  it('grows with slow start, from 1', () => {
    expect([0, 0.25, 0.5, 0.99].map((slowStart) => result(8, { slowStart }))).toEqual([1, 2, 4, 8]);
    expect(result(8, { slowStart: 0.001 })).toBe(1);
    expect(weigh(8, { slowStart: 1 })).toHaveLength(1);
  });
  it('leaves a weight of 0 at 0, and never rounds a share to 0', () => {
    expect(result(0, { agentPercent: 300 })).toBe(0);
    expect(result(1, { agentPercent: 1 })).toBe(1);
    expect(result(10, { agentPercent: 0 })).toBe(0);
  });
  it('lets drain and disable have the last word', () => {
    expect(result(5, { override: { mode: 'drain' }, agentPercent: 200 })).toBe(0);
    expect(result(5, { override: { mode: 'disable' } })).toBe('out');
  });
  it('tells every step and where it comes from, in order', () => {
    const facts: WeightFacts = { override: { mode: 'drain' }, agentPercent: 50, slowStart: 0.5 };
    expect(weigh(8, facts)).toEqual([
      { origin: 'config', weight: 8, detail: 'weight 8' },
      { origin: 'agent', weight: 4, detail: '50 %' },
      { origin: 'slow start', weight: 2, detail: '50 % of its time' },
      { origin: 'operator', weight: 0, detail: 'drain' },
    ]);
  });
  it('stays within what the kernel takes', () => {
    const said = fc.record({
      agentPercent: fc.nat(1_000_000),
      slowStart: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.nat(65_535), said, (configured, facts) => {
        const weight = Number(result(configured, facts));
        expect(Number.isInteger(weight) && weight >= 0 && weight <= 65_535).toBe(true);
      }),
    );
  });
});
