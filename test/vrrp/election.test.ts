// Priorities that count.
import { describe, expect, it } from 'vitest';
import { effectivePriority, preempts } from '../../src/vrrp/election.ts';
import { testRouter } from '../make/a-router.ts';

describe('the effective priority', () => {
  it.each([
    [100, undefined, 100],
    [100, 20, 120],
    [100, -20, 80],
    [200, 100, 254],
    [50, -100, 1],
    [254, 1, 254],
    [255, -100, 255],
    [255, undefined, 255],
  ])('%i with tracking %s is %i: 1 to 254, and an owner stays 255', (priority, offset, effective) => {
    const tracking = offset === undefined ? {} : { priorityOffset: offset };
    expect(effectivePriority(testRouter({ priority, ...tracking }))).toBe(effective);
  });
});

describe('RFC 9568 §6.1 Preempt_Mode', () => {
  it('does not apply to the owner, which always preempts', () => {
    expect(preempts(testRouter({ preempt: false, priority: 255 }))).toBe(true);
    expect(preempts(testRouter({ preempt: false }))).toBe(false);
    expect(preempts(testRouter())).toBe(true);
  });
});
