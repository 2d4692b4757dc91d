import { expect, it } from 'vitest';
import { formatDuration } from '../../src/render/duration.ts';

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3725, '1 h 2 min'],
  [90061, '1 d 1 h'],
  [86400, '1 d'],
])('writes %d seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
