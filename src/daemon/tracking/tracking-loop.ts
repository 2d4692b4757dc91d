// What the main process tracks for the virtual routers: which scripts, files, processes and virtual services any of
// them refers to, what was found out last, and who is told. It runs here and not in the VRRP process, so that no
// script and no look through /proc can delay an advert (docs/architecture.md). Weights are vrrp/track.ts's matter.
import type { Journal } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { Finding, Tracker } from '../../model/tracking.ts';
import type { ListProcesses } from '../../ports/tracked.ts';
import { createBoundedWait } from '../pace/bounded-wait.ts';
import type { Findings } from '../vrrp/messages.ts';
import { formatFinding } from '../vrrp/router/tracked.ts';
import { createProcessTracker } from './process.ts';
import { madeFrom, type Source, sourcesOf } from './sources.ts';
import type { Tell, Watch } from './watch.ts';
import { type WatchPorts, watchSource } from './watch-source.ts';

export type TrackingPorts = Omit<WatchPorts, 'tell' | 'isNew' | 'processes'> & {
  readonly journal: Journal;
  readonly listProcesses: ListProcesses;
  /** Told all of them whenever one has changed. */
  readonly onFindings: (findings: Findings) => void;
};

export type TrackedStatus = { readonly name: string; readonly state: string; readonly detail?: string };

export type TrackingLoop = {
  /** Starts, changes and ends watching, so that exactly what these routers refer to is watched. */
  readonly configure: (config: Pick<Config, 'vrrp' | 'tracked' | 'virtuals'>) => void;
  /**
   * Resolves when each has its first finding, or after that time: a script or process that is not known to be well
   * by then counts as down, as nobody stands for election with what is not verified.
   */
  readonly firstFindings: (limitMs: number) => Promise<void>;
  readonly verdictChanged: () => void;
  readonly status: () => readonly TrackedStatus[];
  readonly stop: () => void;
};

type Entry = {
  /** What it was made from: another one is another watch. */
  readonly made: string | undefined;
  readonly kind: Tracker['kind'];
  watch: Watch;
  finding: Finding;
  detail?: string;
};

export function createTrackingLoop(ports: TrackingPorts): TrackingLoop {
  const { clock, journal } = ports;
  const processes = createProcessTracker(clock, ports.listProcesses);
  let entries = new Map<string, Entry>();
  /** Of the configuration before: routers that still go by it must not find things unknown for a moment. */
  let retired: ReadonlyMap<string, Entry> = entries;
  const known = createBoundedWait(clock);

  const allKnown = () => [...entries.values()].every(({ finding }) => finding !== 'unknown');
  const tellFindings = () =>
    ports.onFindings(
      Object.fromEntries([...retired, ...entries].map(([key, { finding }]) => [key, finding])),
    );

  function note(key: string, finding: Finding, detail?: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    if (!take(entry, finding, detail)) return;
    const state = formatFinding(finding);
    journal({ event: 'vrrp.track_changed', tracked: key, state, ...(detail !== undefined && { detail }) });
    tellFindings();
    if (allKnown()) known.end();
  }

  function begin(key: string, source: Source, finding: Finding = 'unknown'): void {
    const entry = { made: madeFrom(source), kind: source.kind, finding, watch: { stop: () => {} } };
    // It must be known before it tells the first time.
    entries.set(key, entry);
    const tell: Tell = (...found) => note(key, ...found);
    entry.watch = watchSource(source, { ...ports, processes, tell, isNew: finding === 'unknown' });
  }

  return {
    configure: (config) => {
      const before = entries;
      retired = before;
      const wanted = sourcesOf(config);
      entries = new Map([...before].filter(([key, { made }]) => madeFrom(wanted.get(key)) === made));
      for (const [key, { watch }] of before) if (!entries.has(key)) watch.stop();
      for (const [key, source] of wanted) if (!entries.has(key)) begin(key, source, before.get(key)?.finding);
      tellFindings();
    },
    firstFindings: async (limitMs) => {
      if (!allKnown()) await known.within(limitMs);
      for (const key of unverified(entries)) note(key, 'down', `not known after ${limitMs} ms`);
    },
    verdictChanged: () => {
      for (const { watch } of entries.values()) watch.look?.();
    },
    status: () => [...entries].map(([name, entry]) => statusOf(name, entry)),
    stop: () => {
      for (const { watch } of entries.values()) watch.stop();
      entries = new Map();
      known.end();
    },
  };
}

/** What has to be known to be well, and is not. */
const unverified = (entries: ReadonlyMap<string, Entry>): readonly string[] =>
  [...entries].flatMap(([key, { kind, finding }]) =>
    finding === 'unknown' && kind !== 'virtual' ? [key] : [],
  );

/** @returns whether it is another one than before. */
function take(entry: Entry, finding: Finding, detail: string | undefined): boolean {
  const isNews = formatFinding(entry.finding) !== formatFinding(finding);
  entry.finding = finding;
  if (detail === undefined) delete entry.detail;
  else entry.detail = detail;
  return isNews;
}

const statusOf = (name: string, { finding, detail }: Entry): TrackedStatus => ({
  ...{ name, state: formatFinding(finding) },
  ...(detail !== undefined && { detail }),
});
