import { describe, expect, it } from 'vitest';
import { createPlacePace } from '../../../../src/daemon/health/processes/place-pace.ts';

/** So late begin the checks of each, every 10 ms for a while. */
function play(latenessMs: readonly number[], seconds: number) {
  const pace = createPlacePace();
  const behind: { readonly place: number; readonly lateUs: number }[] = [];
  for (let now = 0; now < seconds * 1e6; now += 10_000) {
    for (const [place, ms] of latenessMs.entries()) {
      const found = pace.note(place, ms * 1000, now);
      if (found !== undefined) behind.push(found);
    }
  }
  return { behind, latenessOf: (place: number) => pace.latenessOf(place) / 1000 };
}

describe('a check process is behind', () => {
  it('that is several times as late as who is least late, once a window', () => {
    const { behind, latenessOf } = play([5, 200, 30], 16);
    expect(behind).toHaveLength(3);
    expect(new Set(behind.map(({ place }) => place))).toEqual(new Set([1]));
    expect(Math.round(latenessOf(1))).toBe(200);
  });

  it.each([
    ['all are late', [150, 200, 180]],
    ['all are punctual', [0, 5, 1]],
    ['it is alone', [500]],
  ])('but not where %s', (_, latenessMs) => {
    expect(play(latenessMs, 16).behind).toEqual([]);
  });
});
