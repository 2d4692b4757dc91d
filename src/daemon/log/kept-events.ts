// Keeps the events of late: in memory (event-ring.ts), and in segments on the disk, a moment after each came, so that the
// past is there after a restart and a crash loses no more than that moment. Tells who follows. A disk that is full or
// hangs is told once, tried again later, and keeps nobody waiting. What an earlier run has kept is read when it is first
// needed, after the start. Which files: compose/open-events.ts.
import type { Journal } from '../../journal/event.ts';
import { type EventRecord, flatRecord } from '../../journal/record.ts';
import type { LogRecord } from '../../model/log-record.ts';
import { ok, type Result } from '../../net/result.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  createEventRing,
  type EventRing,
  type Lane,
  type Place,
  type RingLimits,
  type Segment,
} from './event-ring.ts';

export type KeptEventsPorts = {
  readonly clock: Clock;
  readonly readPast: () => Past;
  readonly write: (lane: Lane, segment: Segment) => Promise<Result<void>>;
  /** What `unheard` was read from is not needed any more. */
  readonly forgetUnheard: () => void;
  readonly journal: Journal;
};

export type Past = {
  readonly segments: Readonly<Record<Lane, readonly Segment[]>>;
  /** What the VRRP process of an earlier run had to say when its main process was gone. */
  readonly unheard: readonly EventRecord[];
};

export type KeptEvents = {
  readonly keep: (record: LogRecord) => void;
  /** In their order. */
  readonly all: () => readonly EventRecord[];
  /** Told each from now on. @returns ends it. */
  readonly follow: (listener: (record: EventRecord) => void) => () => void;
  /** Resolves once all is on the disk, or cannot be, or after that time. */
  readonly close: (limitMs: number) => Promise<void>;
};

/** A flood of servers that fall is written now and then; the story of the routers, which is short, almost at once. */
const settleMs: Readonly<Record<Lane, number>> = { routers: 100, servers: 1000 };
const retryMs = 60_000;

export function createKeptEvents(ports: KeptEventsPorts, limits?: RingLimits): KeptEvents {
  const ring = createEventRing(limits);
  const followers = new Set<(record: EventRecord) => void>();
  const saver = createSaver(ports, ring);
  return {
    keep: (given) => {
      const record = flatRecord(given);
      saver.changed(ring.add(record));
      for (const listener of followers) listener(record);
    },
    all: () => {
      saver.load();
      return ring.all().map(({ record }) => record);
    },
    follow: (listener) => {
      followers.add(listener);
      return () => void followers.delete(listener);
    },
    close: (limitMs) => {
      const patience = new Promise<void>((resolve) => ports.clock.after(limitMs, resolve));
      return Promise.race([saver.close(), patience]);
    },
  };
}

/** Writes what has changed, one round after the other. */
function createSaver(ports: KeptEventsPorts, ring: EventRing) {
  let due = new Map<string, Place>();
  let [isLoaded, hasFailed] = [false, false];
  /** What is waited for, and how long. */
  let [cancel, settling]: [(() => void) | undefined, number] = [undefined, 0];
  let round: Promise<void> = Promise.resolve();

  function changed(place: Place): void {
    due.set(`${place.lane} ${place.number}`, place);
    // Before that the daemon starts, and has better to do than to read.
    const afterMs = isLoaded ? settleMs[place.lane] : settleMs.servers;
    if (cancel === undefined || (!hasFailed && afterMs < settling)) schedule(afterMs);
  }

  function load(): void {
    if (isLoaded) return;
    isLoaded = true;
    const { segments, unheard } = ports.readPast();
    due = new Map();
    for (const place of ring.precede(segments, unheard)) changed(place);
  }

  function schedule(afterMs: number): void {
    cancel?.();
    settling = afterMs;
    cancel = ports.clock.after(afterMs, () => {
      cancel = undefined;
      round = round.then(save);
    });
  }

  async function save(): Promise<void> {
    load();
    const now = due;
    due = new Map();
    for (const { lane, number } of now.values()) {
      const segment = ring.segment(lane, number);
      const written = segment === undefined ? ok(undefined) : await ports.write(lane, segment);
      if (written.ok) continue;
      due = new Map([...now, ...due]);
      return fail(written.error);
    }
    hasFailed = false;
    ports.forgetUnheard();
  }

  function fail(reason: string): void {
    // Once: what is told is kept as well, and would be told again.
    if (!hasFailed) ports.journal({ event: 'state.failed', reason });
    hasFailed = true;
    schedule(retryMs);
  }

  function close(): Promise<void> {
    cancel?.();
    round = round.then(save);
    return round;
  }
  return { load, changed, close };
}
