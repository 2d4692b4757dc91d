// The report: what happened to a pair in a span of time, made of the events of one director or of both. Pure: where the
// events come from is cli/past-events.ts's, how it is laid out render/report.ts's.
import { type Failover, failoversOf, type Holder, holdersOf } from './failovers.ts';
import { inOrder, type PastOfDirector, type Told, textIn, whenOf } from './past.ts';
import { type FallenServer, serversOf } from './servers.ts';

/** The same thing, so many times. */
export type Repeated = {
  readonly director: string;
  readonly event: string;
  readonly message: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
};

export type Reload = {
  readonly at: string;
  readonly director: string;
  readonly config: string;
  readonly outcome: 'in force' | 'rejected' | 'started with the last good one';
  readonly problem?: string;
};

export type DaemonRun = {
  readonly director: string;
  readonly started: string;
  /** Absent: it runs yet; of one that ended without a word the last thing that it told. */
  readonly ended?: string;
  readonly how: 'running' | 'stopped' | 'ended without a word';
};

export type Report = {
  /** Of the first and the last event that was looked at; absent where there is none. */
  readonly from?: string;
  readonly to?: string;
  readonly directors: readonly string[];
  readonly failovers: readonly Failover[];
  readonly holders: readonly Holder[];
  readonly servers: readonly FallenServer[];
  readonly drift: readonly Repeated[];
  readonly reloads: readonly Reload[];
  readonly runs: readonly DaemonRun[];
  readonly troubles: readonly Repeated[];
};

export function reportOf(pasts: readonly PastOfDirector[]): Report {
  const all = inOrder(pasts);
  const [first, last] = [all[0], all.at(-1)];
  return {
    ...(first !== undefined && last !== undefined && { from: whenOf(first), to: whenOf(last) }),
    directors: [...new Set(pasts.map(({ director }) => director))],
    failovers: failoversOf(all),
    holders: holdersOf(all),
    servers: serversOf(all),
    drift: repeated(all.filter(isDrift)),
    reloads: all.flatMap(reloadOf),
    runs: runsOf(all),
    troubles: repeated(all.filter(({ record }) => troubles.has(record.event))),
  };
}

const drifts: ReadonlySet<string> = new Set([
  ...['ipvs.drift', 'marks.drift', 'vip.restored', 'vrrp.restored', 'vrrp.route_restored'],
  'vrrp.route_removed',
]);
/** Of both a change that was asked for, and one that was put right. */
const settings: ReadonlySet<string> = new Set(['ipvs.timeout', 'ipvs.sysctl', 'ipvs.sync_daemon']);

const isDrift = ({ record }: Told): boolean =>
  drifts.has(record.event) || (settings.has(record.event) && record.why === 'drift');

const troubles: ReadonlySet<string> = new Set([
  ...[
    'vrrp.split_brain_suspected',
    'vip.answered_elsewhere',
    'vrrp.stall',
    'vrrp.process_lost',
    'vrrp.hindered',
  ],
  ...[
    'vrrp.supervisor_lost',
    'vip.failed',
    'ipvs.failed',
    'ipvs.unavailable',
    'service.empty',
    'daemon.fault',
  ],
  ...['daemon.rival', 'log.lost', 'notice.lost', 'state.unreadable', 'state.failed'],
]);

function repeated(all: readonly Told[]): readonly Repeated[] {
  const found = new Map<string, Repeated>();
  for (const told of all) {
    const { director, record } = told;
    const { event } = record;
    // "restored X (3 times)": counted here.
    const message = record.message.replace(/ \(\d+ times\)$/, '');
    const key = `${director} ${event} ${message}`;
    const before = found.get(key);
    const last = whenOf(told);
    const count = (before?.count ?? 0) + 1;
    found.set(key, { director, event, message, count, first: before?.first ?? last, last });
  }
  return [...found.values()];
}

const outcomes: Readonly<Record<string, Reload['outcome']>> = {
  'daemon.reloaded': 'in force',
  'daemon.reload_rejected': 'rejected',
  'daemon.config_rejected': 'started with the last good one',
};

function reloadOf(told: Told): readonly Reload[] {
  const outcome = outcomes[told.record.event];
  if (outcome === undefined) return [];
  const { problems } = told.record;
  const problem: unknown = Array.isArray(problems) ? problems[0] : undefined;
  const config = textIn(told, 'config') ?? '';
  return [
    {
      ...{ at: whenOf(told), director: told.director, config, outcome },
      ...(typeof problem === 'string' && { problem }),
    },
  ];
}

type OpenRun = { director: string; started: string; last: string; stopped: boolean; over: boolean };

function runsOf(all: readonly Told[]): readonly DaemonRun[] {
  const runs: OpenRun[] = [];
  for (const told of all) {
    const { director, record } = told;
    const when = whenOf(told);
    const run = runs.findLast((each) => each.director === director && !each.over);
    if (record.event === 'daemon.started') {
      if (run !== undefined) run.over = true;
      runs.push({ director, started: when, last: when, stopped: false, over: false });
    } else if (run !== undefined) {
      run.last = when;
      if (record.event === 'daemon.stopped') [run.stopped, run.over] = [true, true];
    }
  }
  return runs.map(({ director, started, last, stopped, over }) => ({
    ...{ director, started },
    ...(over && { ended: last }),
    how: stopped ? 'stopped' : over ? 'ended without a word' : 'running',
  }));
}
