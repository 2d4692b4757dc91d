import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventRing, laneOf, lanes, ringLimits } from '../../../src/daemon/log/event-ring.ts';
import type { EventRecord } from '../../../src/journal/record.ts';

const limits = { segments: 3, eventsOfSegment: 4, bytesOfSegment: 2000 };
const aRecord = (event: string, at: number, more: Readonly<Record<string, unknown>> = {}): EventRecord => ({
  ...{ event, level: 'info', message: `${event} ${at}` },
  ...more,
  timestamp: new Date(at).toISOString(),
});
const messages = (ring: ReturnType<typeof createEventRing>) => ring.all().map(({ record }) => record.message);
const segmentsOf = (ring: ReturnType<typeof createEventRing>) => {
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  return Object.fromEntries(
    lanes.map((lane) => [lane, numbers.flatMap((number) => ring.segment(lane, number) ?? [])]),
  ) as Record<(typeof lanes)[number], NonNullable<ReturnType<typeof ring.segment>>[]>;
};

describe('the ring', () => {
  it('keeps the last ones of each lane, in the order in which they came', () => {
    const ring = createEventRing(limits);
    for (let at = 0; at < 40; at += 1) ring.add(aRecord(at % 10 === 0 ? 'vrrp.transition' : 'real.down', at));
    const told = messages(ring);
    // The routers' few are all there, although the servers' have come round.
    expect(told.filter((each) => each.startsWith('vrrp'))).toHaveLength(4);
    expect(told.filter((each) => each.startsWith('real')).length).toBeLessThanOrEqual(12);
    expect(told.at(-1)).toBe('real.down 39');
    const times = told.map((each) => Number(each.split(' ')[1]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('is bounded by number and bytes whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ real: fc.boolean(), size: fc.nat(20_000), items: fc.nat(300) }), {
          maxLength: 120,
        }),
        (all) => {
          const ring = createEventRing(limits);
          for (const [at, { real, size, items }] of all.entries()) {
            const more = {
              text: 'x'.repeat(size),
              items: Array.from({ length: items }, () => 'y'.repeat(50)),
            };
            ring.add(aRecord(real ? 'real.down' : 'vip.added', at, more));
          }
          const kept = ring.all();
          expect(kept.length).toBeLessThanOrEqual(2 * 12);
          const bytes = kept.map(({ record }) => JSON.stringify(record).length);
          // A segment may hold one that is larger than it is.
          for (const each of bytes) expect(each).toBeLessThanOrEqual(8192);
          expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2 * 3 * 8192);
          if (all.length > 0) expect(kept.at(-1)?.record.message).toMatch(` ${all.length - 1}`);
        },
      ),
    );
  });

  it('takes a past before what came meanwhile, and says what has to be written for it', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.nat(8),
        fc.nat(5),
        fc.infiniteStream(fc.boolean()),
        (past, present, unheard, isReal) => {
          let at = 0;
          const next = () => {
            at += 1;
            return aRecord(isReal.next().value ? 'real.down' : 'vrrp.transition', at);
          };
          const first = createEventRing(limits);
          for (let n = 0; n < past; n += 1) first.add(next());
          const orphans = Array.from({ length: unheard }, next);
          const second = createEventRing(limits);
          const written = new Map<string, unknown>();
          const both = [...first.all().map(({ record }) => record), ...orphans];
          for (let n = 0; n < present; n += 1) {
            const record = next();
            both.push(record);
            second.add(record);
          }
          const places = second.precede(segmentsOf(first), orphans);
          // What a further run reads: the files as they were, with those that were said to have changed.
          for (const { lane, number } of places)
            written.set(`${lane} ${number % limits.segments}`, second.segment(lane, number));
          const onDisk = (lane: (typeof lanes)[number]) => {
            const slots = new Map(
              segmentsOf(first)[lane].map((each) => [each.number % limits.segments, each]),
            );
            for (const [key, segment] of written) {
              const [of = '', slot] = key.split(' ');
              if (of === lane)
                slots.set(Number(slot), segment as NonNullable<ReturnType<typeof second.segment>>);
            }
            return [...slots.values()];
          };
          const third = createEventRing(limits);
          third.precede({ routers: onDisk('routers'), servers: onDisk('servers') }, []);
          const last = messages(third);
          expect(last).toEqual(messages(second));
          const texts = both.map(({ message }) => message);
          // In their order, and from each lane only the oldest are gone.
          expect(texts.filter((each) => last.includes(each))).toEqual(last);
          for (const lane of lanes) {
            const ofLane = both.filter((each) => laneOf(each) === lane).map(({ message }) => message);
            const keptOf = ofLane.filter((each) => last.includes(each));
            expect(ofLane.slice(-keptOf.length || ofLane.length)).toEqual(keptOf);
            expect(keptOf.length).toBeGreaterThanOrEqual(Math.min(ofLane.length, 9));
          }
        },
      ),
    );
  });

  it('shortens what is too long for it, and keeps what tells', () => {
    const ring = createEventRing();
    const problems = Array.from(
      { length: 1000 },
      (_, n) => `/etc/x.yaml:${n}:1: Cannot read: expected y, got z`,
    );
    ring.add(aRecord('daemon.reload_rejected', 1, { config: '/etc/x.yaml', problems }));
    const [kept] = ring.all();
    expect(kept?.record).toMatchObject({ event: 'daemon.reload_rejected', config: '/etc/x.yaml' });
    expect(kept?.record.problems).toEqual([...problems.slice(0, 20), '980 more']);
  });

  it('has place for some thousand events', () => {
    expect(ringLimits.segments * ringLimits.eventsOfSegment).toBeGreaterThanOrEqual(2000);
  });
});
