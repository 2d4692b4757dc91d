import { expect, it } from 'vitest';
import { createFairQueue } from '../../../src/probes/match/fair-queue.ts';

const queueOf = (...keys: string[]) => {
  const queue = createFairQueue<{ readonly key: string; readonly nth: number }>();
  for (const [nth, key] of keys.entries()) queue.add({ key, nth });
  return queue;
};

it('lets whoever has not had a turn go before who has, and else who came first', () => {
  const queue = queueOf('a', 'a', 'a', 'b', 'c', 'c');
  const order = Array.from({ length: 7 }, () => queue.take()?.nth);
  expect(order).toEqual([0, 3, 4, 1, 5, 2, undefined]);
});

it('forgets the turns when nobody waits any more', () => {
  const queue = queueOf('a');
  queue.take();
  queue.add({ key: 'a', nth: 1 });
  queue.add({ key: 'b', nth: 2 });
  expect(queue.take()?.nth).toBe(1);
});

it('does not take what was dropped', () => {
  const queue = queueOf('a');
  const dropped = { key: 'b', nth: 1 };
  queue.add(dropped);
  queue.drop(dropped);
  expect([queue.take()?.nth, queue.take()]).toEqual([0, undefined]);
});
