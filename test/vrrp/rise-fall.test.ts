// When a script counts as up or down (docs/reference/keepalived.md §3).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countResult, type RiseFall, unknownYet } from '../../src/vrrp/rise-fall.ts';

const counted = (results: readonly boolean[], limits = { rise: 2, fall: 3 }): RiseFall =>
  results.reduce((state, result) => countResult(state, result, limits), unknownYet);

describe('results of a script', () => {
  it('are unknown before the first, which decides alone', () => {
    expect(unknownYet.finding).toBe('unknown');
    expect(counted([true]).finding).toBe('up');
    expect(counted([false]).finding).toBe('down');
  });

  it('take it down after `fall` failures in a row', () => {
    expect(counted([true, false, false]).finding).toBe('up');
    expect(counted([true, false, false, false]).finding).toBe('down');
    expect(counted([true, false, false, true, false, false]).finding).toBe('up');
  });

  it('bring it back after `rise` successes in a row', () => {
    expect(counted([false, true]).finding).toBe('down');
    expect(counted([false, true, true]).finding).toBe('up');
    expect(counted([false, true, false, true]).finding).toBe('down');
  });

  it('change it only by a run as long as the limit, ending now', () => {
    const limit = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2 }), limit, limit, (results, rise, fall) => {
        const before = counted(results.slice(0, -1), { rise, fall });
        const now = counted(results, { rise, fall });
        if (now.finding === before.finding) return;
        const needed = now.finding === 'up' ? rise : fall;
        const last = results.slice(-needed);
        expect(last).toEqual(Array(needed).fill(now.finding === 'up'));
      }),
    );
  });
});
