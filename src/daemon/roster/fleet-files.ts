// Follows the files that real_file names, each once however many services read it. A change counts when it has lasted
// a moment; a file that is bad, half-written or gone changes nothing: what was good last goes on to count, in this run
// and the next. What a file may hold is config/real-file's.

import { formatProblem } from '../../config/format-problem.ts';
import { parseRealFile } from '../../config/real-file.ts';
import type { Journal } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { ConfigEnvironment } from '../../model/config/environment.ts';
import type { Problem } from '../../model/config/problem.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FileContent, WatchText } from '../../ports/discovery.ts';
import type { Fleet } from '../../roster/effective.ts';

/** Whoever writes a file in several goes is waited for until he has been quiet for that long. */
const quietMs = 200;
/** Of one file, so many problems and warnings are told. */
const toldMax = 5;

export type FleetFilesPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly watchText: WatchText;
  /** For the names of ports in it. */
  readonly environment: ConfigEnvironment;
  /** The last good text by path, of the last run. */
  readonly initial: Readonly<Record<string, string>>;
  /** What some service gets has changed, or a file was looked at for the first time. */
  readonly onChanged: () => void;
};

export type FleetFiles = {
  readonly configure: (config: Pick<Config, 'virtuals' | 'director'>) => void;
  /** @param service as formatServiceId. */
  readonly fleetOf: (service: string) => Fleet | undefined;
  /** Whether each file has been good once, or has been looked at. */
  readonly isSettled: () => boolean;
  /** The last good text by path. */
  readonly known: () => Readonly<Record<string, string>>;
  readonly status: () => readonly FileStatus[];
  readonly stop: () => void;
};

export type FileStatus = {
  readonly file: string;
  readonly servers: number;
  /** Why its present content does not count; absent: it does. */
  readonly problem?: string;
};

type Entry = {
  readonly path: string;
  /** Of each service that reads it. */
  fleets: ReadonlyMap<string, Fleet>;
  /** The text that the fleets come from. */
  good: string | undefined;
  content?: FileContent;
  problem?: string;
  stop: () => void;
  cancelWait: () => void;
};

type Context = Pick<Config, 'virtuals' | 'director'>;
type Read = { readonly fleets?: ReadonlyMap<string, Fleet>; readonly problems: readonly Problem[] };

export function createFleetFiles(ports: FleetFilesPorts): FleetFiles {
  const { clock, journal, environment } = ports;
  let context: Context = { virtuals: [], director: { name: '', controlSocket: '', stateDir: '' } };
  let entries = new Map<string, Entry>();

  const take = (entry: Entry, text: string): readonly Problem[] => {
    const { fleets, problems } = readFor(text, entry.path, context, environment);
    if (fleets === undefined) return problems;
    entry.good = text;
    entry.fleets = fleets;
    return problems;
  };

  function heed(entry: Entry): void {
    const { content } = entry;
    if (content === undefined) return;
    const problems =
      'text' in content ? take(entry, content.text) : [unreadable(entry.path, content.problem)];
    const errors = problems.filter(({ severity }) => severity === 'error').map(formatProblem);
    for (const { severity, at, message } of problems.slice(0, toldMax)) {
      if (severity === 'error' || errors.length > 0) continue;
      journal({ event: 'config.warning', at: `${at.file}:${at.line}:${at.column}`, message });
    }
    tell(entry, errors);
    ports.onChanged();
  }

  function tell(entry: Entry, errors: readonly string[]): void {
    const { path: file, problem: before } = entry;
    const [problem] = errors;
    if (problem === before) return;
    if (problem === undefined) {
      delete entry.problem;
      journal({ event: 'roster.file_accepted', file, servers: countIn(entry) });
      return;
    }
    entry.problem = problem;
    journal({
      event: 'roster.file_rejected',
      file,
      problems: errors.slice(0, toldMax),
      kept: countIn(entry),
    });
  }

  function hear(entry: Entry, content: FileContent): void {
    const isFirst = entry.content === undefined;
    entry.content = content;
    entry.cancelWait();
    // What was there before we came is whole.
    if (isFirst) heed(entry);
    else entry.cancelWait = clock.after(quietMs, () => heed(entry));
  }

  function enter(path: string): void {
    const nothing = () => {};
    const entry: Entry = { path, fleets: new Map(), good: undefined, stop: nothing, cancelWait: nothing };
    const kept = ports.initial[path];
    if (kept !== undefined) take(entry, kept);
    entries.set(path, entry);
    entry.stop = ports.watchText(path, (content) => {
      if (entries.get(path) === entry) hear(entry, content);
    });
  }

  /** The services that read it, or what they are, may have changed. */
  function reread(entry: Entry): void {
    const { good, content } = entry;
    entry.fleets = new Map();
    const isPresent = content !== undefined && 'text' in content && content.text === good;
    if (good !== undefined && !isPresent) take(entry, good);
    heed(entry);
  }

  return {
    configure: (next) => {
      context = next;
      const wanted = new Set(next.virtuals.flatMap(({ realFile }) => realFile?.path ?? []));
      const before = entries;
      entries = new Map([...before].filter(([path]) => wanted.has(path)));
      for (const [path, { stop, cancelWait }] of before) {
        if (wanted.has(path)) continue;
        stop();
        cancelWait();
      }
      for (const entry of entries.values()) reread(entry);
      for (const path of wanted) if (!entries.has(path)) enter(path);
    },
    fleetOf: (service) => {
      for (const { fleets } of entries.values()) {
        const fleet = fleets.get(service);
        if (fleet !== undefined) return fleet;
      }
      return undefined;
    },
    isSettled: () =>
      [...entries.values()].every(({ good, content }) => good !== undefined || content !== undefined),
    known: () =>
      Object.fromEntries(
        [...entries].flatMap(([path, { good }]) => (good === undefined ? [] : [[path, good] as const])),
      ),
    status: () =>
      [...entries.values()].map((entry) => ({
        ...{ file: entry.path, servers: countIn(entry) },
        ...(entry.problem !== undefined && { problem: entry.problem }),
      })),
    stop: () => {
      for (const { stop, cancelWait } of entries.values()) {
        stop();
        cancelWait();
      }
      entries = new Map();
    },
  };
}

/** One file, one verdict: it is good for each of its services, or for none. */
function readFor(
  text: string,
  path: string,
  { virtuals, director }: Context,
  environment: ConfigEnvironment,
): Read {
  const readers = virtuals.filter(({ realFile }) => realFile?.path === path);
  const results = readers.map((virtual) => ({
    service: formatServiceId(virtual.id),
    ...parseRealFile(text, { path, virtual, director: director.name, environment }),
  }));
  const problems = [
    ...new Map(results.flatMap((each) => each.problems.map((one) => [formatProblem(one), one]))).values(),
  ];
  const good = results.flatMap(({ service, servers }) =>
    servers === undefined ? [] : [[service, servers] as const],
  );
  return good.length === readers.length ? { fleets: new Map(good), problems } : { problems };
}

const unreadable = (file: string, rule: string): Problem => ({
  severity: 'error',
  at: { file, line: 1, column: 1 },
  message: `Cannot read real_file: expected ${rule}`,
});

/** Names count once. */
const countIn = ({ fleets }: Entry): number =>
  Math.max(0, ...[...fleets.values()].map(({ reals, namedReals }) => reals.length + namedReals.length));
