import { expect, it } from 'vitest';
import { createHistogram } from '../../../src/daemon/pace/histogram.ts';

it('counts what is at most as long as each bound, and all of it', () => {
  const histogram = createHistogram([0.001, 0.01]);
  for (const us of [0, 1000, 1001, 10_000, 10_001, 5_000_000]) histogram.note(us);
  expect(histogram.read()).toEqual({
    upTo: [
      [0.001, 2],
      [0.01, 4],
    ],
    ...{ count: 6, sumSec: 5.022002 },
  });
});

it('of nothing is nothing', () => {
  expect(createHistogram([1]).read()).toEqual({ upTo: [[1, 0]], count: 0, sumSec: 0 });
});
