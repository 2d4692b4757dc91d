// When passes begin, what waits for them, and what a stop lets happen.
import { beforeEach, expect, it } from 'vitest';
import { createKeeperLoop, type KeeperLoop, msUntilFirst } from '../../../src/daemon/pace/keeper-loop.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

let time: VirtualTime;
let loop: KeeperLoop;
/** What has happened, in order. */
let story: string[];
let passMs: number;
let nextMs: number | undefined;

const takes = (ms: number) => new Promise<void>((resolve) => void time.after(ms, resolve));

beforeEach(() => {
  time = createVirtualTime();
  [story, passMs, nextMs] = [[], 10, 1000];
  loop = createKeeperLoop(time, async () => {
    story.push('pass');
    await takes(passMs);
    story.push('passed');
    return nextMs;
  });
});

it('passes when asked, and when the pass before has said', async () => {
  const ended = loop.passNow().then(() => story.push('told'));
  await time.advance(10);
  await ended;
  expect(story).toEqual(['pass', 'passed', 'told']);
  await time.advance(999);
  expect(story).toHaveLength(3);
  await time.advance(1);
  expect(story).toHaveLength(4);
});

it('passes no more by itself where no next is due', async () => {
  nextMs = undefined;
  void loop.passNow();
  await time.advance(60_000);
  expect([story, time.waiting()]).toEqual([['pass', 'passed'], 0]);
});

it('makes one pass of many requests, and another of those that came while it was under way', async () => {
  for (let i = 0; i < 3; i += 1) loop.within(0);
  for (let i = 0; i < 3; i += 1) void loop.passNow();
  await time.advance(5);
  expect(story).toEqual(['pass']);
  for (let i = 0; i < 3; i += 1) loop.within(0);
  for (let i = 0; i < 3; i += 1) void loop.passNow();
  await time.advance(500);
  expect(story).toEqual(['pass', 'passed', 'pass', 'passed']);
});

it('keeps the earlier of two times', async () => {
  loop.within(100);
  loop.within(300);
  await time.advance(110);
  expect(story).toEqual(['pass', 'passed']);
  await time.advance(800);
  expect(story).toHaveLength(2);
});

it('lets nothing else happen while a pass is under way', async () => {
  void loop.passNow();
  void loop.inTurn(async () => story.push('asked'));
  void loop.passNow();
  await time.advance(15);
  expect(story).toEqual(['pass', 'passed', 'asked']);
});

it('goes on after one that failed', async () => {
  const failed = loop.inTurn(() => Promise.reject(new Error('x')));
  await expect(failed).rejects.toThrow('x');
  void loop.passNow();
  await time.advance(10);
  expect(story).toEqual(['pass', 'passed']);
});

it('stops with its last piece of work, when the pass under way has ended; whoever waits for one is told', async () => {
  void loop.passNow();
  await time.advance(5);
  void loop.passNow().then(() => story.push('told'));
  const stopped = loop.stop(async () => void story.push('last'));
  await time.advance(5);
  await stopped;
  loop.within(0);
  await loop.passNow();
  await time.advance(60_000);
  expect(story).toEqual(['pass', 'passed', 'told', 'last']);
  expect([loop.isStopped(), time.waiting()]).toEqual([true, 0]);
});

it('knows how long it is until the first of some times', () => {
  expect(msUntilFirst(1_000_000, 3_000_000, undefined, 2_500_000)).toBe(1500);
  expect(msUntilFirst(1_000_000, 500_000)).toBe(0);
  expect(msUntilFirst(1_000_000, undefined)).toBe(Number.POSITIVE_INFINITY);
});
