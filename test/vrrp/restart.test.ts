// Whether a VRRP process that died is trusted to go on at once.
import { describe, expect, it } from 'vitest';
import { noDeaths, restartAfter } from '../../src/vrrp/restart.ts';

const second = 1_000_000;

/** @returns the pause after each of the deaths, in milliseconds; undefined: none, it resumes. */
function pausesAfter(atSeconds: readonly number[]): readonly (number | undefined)[] {
  let deaths = noDeaths;
  return atSeconds.map((at) => {
    const restart = restartAfter(deaths, at * second);
    deaths = restart.deaths;
    return restart.pauseMs;
  });
}

describe('restartAfter', () => {
  it('lets the first one resume at once', () => {
    expect(pausesAfter([5])).toEqual([undefined]);
  });

  it('pauses after the second within a minute, and longer each time', () => {
    expect(pausesAfter([0, 10, 20, 30])).toEqual([undefined, 1000, 2000, 4000]);
  });

  it('pauses for half a minute at most', () => {
    expect(pausesAfter([0, 1, 2, 3, 4, 5, 6, 7]).at(-1)).toBe(30_000);
  });

  it('trusts again after a minute without a death, and begins with the shortest pause', () => {
    expect(pausesAfter([0, 10, 70, 71])).toEqual([undefined, 1000, undefined, 1000]);
  });
});
