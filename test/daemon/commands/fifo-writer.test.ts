// Lines to one FIFO whose reader comes and goes: in their order, whole, counted where they are lost, and nobody waits.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFifoWriter, type FifoWriter } from '../../../src/daemon/commands/fifo-writer.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { err, ok } from '../../../src/net/result.ts';
import type { FifoWrite, OpenFifo } from '../../../src/ports/fifo.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

let clock: VirtualTime;
let events: JournalEvent[];
let taken: string[];
/** What the pipe says to each line, and whether it is there at all. */
let answer: FifoWrite;
let refusal: string | undefined;
let isGone: boolean;
let opened: number;
let closed: number;

const openFifo: OpenFifo = () => {
  if (refusal !== undefined) return err(refusal);
  opened += 1;
  isGone = false;
  const write = (line: string) => {
    if (answer === 'written') taken.push(line);
    return answer;
  };
  const close = () => {
    closed += 1;
  };
  return ok({ fifo: { write, unread: () => 60, isGone: () => isGone, close } });
};

function create(): FifoWriter {
  clock = createVirtualTime();
  [events, taken, answer, refusal, isGone, opened, closed] = [[], [], 'written', undefined, false, 0, 0];
  const journal = (event: JournalEvent) => void events.push(event);
  return createFifoWriter('/run/fifo', undefined, { clock, journal, openFifo });
}
let writer: FifoWriter;
beforeEach(() => {
  writer = create();
});

const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => `${from + i}\n`);
const lost = () => events.flatMap((event) => (event.event === 'fifo.lost' ? [event.lines] : []));

describe('a FIFO', () => {
  it('says how many lines it took, wait and were lost, and what nobody has read', async () => {
    writer.open();
    expect(writer.status()).toEqual({ written: 0, waiting: 0, lost: 0, unreadBytes: 60 });
    writer.write('a\n');
    await clock.advance(0);
    answer = 'full';
    for (const line of lines(0, 10_002)) writer.write(line);
    await clock.advance(60_000);
    expect(writer.status()).toEqual({ written: 1, waiting: 10_000, lost: 2, unreadBytes: 60 });
    answer = { failed: 'EIO' };
    refusal = 'expected a FIFO, got a file';
    await clock.advance(60_000);
    expect(writer.status()).toMatchObject({ failure: refusal });
    expect(writer.status().unreadBytes).toBe(undefined);
  });

  it('gets nothing before who has something to say has said it', async () => {
    writer.write('a\n');
    expect(taken).toEqual([]);
    await clock.advance(0);
    expect(taken).toEqual(['a\n']);
  });

  it('that is full gets its lines when there is room again, in their order', async () => {
    answer = 'full';
    for (const line of lines(0, 5)) writer.write(line);
    await clock.advance(60_000);
    writer.write('5\n');
    answer = 'written';
    await clock.advance(2000);
    expect(taken).toEqual(lines(0, 6));
    expect(events).toEqual([]);
  });

  it('keeps the newest lines, counts the others, and says so at once and then once a minute', async () => {
    answer = 'full';
    for (const line of lines(0, 10_300)) writer.write(line);
    expect(lost()).toEqual([1]);
    await clock.advance(60_000);
    expect(lost()).toEqual([1, 299]);
    answer = 'written';
    await clock.advance(2000);
    expect(taken).toEqual(lines(300, 10_000));
  });

  it('that cannot be opened is told of once a reason, tried again, and loses nothing', async () => {
    refusal = 'expected a FIFO, got a regular file';
    writer.open();
    writer.write('a\n');
    await clock.advance(30_000);
    refusal = 'another';
    await clock.advance(5000);
    refusal = undefined;
    await clock.advance(2000);
    expect(events).toEqual([
      { event: 'fifo.failed', fifo: '/run/fifo', reason: 'expected a FIFO, got a regular file' },
      { event: 'fifo.failed', fifo: '/run/fifo', reason: 'another' },
    ]);
    expect(taken).toEqual(['a\n']);
  });

  it('that was taken away is made anew, and it is told', async () => {
    writer.open();
    isGone = true;
    writer.write('a\n');
    await clock.advance(0);
    expect([opened, closed, taken]).toEqual([2, 1, ['a\n']]);
    expect(events).toMatchObject([{ event: 'fifo.failed', reason: expect.stringContaining('taken away') }]);
  });

  it('that fails is opened again', async () => {
    answer = { failed: 'EIO' };
    writer.write('a\n');
    await clock.advance(0);
    answer = 'written';
    await clock.advance(100);
    expect(taken).toEqual(['a\n']);
    expect(events).toMatchObject([{ event: 'fifo.failed', reason: 'expected to write, got EIO' }]);
  });

  it('is closed when all is written', async () => {
    answer = 'full';
    writer.open();
    writer.write('a\n');
    let done = false;
    void writer.close(5000).then(() => {
      done = true;
    });
    await clock.advance(1000);
    expect([done, closed]).toEqual([false, 0]);
    answer = 'written';
    await clock.advance(1000);
    expect([done, closed, taken, events]).toEqual([true, 1, ['a\n'], []]);
    expect(clock.waiting()).toBe(0);
  });

  it('is closed after its time, and what is left is lost and told', async () => {
    answer = 'full';
    writer.open();
    for (const line of lines(0, 3)) writer.write(line);
    const closing = writer.close(5000);
    await clock.advance(5000);
    await closing;
    expect([lost(), closed, clock.waiting()]).toEqual([[3], 1, 0]);
  });

  it('gives its reader what was written, in order and once, or counts it', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.nat({ max: 6000 }).map((count) => ({ count })) },
      fc.constantFrom<FifoWrite>('full', 'written', { failed: 'EPIPE' }).map((becomes) => ({ becomes })),
      fc.nat({ max: 5000 }).map((ms) => ({ ms })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const one = create();
        let written = 0;
        for (const each of steps) {
          if ('becomes' in each) answer = each.becomes;
          else if ('ms' in each) await clock.advance(each.ms);
          else {
            for (const line of lines(written, each.count)) one.write(line);
            written += each.count;
          }
        }
        const closing = one.close(1000);
        await clock.advance(1000);
        await closing;
        const numbers = taken.map(Number);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        expect(numbers.length + lost().reduce((sum, each) => sum + each, 0)).toBe(written);
      }),
      { numRuns: 50 },
    );
  });
});
