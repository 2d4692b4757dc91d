// Two processes that beat for each other: which silence counts, and which is only that nobody has listened yet.
import { describe, expect, it } from 'vitest';
import { createLiveness } from '../../../src/daemon/pace/liveness.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const beatMs = 500;

function listening(changed: { readonly firstWordMs?: number; readonly answers?: boolean } = {}) {
  const time = createVirtualTime();
  const silent: number[] = [];
  let beats = 0;
  const liveness = createLiveness(time, {
    ...{ silenceMs: 2000, firstWordMs: 2000, ...changed },
    onBeat: () => {
      beats += 1;
    },
    onSilent: (ms) => silent.push(ms),
  });
  /** The other side, through the channel. */
  const channel = time.socket<'word'>(() => liveness.heard());
  return { time, liveness, channel, silent, beats: () => beats };
}

it('tells of silence once, after as many beats, and beats on', async () => {
  const { time, silent, beats } = listening();
  await time.advance(2000);
  expect(silent).toEqual([]);
  await time.advance(beatMs);
  expect(silent).toEqual([2500]);
  await time.advance(5000);
  expect([silent, beats()]).toEqual([[2500], 15]);
});

it('begins anew with each word', async () => {
  const { time, channel, silent } = listening();
  for (let word = 0; word < 10; word += 1) {
    await time.advance(1900);
    channel.push('word');
  }
  await time.advance(2000);
  expect(silent).toEqual([]);
});

it('counts a stall of its own as one beat, however long', async () => {
  const { time, silent } = listening();
  await time.advance(beatMs);
  time.stall(60_000);
  await time.advance(0);
  expect(silent).toEqual([]);
});

it.each([
  ['a word', { firstWordMs: 2000 }],
  ['the first word of one that starts slowly', { firstWordMs: 20_000 }],
])(
  'does not take for silence what waits to be read: %s, which comes while it stands still',
  async (_, options) => {
    const { time, channel, silent } = listening(options);
    await time.advance(options.firstWordMs);
    // The last beat falls due, and the word arrives, before anything runs again: timers run first.
    time.stall(beatMs);
    channel.push('word');
    await time.advance(0);
    expect(silent).toEqual([]);
    await time.advance(2000);
    expect(silent).toEqual([]);
    await time.advance(beatMs);
    expect(silent).toEqual([2500]);
  },
);

it('says nothing once it is stopped, not even of what it was about to judge', async () => {
  const { time, liveness, channel, silent } = listening();
  await time.advance(2000);
  time.stall(beatMs);
  channel.push('word');
  time.afterPoll(() => liveness.stop());
  await time.advance(10_000);
  expect(silent).toEqual([]);
});

describe('one that answers', () => {
  it('answers every second beat, whenever the first came, and not by itself as well', async () => {
    for (const firstMs of [1, 70, 250, 499]) {
      const { time, channel, beats } = listening({ answers: true });
      await time.advance(firstMs);
      const hear = async (words: number) => {
        for (let word = 0; word < words; word += 1) {
          channel.push('word');
          await time.advance(beatMs);
        }
      };
      // Its first answer may come late.
      await hear(4);
      const before = beats();
      await hear(36);
      expect(beats() - before).toBe(18);
    }
  });

  it('wakes by itself for every third one alone', async () => {
    const { time, channel } = listening({ answers: true });
    let wakes = 0;
    for (let word = 0; word < 30; word += 1) {
      channel.push('word');
      await time.advance(1);
      const nextMs = time.nextInMs() ?? 0;
      if (nextMs < beatMs) wakes += 1;
      await time.advance(beatMs - 1);
    }
    expect(wakes).toBe(10);
  });

  it('tells of a silence as soon as one that wakes with each beat, whenever that begins', async () => {
    for (let words = 1; words < 8; words += 1) {
      for (const everyMs of [100, 333, beatMs, 700]) {
        const { time, channel, silent } = listening({ answers: true });
        for (let word = 0; word < words; word += 1) {
          await time.advance(everyMs);
          channel.push('word');
        }
        await time.advance(2500);
        expect(silent).toEqual([]);
        await time.advance(20);
        expect(silent).toEqual([2500]);
      }
    }
  });

  it('takes no standstill of its own for silence, whenever it comes', async () => {
    for (let at = 0; at < 2000; at += 90) {
      const { time, channel, silent } = listening({ answers: true });
      channel.push('word');
      await time.advance(at);
      time.stall(60_000);
      channel.push('word');
      await time.advance(2400);
      expect(silent).toEqual([]);
    }
  });

  it('beats at half the rate where much is said, and goes on in a silence, which it tells of as soon', async () => {
    const { time, channel, silent, beats } = listening({ answers: true });
    for (let word = 0; word < 100; word += 1) {
      channel.push('word');
      await time.advance(100);
    }
    expect(beats()).toBeGreaterThanOrEqual(10);
    expect(beats()).toBeLessThanOrEqual(13);
    await time.advance(2400);
    expect(silent).toEqual([]);
    await time.advance(20);
    expect(silent).toEqual([2500]);
  });
});
