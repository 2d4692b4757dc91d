// How far a flood is thinned out, and how soon it is read whole again.
import { describe, expect, it } from 'vitest';
import {
  beginWindow,
  isThinned,
  relax,
  spend,
  wholeSamples,
} from '../../../../src/daemon/vrrp/adverts/sample.ts';

function flooded(packets: number) {
  const samples = wholeSamples();
  for (let packet = 0; packet < packets; packet += 1) spend(samples, 'unknown');
  return samples;
}

describe('a sample', () => {
  it('is whole within the budget of a tenth of a second', () => {
    expect(isThinned(flooded(50))).toBe(false);
    const samples = flooded(50);
    beginWindow(samples);
    expect(spend(samples, 'unknown')).toBe(false);
  });

  it('is halved each time the budget is spent, of that class alone', () => {
    const samples = flooded(2 * 51);
    expect([samples.unknown.shift, samples.strange.shift]).toEqual([2, 0]);
  });

  it('grows again by one step a second while little comes in, and is whole after a second without any', () => {
    const samples = flooded(3 * 51);
    relax(samples);
    expect(samples.unknown.shift).toBe(3);
    spend(samples, 'unknown');
    relax(samples);
    expect(samples.unknown.shift).toBe(2);
    relax(samples);
    expect(isThinned(samples)).toBe(false);
  });
});
