// The two forms of the time of a log line.
import { expect, it } from 'vitest';
import { wallTime } from '../../src/system/wall-clock.ts';

it('is UTC for RFC 3339, and the time of this host for RFC 3164, its day padded with a blank', () => {
  const time = wallTime(new Date(2026, 10, 3, 7, 4, 5, 6));
  expect(time.bsdTime).toBe('Nov  3 07:04:05');
  expect(new Date(time.timestamp).getTime()).toBe(new Date(2026, 10, 3, 7, 4, 5, 6).getTime());
  expect(wallTime(new Date(2026, 0, 13)).bsdTime).toBe('Jan 13 00:00:00');
});
