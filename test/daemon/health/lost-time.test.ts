import { expect, it } from 'vitest';
import { createLostTime } from '../../../src/daemon/health/lost-time.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

function rig() {
  const clock = createVirtualTime();
  let isNeeded = true;
  const lostTime = createLostTime(clock, () => isNeeded);
  return {
    lostTime,
    advance: clock.advance,
    nextInMs: clock.nextInMs,
    lostMs: () => lostTime.total() / 1000,
    away: clock.stall,
    needNoMore: () => {
      isNeeded = false;
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
  const { lostTime, advance, away, lostMs, nextInMs, needNoMore } = rig();
  lostTime.watch();
  needNoMore();
  await advance(25);
  expect(nextInMs()).toBeUndefined();
  away(5000);
  expect(lostMs()).toBe(0);
  lostTime.watch();
  expect(lostMs()).toBe(0);
  lostTime.stop();
  expect(nextInMs()).toBeUndefined();
});
