// A place that is slow, full or gone: nobody waits, what fits is kept and comes later, what does not is counted.
import { beforeEach, describe, expect, it } from 'vitest';
import { createQueuedSink } from '../../../src/daemon/log/queued-sink.ts';
import type { LogRecord } from '../../../src/model/log-record.ts';
import type { RecordSink } from '../../../src/ports/log-sink.ts';
import { someTime } from '../../make/log-ports.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

const recordOf = (message: string): LogRecord => ({
  ...someTime,
  ...{ event: 'daemon.ready', level: 'info', message, fields: {} },
});

let clock: VirtualTime;
let taken: string[];
let told: string[];
/** How many lines it takes at once; or why it takes none. */
let place: number | Error;
let closed: boolean;
let leftOut: number;
beforeEach(() => {
  [clock, taken, told, place, closed] = [createVirtualTime(), [], [], Number.POSITIVE_INFINITY, false];
  leftOut = 0;
});

const transport = {
  send: async (lines: readonly Uint8Array[]) => {
    if (place instanceof Error) throw place;
    const some = lines.slice(0, place);
    taken.push(...some.map((line) => Buffer.from(line).toString()));
    return some.length;
  },
  close: () => {
    closed = true;
  },
};

function open(more: Partial<Parameters<typeof createQueuedSink>[0]> = {}): RecordSink {
  const sink = createQueuedSink({
    ...{ clock, transport, encode: ({ message }) => Buffer.from(message) },
    troubles: {
      onFailed: (error) => {
        told.push(error.message);
        sink.write(recordOf(`failed: ${error.message}`));
      },
      onLeftOut: () => {
        leftOut += 1;
      },
      onLost: (lines) => {
        told.push(`lost ${lines}`);
        sink.write(recordOf(`lost ${lines}`));
      },
    },
    ...more,
  });
  return sink;
}

const writeMany = (sink: RecordSink, count: number, from = 0) => {
  for (let index = from; index < from + count; index++) sink.write(recordOf(`${index}`));
};
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `${from + index}`);

describe('a sink with a queue', () => {
  it('hands over every line in order', async () => {
    const sink = open();
    writeMany(sink, 1000);
    await clock.advance(0);
    expect(taken).toEqual(numbers(1000));
  });

  it('keeps what a reader without room does not take, and hands it over when there is', async () => {
    const sink = open();
    place = 0;
    writeMany(sink, 10);
    await clock.advance(5000);
    expect(taken).toEqual([]);
    place = 3;
    await clock.advance(1000);
    expect(taken).toEqual(numbers(10));
    expect(told).toEqual([]);
  });

  it('tells once of a place that is gone, tries again ever more seldom, and loses nothing that fits', async () => {
    const sink = open();
    place = new Error('gone');
    writeMany(sink, 3);
    await clock.advance(0);
    expect(clock.nextInMs()).toBe(1000);
    await clock.advance(3000);
    expect(clock.nextInMs()).toBe(4000);
    await clock.advance(3_600_000);
    expect(told).toEqual(['gone']);
    expect(clock.nextInMs()).toBeLessThanOrEqual(60_000);
    place = Number.POSITIVE_INFINITY;
    await clock.advance(60_000);
    expect(taken).toEqual(['0', '1', '2', 'failed: gone']);
  });

  it('tells of another reason, and of the same once it was well for a minute', async () => {
    const sink = open();
    place = new Error('gone');
    writeMany(sink, 1);
    await clock.advance(0);
    place = new Error('full');
    await clock.advance(60_000);
    place = Number.POSITIVE_INFINITY;
    await clock.advance(60_000);
    place = new Error('full');
    writeMany(sink, 1);
    await clock.advance(60_000);
    expect(told).toEqual(['gone', 'full']);
    place = Number.POSITIVE_INFINITY;
    await clock.advance(200_000);
    place = new Error('full');
    writeMany(sink, 1);
    await clock.advance(0);
    expect(told).toEqual(['gone', 'full', 'full']);
  });

  it('does not tell for ever of a place that takes each first line and refuses the next', async () => {
    let count = 0;
    const flaky = {
      ...transport,
      send: async () => {
        count += 1;
        if (count % 2 === 0) throw new Error('refused');
        return 1;
      },
    };
    const sink = open({ transport: flaky });
    writeMany(sink, 5);
    await clock.advance(3_600_000);
    expect(told).toEqual(['refused']);
  });

  it('counts what it has no room for, keeps the beginning, and tells the gap in its place', async () => {
    const sink = open();
    place = new Error('gone');
    writeMany(sink, 10_100);
    await clock.advance(3_600_000);
    // At once, whether or not it is ever well again.
    expect(leftOut).toBe(101);
    place = Number.POSITIVE_INFINITY;
    await clock.advance(60_000);
    expect(taken.slice(0, 10_000)).toEqual(numbers(10_000));
    expect(taken.slice(10_000)).toEqual(['lost 101']);
  });

  it('has no line out of its place: behind a gap nothing is kept until the gap is told', async () => {
    const sink = open();
    place = 0;
    writeMany(sink, 10_001);
    place = 10;
    await clock.advance(0);
    await clock.advance(60);
    place = 0;
    await clock.advance(60);
    expect(taken.length).toBeLessThan(5000);
    writeMany(sink, 1, 20_000);
    place = Number.POSITIVE_INFINITY;
    await clock.advance(1000);
    expect(taken.slice(9999)).toEqual(['9999', 'lost 2']);
  });

  it('leaves out, and counts, a line that is too long for the place, and goes on', async () => {
    const narrow = {
      ...transport,
      send: async (lines: readonly Uint8Array[]) => {
        if (lines[0]?.length === 2) throw Object.assign(new Error('send: EMSGSIZE'), { code: 'EMSGSIZE' });
        return transport.send(lines.slice(0, 1));
      },
    };
    const sink = open({ transport: narrow });
    writeMany(sink, 3, 9);
    await clock.advance(1000);
    expect(taken).toEqual(['9', 'lost 1', 'lost 1']);
  });

  it('has room for so many bytes', async () => {
    const sink = open({ encode: ({ message }) => Buffer.alloc(1024 * 1024, message) });
    place = 0;
    writeMany(sink, 6);
    place = 1;
    await clock.advance(1000);
    expect(taken).toHaveLength(5);
    expect(told).toEqual(['lost 2']);
  });

  it('hands all back where there is another way, and goes on', async () => {
    const elsewhere: string[] = [];
    const sink = open({ handBack: (records) => elsewhere.push(...records.map(({ message }) => message)) });
    place = new Error('gone');
    writeMany(sink, 3);
    await clock.advance(0);
    expect(elsewhere).toEqual(['0', '1', '2', 'failed: gone']);
    place = Number.POSITIVE_INFINITY;
    sink.write(recordOf('back'));
    await clock.advance(0);
    expect(taken).toEqual(['back']);
  });
});

describe('the end of a sink', () => {
  it('waits for what is queued, and closes the place', async () => {
    const sink = open();
    writeMany(sink, 200);
    await sink.close();
    expect(taken).toHaveLength(200);
    expect(closed).toBe(true);
    expect(clock.waiting()).toBe(0);
  });

  it.each([
    ['has no room', () => 0, ['lost 3']],
    ['is gone', () => new Error('gone'), ['gone', 'lost 4']],
  ])('waits two seconds at most for a place that %s, and counts what is left', async (_, state, words) => {
    const sink = open();
    place = state();
    writeMany(sink, 3);
    await clock.advance(0);
    const ended = sink.close();
    await clock.advance(2000);
    await ended;
    expect(told).toEqual(words);
    expect(clock.waiting()).toBe(0);
  });

  it('does not wait for a place that never answers', async () => {
    const sink = open({ transport: { ...transport, send: () => new Promise(() => {}) } });
    writeMany(sink, 3);
    const ended = sink.close();
    await clock.advance(2000);
    await ended;
    expect(told).toEqual(['lost 3']);
  });
});
