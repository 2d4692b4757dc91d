// What a router is told when it can no longer take part in the election, and when it can again.
import { describe, expect, it } from 'vitest';
import type { Phase } from '../../src/model/vrrp.ts';
import { type FitnessVerdict, fitnessEvent } from '../../src/vrrp/fitness.ts';

const phases: readonly Phase[] = ['initialize', 'backup', 'active', 'leaving', 'fault'];
const told = (verdict: FitnessVerdict, linkFailed = false) =>
  phases.map((phase) => fitnessEvent(phase, verdict, linkFailed)?.type ?? '-');

describe('fitnessEvent', () => {
  it('tells one that becomes unfit why, once', () => {
    expect(told('link_failed')).toEqual(['linkDown', 'linkDown', 'linkDown', 'linkDown', '-']);
    expect(told('track_failed')).toEqual(['trackFailed', 'trackFailed', 'trackFailed', 'trackFailed', '-']);
  });

  it('tells one that is fit again what has come back, and one that gives its role away that it need not', () => {
    expect(told('fit')).toEqual(['-', '-', '-', 'trackRecovered', 'trackRecovered']);
    expect(told('fit', true)).toEqual(['-', '-', '-', 'trackRecovered', 'linkUp']);
  });
});
