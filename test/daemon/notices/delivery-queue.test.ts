// In which order notices go out, how often and for how long they are tried, how many may wait, what a stop waits for, and that
// all that is lost is told.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Attempt, DeliveryLimits } from '../../../src/daemon/notices/delivery.ts';
import { createDeliveryQueue, type DeliveryQueue } from '../../../src/daemon/notices/delivery-queue.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

const delivered: Attempt = { kind: 'delivered' };
const refused: Attempt = { kind: 'refused', reason: '550 no' };
const failed: Attempt = { kind: 'failed', reason: 'ECONNREFUSED' };

let time: VirtualTime;
let told: JournalEvent[];
/** What was tried, in order, with the time in seconds. */
let tried: string[];
let begun: number;

const seconds = () => Math.round((time.now() - begun) / 1e6);

function open(limits: Partial<DeliveryLimits> = {}): DeliveryQueue {
  time = createVirtualTime();
  begun = time.now();
  [told, tried] = [[], []];
  return createDeliveryQueue({
    ...{ clock: time, sink: 'mail', limits },
    journal: (event) => void told.push(event),
  });
}

type Answer = Attempt | 'silent' | 'throws';

/** @param answers one a try; the last of them is every further one's. */
function add(queue: DeliveryQueue, about: string, answers: readonly Answer[], bytes = 10): void {
  let next = 0;
  queue.add({
    about,
    bytes,
    deliver: () => {
      tried.push(`${about}@${seconds()}`);
      const answer = answers[Math.min(next, answers.length - 1)] ?? delivered;
      next += 1;
      if (answer === 'silent') return new Promise(() => {});
      if (answer === 'throws') throw new Error('broke');
      return Promise.resolve(answer);
    },
  });
}

const lost = () =>
  told.flatMap((event) => (event.event === 'notice.lost' ? [`${event.notices} ${event.reason}`] : []));
const failures = () =>
  told.flatMap((event) =>
    event.event === 'notice.failed' ? [`${event.about}: ${event.reason} ${event.retry_s ?? 'given up'}`] : [],
  );

let queue: DeliveryQueue;
beforeEach(() => {
  queue = open();
});

describe('notices', () => {
  it('go out in order, and never before whoever made them has gone on', async () => {
    for (const about of ['a', 'b', 'c']) add(queue, about, [delivered]);
    expect(tried).toEqual([]);
    await time.advance(0);
    expect(tried).toEqual(['a@0', 'b@0', 'c@0']);
    expect(queue.status()).toEqual({ sink: 'mail', waiting: 0, delivered: 3, lost: 0 });
    expect(told).toEqual([]);
  });

  it('are tried again after 1, 2, 4 ... seconds while nobody takes them, and hold up those behind them', async () => {
    add(queue, 'a', [failed, 'throws', failed, delivered]);
    add(queue, 'b', [delivered]);
    await time.advance(3_500);
    expect(queue.status()).toMatchObject({ waiting: 2, failure: 'ECONNREFUSED' });
    await time.advance(60_000);
    expect(tried).toEqual(['a@0', 'a@1', 'a@3', 'a@7', 'b@7']);
    expect(failures()).toEqual(['a: ECONNREFUSED 1', 'a: Error: broke 2', 'a: ECONNREFUSED 4']);
    expect(queue.status()).toEqual({ sink: 'mail', waiting: 0, delivered: 2, lost: 0 });
  });

  it('wait as long as the other side asks for', async () => {
    add(queue, 'a', [{ ...failed, retryAfterMs: 120_000 }, delivered]);
    await time.advance(300_000);
    expect(tried).toEqual(['a@0', 'a@120']);
  });

  it('that are refused are told, not tried again, and hold up nobody', async () => {
    add(queue, 'a', [refused]);
    add(queue, 'b', [delivered]);
    await time.advance(600_000);
    expect(tried).toEqual(['a@0', 'b@0']);
    expect(failures()).toEqual(['a: 550 no given up']);
    expect(lost()).toEqual(['1 refused']);
  });

  it('that get no answer are ended by their limit', async () => {
    add(queue, 'a', ['silent', delivered]);
    await time.advance(40_000);
    expect(tried).toEqual(['a@0', 'a@31']);
    expect(failures()).toEqual(['a: no answer within 30 s 1']);
  });

  it('are given up after an hour, all that are as old at once', async () => {
    for (const about of ['a', 'b', 'c']) add(queue, about, [failed]);
    await time.advance(4_000_000);
    expect(queue.status()).toMatchObject({ waiting: 0, lost: 3 });
    expect(told.filter(({ event }) => event === 'notice.failed').length).toBeLessThan(80);
    await time.advance(60_000);
    expect(lost()).toEqual(['1 nobody took them in time', '2 nobody took them in time']);
  });
});

describe('what waits', () => {
  it('is bounded by count: the oldest are left out, but for the one that is tried', async () => {
    queue = open({ countMax: 3 });
    for (const about of ['a', 'b', 'c', 'd', 'e']) add(queue, about, [delivered]);
    await time.advance(0);
    // The one that is tried and three behind it.
    expect(tried).toEqual(['a@0', 'c@0', 'd@0', 'e@0']);
    expect(lost()).toEqual(['1 too many waited']);
  });

  it('is bounded by bytes', async () => {
    queue = open({ bytesMax: 100 });
    for (const about of ['a', 'b', 'c', 'd']) add(queue, about, [delivered], 60);
    await time.advance(0);
    expect(tried).toEqual(['a@0', 'd@0']);
  });

  it('and is lost is told once a minute, with the count', async () => {
    queue = open({ countMax: 1 });
    for (let n = 0; n < 5000; n += 1) add(queue, `n${n}`, [failed]);
    await time.advance(60_000);
    expect(lost()).toEqual(['1 too many waited', '4997 too many waited']);
  });
});

describe('a stop', () => {
  it('waits for what goes out', async () => {
    add(queue, 'a', [delivered]);
    let isOver = false;
    void queue.drained(5000).then(() => {
      isOver = true;
    });
    await time.advance(0);
    expect([isOver, tried]).toEqual([true, ['a@0']]);
    expect(time.waiting()).toBe(0);
  });

  it('does not wait for the next try, makes one at once, and gives up what nobody takes', async () => {
    for (const about of ['a', 'b']) add(queue, about, [failed]);
    await time.advance(20_000);
    tried = [];
    let isOver = false;
    void queue.drained(5000).then(() => {
      isOver = true;
    });
    await time.advance(0);
    expect([isOver, tried]).toEqual([true, ['a@20']]);
    expect(lost()).toEqual(['1 the daemon ended', '1 the daemon ended']);
    expect(time.waiting()).toBe(0);
  });

  it('ends by its bound', async () => {
    add(queue, 'a', ['silent']);
    let isOver = false;
    void queue.drained(5000).then(() => {
      isOver = true;
    });
    await time.advance(4999);
    expect(isOver).toBe(false);
    await time.advance(1);
    expect([isOver, lost()]).toEqual([true, ['1 the daemon ended']]);
  });
});

it('whatever happens, each notice is delivered once, or lost and told, and no more are tried at once than one', async () => {
  const answer = fc.constantFrom<Answer>(delivered, refused, failed, 'silent', 'throws');
  const notice = fc.record({
    after: fc.nat(50_000),
    answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(notice, { maxLength: 25 }), fc.nat(200_000), async (notices, stopAfter) => {
      queue = open({ countMax: 5, attemptMs: 3000, deadlineMs: 60_000 });
      for (const [index, { after, answers }] of notices.entries()) {
        await time.advance(after);
        add(queue, `n${index}`, answers);
      }
      await time.advance(stopAfter);
      const stopped = queue.drained(5000);
      await time.advance(5000);
      await stopped;
      const counted = told.reduce(
        (sum, event) => sum + (event.event === 'notice.lost' ? event.notices : 0),
        0,
      );
      const status = queue.status();
      expect(status).toMatchObject({ waiting: 0, lost: counted });
      expect(status.delivered + status.lost).toBe(notices.length);
    }),
    { numRuns: 100 },
  );
});
