import { describe, expect, it } from 'vitest';
import { recordOf } from '../../../src/daemon/log/event-line.ts';
import type { Lane, Segment } from '../../../src/daemon/log/event-ring.ts';
import { createKeptEvents, type KeptEventsPorts } from '../../../src/daemon/log/kept-events.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { err, ok, type Result } from '../../../src/net/result.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const record = (event: JournalEvent) =>
  recordOf(event, { timestamp: '2026-03-01T14:00:00.000Z', bsdTime: '' });
const stopped = (uptime_s: number) => record({ event: 'daemon.stopped', uptime_s });

function world(disk = new Map<string, { lane: Lane; segment: Segment }>()) {
  const clock = createVirtualTime();
  const writes: string[] = [];
  const told: JournalEvent[] = [];
  let outcome: Result<void> = ok(undefined);
  let reads = 0;
  const of = (lane: Lane) =>
    [...disk.values()].filter((each) => each.lane === lane).map(({ segment }) => segment);
  const ports: KeptEventsPorts = {
    clock,
    readPast: () => {
      reads += 1;
      return { segments: { routers: of('routers'), servers: of('servers') }, unheard: [] };
    },
    write: async (lane, segment) => {
      writes.push(`${lane} ${segment.number}`);
      if (outcome.ok) disk.set(`${lane} ${segment.number}`, JSON.parse(JSON.stringify({ lane, segment })));
      return outcome;
    },
    forgetUnheard: () => {},
    journal: (event) => {
      told.push(event);
      events.keep(record(event));
    },
  };
  const events = createKeptEvents(ports);
  return {
    clock,
    events,
    disk,
    writes,
    told,
    reads: () => reads,
    fail: (next: Result<void>) => (outcome = next),
  };
}
const messages = (events: ReturnType<typeof createKeptEvents>) => events.all().map(({ message }) => message);
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the events of late', () => {
  it('are written a moment after they came, many at once, and are there after a crash', async () => {
    const first = world();
    for (let n = 0; n < 50; n += 1) first.events.keep(stopped(n));
    expect({ writes: first.writes, reads: first.reads() }).toEqual({ writes: [], reads: 0 });
    await first.clock.advance(1000);
    await settle();
    expect(first.writes).toEqual(['routers 0']);
    const second = world(first.disk);
    second.events.keep(stopped(50));
    expect(messages(second.events)).toHaveLength(51);
    expect(messages(second.events).at(-1)).toBe('stopped after 50 s');
  });

  it('are written at a close, and a disk that hangs is not waited for', async () => {
    const { events, writes, clock } = world();
    events.keep(stopped(1));
    await events.close(1000);
    expect(writes).toEqual(['routers 0']);
    const never = createKeptEvents({
      ...{ clock, forgetUnheard: () => {}, journal: () => {} },
      readPast: () => ({ segments: { routers: [], servers: [] }, unheard: [] }),
      write: () => new Promise(() => {}),
    });
    never.keep(stopped(1));
    let closed = false;
    void never.close(1000).then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    await clock.advance(1000);
    await settle();
    expect(closed).toBe(true);
  });

  it('that cannot be written are told of once, tried again a minute later, and lost nothing', async () => {
    const { events, writes, clock, told, fail, disk } = world();
    fail(err('Cannot keep /x: expected a folder and a disk to write to, got ENOSPC'));
    events.keep(stopped(1));
    for (let seconds = 0; seconds < 200; seconds += 1) {
      events.keep(record({ event: 'real.down', service: 's', real: 'r', detail: 'd', failures: seconds }));
      await clock.advance(1000);
      await settle();
    }
    expect(told).toEqual([expect.objectContaining({ event: 'state.failed' })]);
    expect(writes.length).toBeLessThanOrEqual(5);
    fail(ok(undefined));
    await clock.advance(60_000);
    await settle();
    expect([...disk.keys()]).toEqual(['routers 0', 'servers 0']);
    expect(messages(world(disk).events)).toEqual(messages(events));
  });

  it('are told to who follows, from then on and until the end', () => {
    const { events } = world();
    const heard: string[] = [];
    events.keep(stopped(1));
    const end = events.follow(({ message }) => heard.push(message));
    events.keep(stopped(2));
    end();
    events.keep(stopped(3));
    expect(heard).toEqual(['stopped after 2 s']);
  });
});

describe('the story of the routers', () => {
  it('is written almost at once, also where servers wait to be, but not in the middle of a start', async () => {
    const { events, clock, writes } = world();
    events.keep(stopped(1));
    await clock.advance(900);
    expect(writes).toEqual([]);
    await clock.advance(100);
    expect(writes).toEqual(['routers 0']);
    // What the start read may have to be written.
    await clock.advance(200);
    writes.length = 0;
    events.keep(record({ event: 'service.empty', service: 's' }));
    await clock.advance(200);
    expect(writes).toEqual([]);
    events.keep(stopped(2));
    await clock.advance(100);
    expect([...writes].sort()).toEqual(['routers 0', 'servers 0']);
  });
});
