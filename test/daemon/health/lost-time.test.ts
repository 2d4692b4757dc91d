import { expect, it } from 'vitest';
import { createLostTime } from '../../../src/daemon/health/lost-time.ts';
import { createManualClock } from '../../make/manual-clock.ts';

function rig() {
  const manual = createManualClock();
  let awayMs = 0;
  let isNeeded = true;
  const clock = { ...manual, now: () => manual.now() + awayMs * 1000 };
  const lostTime = createLostTime(clock, () => isNeeded);
  return {
    lostTime,
    advance: manual.advance,
    nextInMs: manual.nextInMs,
    lostMs: () => lostTime.total() / 1000,
    /** The process does not run: time passes, and no timer fires. */
    away: (ms: number) => {
      awayMs += ms;
    },
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
  expect(lostMs()).toBe(400);
  away(1000);
  await advance(25);
  expect(lostMs()).toBe(1400);
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
