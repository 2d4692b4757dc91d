// Where the events of late are kept: a folder in state_dir with a file for each segment of the ring, and what a VRRP process
// had to say when its main process was gone (orphan-log.ts). A file that cannot be read is told, and counts as empty.
import { rmSync } from 'node:fs';
import type { Lane, Segment } from '../daemon/log/event-ring.ts';
import { lanes, ringLimits } from '../daemon/log/event-ring.ts';
import { createKeptEvents, type KeptEvents, type Past } from '../daemon/log/kept-events.ts';
import type { Journal } from '../journal/event.ts';
import { type EventRecord, parseRecord, parseRecordLine, timeOf } from '../journal/record.ts';
import { isRecord } from '../net/record.ts';
import { systemClock } from '../system/clock.ts';
import { readRegularNow } from '../system/files/open-regular.ts';
import { openStateFile, type StateFile, type UnreadableState } from '../system/files/state-file.ts';
import { eventsFolder, unheardBytesMax, unheardFile } from './unheard-file.ts';

/** @param journal told what is amiss with them. */
export function openEvents(stateDir: string, journal: Journal): KeptEvents {
  const onUnreadable = ({ file, reason, keptAs }: UnreadableState) =>
    journal({ event: 'state.unreadable', file, reason, ...(keptAs !== undefined && { kept_as: keptAs }) });
  const files = segmentFilesIn(stateDir, { keepsBad: true, onUnreadable });
  let hasUnheard = false;
  return createKeptEvents({
    ...{ clock: systemClock, journal },
    readPast: () => {
      const past = readPast(stateDir, files);
      hasUnheard = past.unheard.length > 0;
      return past;
    },
    write: async (lane, segment) =>
      files[lane][segment.number % ringLimits.segments]?.write(segment) ?? { ok: true, value: undefined },
    forgetUnheard: () => {
      if (hasUnheard) rmSync(unheardFile(stateDir), { force: true });
      hasUnheard = false;
    },
  });
}

type SegmentFiles = Readonly<Record<Lane, readonly StateFile<Segment>[]>>;
type Options = { readonly keepsBad?: true; readonly onUnreadable?: (unreadable: UnreadableState) => void };

function segmentFilesIn(stateDir: string, options: Options): SegmentFiles {
  const ofLane = (lane: Lane) =>
    Array.from({ length: ringLimits.segments }, (_, slot) =>
      openStateFile<Segment>(eventsFolder(stateDir), `${lane}-${slot}.json`, {
        ...options,
        parse: parseSegment,
        isOurs: (value) => parseSegment(value).kept.length > 0,
      }),
    );
  return { routers: ofLane('routers'), servers: ofLane('servers') };
}

function readPast(stateDir: string, files: SegmentFiles): Past {
  const read = (lane: Lane) => files[lane].map((file) => file.read()).filter(({ kept }) => kept.length > 0);
  const segments = { routers: read('routers'), servers: read('servers') };
  const told = lanes.flatMap((lane) =>
    segments[lane].flatMap(({ kept }) => kept.map(({ record }) => record)),
  );
  return { segments, unheard: readUnheard(stateDir).filter((record) => !isTold(record, told)) };
}

/** What an event of a kept file is: none of it where one is something else. */
function parseSegment(value: unknown): Segment {
  const none: Segment = { number: 0, kept: [] };
  if (!isRecord(value) || !Number.isSafeInteger(value.number) || !Array.isArray(value.kept)) return none;
  const kept = value.kept.flatMap((each: unknown) => {
    const record = isRecord(each) ? parseRecord(each.record) : undefined;
    return isRecord(each) && Number.isSafeInteger(each.seq) && record !== undefined
      ? [{ seq: each.seq as number, record }]
      : [];
  });
  return kept.length === value.kept.length ? { number: value.number as number, kept } : none;
}

function readUnheard(stateDir: string): readonly EventRecord[] {
  const read = readRegularNow(unheardFile(stateDir), { bytesMax: unheardBytesMax, noFollow: true });
  const lines = read.ok ? read.value.content.toString('utf8').split('\n') : [];
  return lines.flatMap((line) => parseRecordLine(line) ?? []);
}

/** Longer than a VRRP process takes its main process for alive. */
const soonMs = 10_000;

/** The VRRP process repeats what it is not sure of. */
const isTold = (record: EventRecord, told: readonly EventRecord[]): boolean =>
  told.some(
    (each) =>
      each.message === record.message &&
      Math.abs(timeOf(each) - timeOf(record)) < soonMs &&
      each.event === record.event,
  );
