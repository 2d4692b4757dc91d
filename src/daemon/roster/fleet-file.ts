// One file that real_file names, followed for all services that read it: a change counts when it has lasted a moment; a
// file that is bad, half-written or gone changes nothing. What a file may hold is config/real-file's.

import { formatProblem } from '../../config/format-problem.ts';
import { parseRealFile } from '../../config/real-file.ts';
import type { Journal } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { ConfigEnvironment } from '../../model/config/environment.ts';
import type { Problem } from '../../model/config/problem.ts';
import { formatServiceId, type ServiceName } from '../../model/ipvs.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FileContent, WatchText } from '../../ports/discovery.ts';
import type { Fleet } from '../../roster/effective.ts';
import { reportWarnings } from '../log/report-warnings.ts';

/** Whoever writes a file in several goes is waited for until he has been quiet for that long. */
const quietMs = 200;
/** Of one file, so many problems and warnings are told. */
const toldMax = 5;

export type FleetFilePorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly watchText: WatchText;
  /** For the names of ports in it. */
  readonly environment: ConfigEnvironment;
  /** What some service gets has changed, or a file was looked at for the first time. */
  readonly onChanged: () => void;
};

/** Who reads files, and where. */
export type FleetContext = Pick<Config, 'virtuals' | 'director'>;

export type FileStatus = {
  readonly file: string;
  readonly servers: number;
  /** Why its present content does not count; absent: it does. */
  readonly problem?: string;
};

export type FleetFile = {
  /** The services that read it, or what they are, may have changed. */
  readonly reread: () => void;
  readonly fleetOf: (service: ServiceName) => Fleet | undefined;
  /** Whether it has been good once, or has been looked at. */
  readonly isSettled: () => boolean;
  /** The last good text. */
  readonly good: () => string | undefined;
  readonly status: () => FileStatus;
  readonly stop: () => void;
};

/** @param kept the last good text of the last run. @param context that of the moment. */
export function createFleetFile(
  path: string,
  kept: string | undefined,
  { ports, context }: { readonly ports: FleetFilePorts; readonly context: () => FleetContext },
): FleetFile {
  const { clock, journal } = ports;
  /** Of each service that reads it; from the text that was good last. */
  let fleets: ReadonlyMap<ServiceName, Fleet> = new Map();
  let good: string | undefined;
  let content: FileContent | undefined;
  let problem: string | undefined;
  let cancelWait = () => {};

  const take = (text: string): readonly Problem[] => {
    const read = readFor(text, path, context(), ports.environment);
    if (read.fleets !== undefined) [good, fleets] = [text, read.fleets];
    return read.problems;
  };

  function heed(): void {
    if (content === undefined) return;
    const problems = 'text' in content ? take(content.text) : [unreadable(path, content.problem)];
    const errors = problems.filter(({ severity }) => severity === 'error').map(formatProblem);
    if (errors.length === 0) reportWarnings(journal, problems.slice(0, toldMax));
    if (errors[0] !== problem) tellTurn(journal, path, errors, countIn(fleets));
    problem = errors[0];
    ports.onChanged();
  }

  function hear(next: FileContent): void {
    const isFirst = content === undefined;
    content = next;
    cancelWait();
    // What was there before we came is whole.
    if (isFirst) heed();
    else cancelWait = clock.after(quietMs, heed);
  }

  if (kept !== undefined) take(kept);
  const stop = ports.watchText(path, hear);
  return {
    reread: () => {
      fleets = new Map();
      const isPresent = content !== undefined && 'text' in content && content.text === good;
      if (good !== undefined && !isPresent) take(good);
      heed();
    },
    fleetOf: (service) => fleets.get(service),
    isSettled: () => good !== undefined || content !== undefined,
    good: () => good,
    status: () => ({
      ...{ file: path, servers: countIn(fleets) },
      ...(problem !== undefined && { problem }),
    }),
    stop: () => {
      stop();
      cancelWait();
    },
  };
}

/** Its present content has begun to count, or does not count any more, or for another reason. */
function tellTurn(journal: Journal, file: string, errors: readonly string[], servers: number): void {
  journal(
    errors.length === 0
      ? { event: 'roster.file_accepted', file, servers }
      : { event: 'roster.file_rejected', file, problems: errors.slice(0, toldMax), kept: servers },
  );
}

type Read = { readonly fleets?: ReadonlyMap<ServiceName, Fleet>; readonly problems: readonly Problem[] };

/** One file, one verdict: it is good for each of its services, or for none. */
function readFor(
  text: string,
  path: string,
  { virtuals, director }: FleetContext,
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
const countIn = (fleets: ReadonlyMap<ServiceName, Fleet>): number =>
  Math.max(0, ...[...fleets.values()].map(({ reals, namedReals }) => reals.length + namedReals.length));
