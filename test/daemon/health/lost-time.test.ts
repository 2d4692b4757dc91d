import { expect, it } from 'vitest';
import { createLostTime } from '../../../src/daemon/health/lost-time.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

/** @param many checks that wait for an answer */
function rig(many = 100) {
  const clock = createVirtualTime();
  let listening = many;
  const lostTime = createLostTime(clock, () => listening);
  return {
    lostTime,
    advance: clock.advance,
    nextInMs: clock.nextInMs,
    lostMs: () => lostTime.total() / 1000,
    away: clock.stall,
    listen: (count: number) => {
      listening = count;
    },
  };
}

it('is nothing while the loop comes round', async () => {
  const { lostTime, advance, away, lostMs } = rig();
  lostTime.watch();
  for (let round = 0; round < 20; round += 1) {
    away(20);
    await advance(25);
  }
  expect(lostMs()).toBe(0);
});

it('is what the process was away for, and known as soon as it is back, before any timer has fired', async () => {
  const { lostTime, advance, away, lostMs } = rig();
  lostTime.watch();
  await advance(100);
  away(400);
  expect(lostMs()).toBe(375);
  await advance(25);
  expect(lostMs()).toBe(375);
  away(1000);
  await advance(25);
  expect(lostMs()).toBe(1350);
});

it('is not measured while nobody listens, and the daemon sleeps', async () => {
  const { lostTime, advance, away, lostMs, nextInMs, listen } = rig();
  lostTime.watch();
  listen(0);
  await advance(25);
  expect(nextInMs()).toBeUndefined();
  away(5000);
  expect(lostMs()).toBe(0);
  lostTime.watch();
  expect(lostMs()).toBe(0);
  lostTime.stop();
  expect(nextInMs()).toBeUndefined();
});

it('wakes a daemon with few checks seldom, and is known of a long standstill all the same', async () => {
  const { lostTime, advance, away, lostMs, nextInMs } = rig(2);
  lostTime.watch();
  expect(nextInMs()).toBe(250);
  await advance(250);
  expect(nextInMs()).toBe(250);
  await advance(100);
  away(3000);
  expect(lostMs()).toBe(3075);
  await advance(0);
  expect(lostMs()).toBe(3075);
});

it('is measured finely as soon as there are many, with nothing forgotten', async () => {
  const { lostTime, advance, away, lostMs, nextInMs, listen } = rig(2);
  lostTime.watch();
  await advance(100);
  away(1000);
  listen(50);
  lostTime.watch();
  expect([lostMs(), nextInMs()]).toEqual([1075, 25]);
  away(400);
  expect(lostMs()).toBe(1075 + 375);
});
