import { expect, it } from 'vitest';
import { createBoundedWait } from '../../../src/daemon/pace/bounded-wait.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

it('is over when it is ended, or after its time, and sets no timer any more', async () => {
  const time = createVirtualTime();
  const wait = createBoundedWait(time);
  const told: string[] = [];
  wait.end();
  void wait.within(1000).then(() => told.push('ended'));
  expect(wait.isWaiting()).toBe(true);
  wait.end();
  await time.advance(0);
  expect([told, time.waiting(), wait.isWaiting()]).toEqual([['ended'], 0, false]);
  void wait.within(1000).then(() => told.push('late'));
  await time.advance(999);
  expect(told).toEqual(['ended']);
  await time.advance(1);
  expect([told, wait.isWaiting()]).toEqual([['ended', 'late'], false]);
});

it('of one who waits already is over when another begins', async () => {
  const time = createVirtualTime();
  const wait = createBoundedWait(time);
  const told: string[] = [];
  void wait.within(1000).then(() => told.push('first'));
  void wait.within(5000).then(() => told.push('second'));
  await time.advance(4999);
  expect(told).toEqual(['first']);
  await time.advance(1);
  expect(told).toEqual(['first', 'second']);
});
