import { describe, expect, it } from 'vitest';
import {
  bothHeld,
  changesOf,
  coarsestUs,
  lastAdvert,
  median,
  type Observation,
  outages,
  outageUs,
} from '../../bench/failover/observation.ts';

const observation = (changes: Partial<Observation>): Observation => ({
  probes: [],
  addresses: [],
  adverts: [],
  endUs: 10_000,
  ...changes,
});

/** One probe each millisecond from 0: "." answered, "x" not. */
const probes = (text: string) =>
  [...text].map((mark, index) => ({ sentUs: index * 1000, answered: mark === '.' }));

describe('an outage', () => {
  it('lasts from the first probe without an answer to the next probe with one', () => {
    expect(outages(probes('..xx.'), 5000)).toEqual([{ fromUs: 2000, toUs: 4000 }]);
  });

  it('lasts to the end where no probe is answered again', () => {
    expect(outages(probes('..xx'), 9000)).toEqual([{ fromUs: 2000, toUs: 9000 }]);
  });

  it('is all the time without an answer, in one piece or in several, since the event', () => {
    expect(outageUs(observation({ probes: probes('x..xx.x.') }), 1000)).toBe(3000);
  });

  it('is nothing where every probe is answered', () => {
    expect(outageUs(observation({ probes: probes('....') }), 0)).toBe(0);
  });
});

describe('an address on two hosts', () => {
  const change = (host: string, atUs: number, present: boolean) => ({ host, atUs, present });
  const handOver = [change('a', 0, true), change('b', 3000, true), change('a', 5000, false)];

  it('is held by both from the coming of the second to the going of the first', () => {
    expect(bothHeld(observation({ addresses: handOver }), 1000)).toEqual({ us: 2000, withoutEnd: false });
  });

  it('counts from the event on', () => {
    expect(bothHeld(observation({ addresses: handOver }), 4000)).toEqual({ us: 1000, withoutEnd: false });
    expect(bothHeld(observation({ addresses: handOver }), 6000)).toEqual({ us: 0, withoutEnd: false });
  });

  it('has no end where none gives it up', () => {
    expect(bothHeld(observation({ addresses: handOver.slice(0, 2) }), 1000)).toEqual({
      us: 7000,
      withoutEnd: true,
    });
  });

  it('adds up where it happens twice', () => {
    const again = [change('a', 7000, true), change('b', 8000, false)];
    expect(bothHeld(observation({ addresses: [...handOver, ...again] }), 0).us).toBe(3000);
  });

  it('comes and goes a number of times on each', () => {
    expect(changesOf(observation({ addresses: handOver }), 'a', 1)).toBe(1);
    expect(changesOf(observation({ addresses: handOver }), 'b', 3001)).toBe(0);
  });
});

describe('an observation', () => {
  it('is as coarse as its longest pause between two probes since the event', () => {
    const uneven = [0, 5000, 6000, 8500, 9000].map((sentUs) => ({ sentUs, answered: true }));
    expect(coarsestUs(observation({ probes: uneven }), 0)).toBe(5000);
    expect(coarsestUs(observation({ probes: uneven }), 6000)).toBe(2500);
  });

  it('knows the last advert of a router that did not resign', () => {
    const advert = (source: string, atUs: number, priority = 150) => ({ source, atUs, priority });
    const adverts = [advert('a', 1), advert('b', 2), advert('a', 3), advert('a', 4, 0), advert('a', 9)];
    expect(lastAdvert(observation({ adverts }), 'a', 5)?.atUs).toBe(3);
    expect(lastAdvert(observation({ adverts }), 'c', 5)).toBeUndefined();
  });
});

describe('a median', () => {
  it('is the middle one, or between the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 2, 9])).toBe(5.5);
    expect(median([])).toBeNaN();
  });
});
