// What the main process tracks for the virtual routers: which scripts, files, processes and virtual services any of
// them refers to, what was found out last, and who is told. It runs here and not in the VRRP process, so that no
// script and no look through /proc can delay an advert (docs/architecture.md). Weights are vrrp/track.ts's matter.
import type { Journal } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import type { Finding, Tracker } from '../../model/tracking.ts';
import type { VerdictOf } from '../../model/verdict.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ListProcesses, RunScript, WatchFile } from '../../ports/tracked.ts';
import { findingKey } from '../../vrrp/track.ts';
import type { QuorumStatus } from '../reconcile/quorums.ts';
import type { Findings } from '../vrrp/messages.ts';
import { formatFinding } from '../vrrp/router/tracked.ts';
import { trackFile } from './file.ts';
import { createProcessTracker } from './process.ts';
import { trackScript } from './script.ts';
import { judgeQuorum, judgeService } from './service.ts';
import type { Tell, Watch } from './watch.ts';

export type TrackingPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runScript: RunScript;
  readonly watchFile: WatchFile;
  readonly listProcesses: ListProcesses;
  readonly verdictOf: VerdictOf;
  /** Of a service that has one; trackers that name no quorum of their own go by it. */
  readonly quorumOf: (service: string) => QuorumStatus | undefined;
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
  readonly watch: Watch;
  /** Looks at once, where it only looks when told to. */
  readonly look?: () => void;
  finding: Finding;
  detail?: string;
};

export function createTrackingLoop(ports: TrackingPorts): TrackingLoop {
  const { clock, journal } = ports;
  const processes = createProcessTracker(clock, ports.listProcesses);
  let entries = new Map<string, Entry>();
  /** Of the configuration before: routers that still go by it must not find things unknown for a moment. */
  let retired: ReadonlyMap<string, Entry> = entries;
  let awaited: (() => void) | undefined;

  const allKnown = () => [...entries.values()].every(({ finding }) => finding !== 'unknown');
  const tellFindings = () =>
    ports.onFindings(
      Object.fromEntries([...retired, ...entries].map(([key, { finding }]) => [key, finding])),
    );

  function note(key: string, finding: Finding, detail?: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    const changed = formatFinding(entry.finding) !== formatFinding(finding);
    entry.finding = finding;
    if (detail === undefined) delete entry.detail;
    else entry.detail = detail;
    if (!changed) return;
    const state = formatFinding(finding);
    journal({ event: 'vrrp.track_changed', tracked: key, state, ...(detail !== undefined && { detail }) });
    tellFindings();
    if (allKnown()) awaited?.();
  }

  function begin(key: string, source: Source, before: Entry | undefined): void {
    const tell: Tell = (finding, detail) => note(key, finding, detail);
    const { kind } = source;
    const entry = { made: madeFrom(source), kind, finding: before?.finding ?? ('unknown' as const) };
    if (source.kind === 'virtual') {
      const { virtual, quorum } = source;
      const look = () => {
        const own = quorum === undefined ? ports.quorumOf(formatServiceId(virtual.id)) : undefined;
        const { finding, detail } =
          own === undefined ? judgeService(virtual, quorum ?? 1, ports.verdictOf) : judgeQuorum(own);
        note(key, finding, detail);
      };
      entries.set(key, { ...entry, watch: { stop: () => {} }, look });
      look();
      return;
    }
    // It must be known before it tells the first time.
    let watch: Watch = { stop: () => {} };
    entries.set(key, { ...entry, watch: { stop: () => watch.stop() } });
    if (source.kind === 'script') watch = trackScript(source.config, { ...ports, tell });
    if (source.kind === 'file') watch = trackFile(source.config, ports.watchFile, tell);
    if (source.kind === 'process') watch = processes.track(source.config, tell);
  }

  return {
    configure: (config) => {
      const before = entries;
      retired = before;
      const wanted = sourcesOf(config);
      entries = new Map([...before].filter(([key, { made }]) => madeFrom(wanted.get(key)) === made));
      for (const [key, { watch }] of before) if (!entries.has(key)) watch.stop();
      for (const [key, source] of wanted) if (!entries.has(key)) begin(key, source, before.get(key));
      tellFindings();
    },
    firstFindings: (limitMs) =>
      new Promise((resolve) => {
        const finish = () => {
          cancel();
          awaited = undefined;
          for (const [key, { kind, finding }] of entries) {
            if (finding === 'unknown' && kind !== 'virtual')
              note(key, 'down', `not known after ${limitMs} ms`);
          }
          resolve();
        };
        const cancel = clock.after(limitMs, finish);
        if (allKnown()) finish();
        else awaited = finish;
      }),
    verdictChanged: () => {
      for (const { look } of entries.values()) look?.();
    },
    status: () =>
      [...entries].map(([name, { finding, detail }]) => ({
        name,
        state: formatFinding(finding),
        ...(detail !== undefined && { detail }),
      })),
    stop: () => {
      for (const { watch } of entries.values()) watch.stop();
      entries = new Map();
      awaited?.();
    },
  };
}

type Tracked = NonNullable<Config['tracked']>;
type Source =
  | { readonly kind: 'script'; readonly config: Tracked['scripts'][number] }
  | { readonly kind: 'file'; readonly config: Tracked['files'][number] }
  | { readonly kind: 'process'; readonly config: Tracked['processes'][number] }
  | { readonly kind: 'virtual'; readonly virtual: VirtualConfig; readonly quorum: number | undefined };

/** By finding key; only what a router refers to. */
function sourcesOf({
  vrrp,
  tracked,
  virtuals,
}: Pick<Config, 'vrrp' | 'tracked' | 'virtuals'>): ReadonlyMap<string, Source> {
  const trackers = vrrp.flatMap((instance) => instance.trackers ?? []);
  return new Map(
    trackers.flatMap((tracker) => {
      const source = sourceOf(tracker, tracked, virtuals);
      return source === undefined ? [] : [[findingKey(tracker), source] as const];
    }),
  );
}

function sourceOf(
  { kind, name, quorum }: Tracker,
  tracked: Tracked | undefined,
  virtuals: readonly VirtualConfig[],
): Source | undefined {
  const named = <T extends { readonly name: string }>(all: readonly T[] = []) =>
    all.find((each) => each.name === name);
  switch (kind) {
    case 'interface':
      // The VRRP process sees them itself, and sooner.
      return undefined;
    case 'script': {
      const config = named(tracked?.scripts);
      return config && { kind, config };
    }
    case 'file': {
      const config = named(tracked?.files);
      return config && { kind, config };
    }
    case 'process': {
      const config = named(tracked?.processes);
      return config && { kind, config };
    }
    case 'virtual': {
      const virtual = virtuals.find(({ id }) => formatServiceId(id) === name);
      return virtual && { kind, virtual, quorum };
    }
  }
}

/** Where it stands in the file is no difference. */
const madeFrom = (source: Source | undefined): string | undefined =>
  source && JSON.stringify(source, (key, value: unknown) => (key === 'at' ? undefined : value));
