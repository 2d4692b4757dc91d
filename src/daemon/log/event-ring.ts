// The events of late, in memory, by number and bytes: what `events` and `report` tell. In two lanes, so that ten thousand
// servers that fall do not push out the story of the routers; each lane in segments, so that what is kept on the disk
// (kept-events.ts) is written a segment at a time. Pure; floods from outside are limited before (journal-limit.ts).
import type { EventRecord } from '../../journal/record.ts';

/** The n-th event of this director, counted over restarts. */
export type Kept = { readonly seq: number; readonly record: EventRecord };

export type Segment = {
  /** Of its lane, counted over restarts. */
  readonly number: number;
  readonly kept: readonly Kept[];
};

export const lanes = ['routers', 'servers'] as const;
export type Lane = (typeof lanes)[number];

export type RingLimits = {
  readonly segments: number;
  readonly eventsOfSegment: number;
  readonly bytesOfSegment: number;
};
/** Of each lane: 2048 events, 512 KB. */
export const ringLimits: RingLimits = { segments: 8, eventsOfSegment: 256, bytesOfSegment: 64 * 1024 };

/** Which segment an event came into. */
export type Place = { readonly lane: Lane; readonly number: number };

export type EventRing = {
  readonly add: (record: EventRecord) => Place;
  /** What an earlier run has kept, and what nobody heard of it, comes before all that was added. @returns where those are now. */
  readonly precede: (
    past: Readonly<Record<Lane, readonly Segment[]>>,
    unheard: readonly EventRecord[],
  ) => readonly Place[];
  /** In the order in which they came. */
  readonly all: () => readonly Kept[];
  /** Undefined where it is gone. */
  readonly segment: (lane: Lane, number: number) => Segment | undefined;
};

type OpenSegment = Segment & { readonly kept: Kept[]; bytes: number };

const ofServers = /^(?:real|service|checks|ipvs|marks|name|servers)\./;

export const laneOf = ({ event }: Pick<EventRecord, 'event'>): Lane =>
  ofServers.test(event) ? 'servers' : 'routers';

export function createEventRing(limits: RingLimits = ringLimits): EventRing {
  let next = 0;
  let kept: Record<Lane, OpenSegment[]> = { routers: [], servers: [] };

  function put(lane: Lane, each: Kept): number {
    const segments = kept[lane];
    const bytes = Buffer.byteLength(JSON.stringify(each.record));
    let last = segments.at(-1);
    const isFull =
      (last?.kept.length ?? 0) >= limits.eventsOfSegment ||
      (last?.bytes ?? 0) + bytes > limits.bytesOfSegment;
    if (last === undefined || (isFull && last.kept.length > 0)) {
      last = { number: (last?.number ?? -1) + 1, kept: [], bytes: 0 };
      segments.push(last);
      if (segments.length > limits.segments) segments.shift();
    }
    last.kept.push(each);
    last.bytes += bytes;
    return last.number;
  }

  const add: EventRing['add'] = (given) => {
    const record = bounded(given);
    const lane = laneOf(record);
    const number = put(lane, { seq: next, record });
    next += 1;
    return { lane, number };
  };

  const all = () =>
    lanes.flatMap((lane) => kept[lane].flatMap((segment) => segment.kept)).sort((a, b) => a.seq - b.seq);

  return {
    add,
    all,
    precede: (past, unheard) => {
      const present = all();
      kept = { routers: opened(past.routers, limits), servers: opened(past.servers, limits) };
      next = Math.max(-1, ...all().map(({ seq }) => seq)) + 1;
      return [...unheard, ...present.map(({ record }) => record)].map(add);
    },
    segment: (lane, number) => kept[lane].find((each) => each.number === number),
  };
}

/** The last ones, each once, in their order; the last of all goes on where it is not full. */
function opened(past: readonly Segment[], { segments }: RingLimits): OpenSegment[] {
  const sorted = [...past].sort((a, b) => a.number - b.number);
  return sorted.slice(-segments).map(({ number, kept }) => ({
    ...{ number, kept: [...kept] },
    bytes: kept.reduce((sum, { record }) => sum + Buffer.byteLength(JSON.stringify(record)), 0),
  }));
}

const recordBytesMax = 8192;
const itemsMax = 20;

/** A file with a hundred problems is told in the log; here its first ones are enough. */
function bounded(record: EventRecord): EventRecord {
  if (JSON.stringify(record).length <= recordBytesMax) return record;
  const entries = Object.entries(record).map(([key, value]) => {
    if (!Array.isArray(value) || value.length <= itemsMax) return [key, value] as const;
    return [key, [...value.slice(0, itemsMax), `${value.length - itemsMax} more`]] as const;
  });
  const shorter = Object.fromEntries(entries) as EventRecord;
  if (JSON.stringify(shorter).length <= recordBytesMax) return shorter;
  const { event, level, message, timestamp } = record;
  return { event, level, message: message.slice(0, 4096), timestamp };
}
