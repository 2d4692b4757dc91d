// When the kernel's IPVS table is compared and put right: on every request, and every resync interval; later
// and later while the kernel has no IPVS. Holds what this daemon owns there, and leaves all else alone.
// One pass is table-keeper.ts's, what should exist reconcile/'s.
// Without virtual services, and none left over from before, IPVS is neither needed nor touched.

import type { Journal } from '../../journal/event.ts';
import type { IpvsConfig } from '../../model/config/ipvs.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type Table } from '../../model/ipvs.ts';
import type { VerdictOf } from '../../model/verdict.ts';
import { ok, type Result } from '../../net/result.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { IpvsKernel, KernelError, ObservedService } from '../../ports/kernel.ts';
import type { DesiredService, Moment } from '../../reconcile/desire.ts';
import type { Drain, Leaving, LeavingState } from '../../reconcile/leaving.ts';
import { type Plan, planFor } from '../../reconcile/plan.ts';
import { type Goal, propose } from '../../reconcile/propose.ts';
import { servingIn } from '../../reconcile/serving.ts';
import type { RunFallbackCommand } from '../commands/fallback-commands.ts';
import type { Refusal } from '../pace/backoff.ts';
import { createQueue, createTimer } from '../pace/pacing.ts';
import { createDepartures } from './departures.ts';
import { createServiceStory } from './service-story.ts';
import { type Applied, createTableKeeper } from './table-keeper.ts';

/** While IPVS is away, it is asked for again after as long as it has been away, within these bounds. */
const retryMsMin = 1000;
const retryMsMax = 30_000;

export type ReconcileLoopOptions = Moment & {
  readonly kernel: IpvsKernel;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly verdictOf: VerdictOf;
  /** Without it no fallbackcommand is run. */
  readonly runFallbackCommand?: RunFallbackCommand;
  /** Told whenever ownedServices() changes, for the state file; of additions before anything is sent. */
  readonly onOwnedChanged?: (owned: readonly string[]) => void;
  /** Whom the operator drains. Absent: nobody. */
  readonly drainOf?: (service: string, real: string) => Drain | undefined;
  /** Whether there is anybody. Absent: there may be. */
  readonly isDraining?: () => boolean;
  /** Who was leaving in the previous run, and where to keep it for the next. */
  readonly leavingBefore?: LeavingState;
  readonly onLeavingChanged?: (state: LeavingState) => void;
};

export type ReconcileStatus = {
  /** Whether the table could be read last time; undefined where that was never needed. */
  readonly available: boolean | undefined;
  /** Why not. */
  readonly reason?: string;
  /** The table as it was read last, with counters: everybody's services. */
  readonly observed: readonly ObservedService[];
  readonly observedAt?: Micros;
  readonly desired: Table;
  /** Who was to serve each service after the last pass, by name. */
  readonly services: ReadonlyMap<string, DesiredService>;
  /** Who is on its way out of the table. */
  readonly leaving: readonly Leaving[];
  /** Names of services that somebody else put there. */
  readonly foreign: readonly string[];
  /** Entries of a kind that nobody here has a word for, left as they are. */
  readonly unknown: readonly string[];
  readonly lastApplied?: Applied;
  /** Times that the table was found changed by someone else, and put right. */
  readonly driftRepairs: number;
  /** What the kernel refuses at present. */
  readonly refused: readonly Refusal[];
};

export type ReconcileLoop = {
  /**
   * What is to be kept from now on. @param ownedBefore services (formatServiceId) of the previous run: those
   * not configured are deleted. @returns when a pass with it has ended, be it one that found no IPVS.
   */
  readonly configure: (
    virtuals: readonly VirtualConfig[],
    ipvs: IpvsConfig,
    ownedBefore?: readonly string[],
  ) => Promise<void>;
  /** A pass as soon as possible, for instance after a verdict; many requests make one pass. */
  readonly request: () => void;
  /** What this daemon may delete, by name: configured services, and leftovers not yet deleted. Sorted. */
  readonly ownedServices: () => readonly string[];
  /** Names of services that are not configured any more, and are in the table until their servers have left. */
  readonly departing: () => readonly string[];
  /** Who takes new connections in the table as it was read last: for the health loop's seed. */
  readonly serving: () => (service: string, real: string) => boolean;
  readonly status: () => ReconcileStatus;
  /** Reads the table anew for status(), changing nothing. */
  readonly refresh: () => Promise<void>;
  /** What a pass would send now, refused operations included. */
  readonly plan: () => Promise<Result<Plan, KernelError>>;
  /** Ends. `clean` also deletes the services that are configured with cleanstop; all others stay as they are. */
  readonly stop: (how: { readonly clean: boolean }) => Promise<void>;
};

export function createReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const { kernel, clock, journal, verdictOf, weigh, quorumOf } = options;
  const story = createServiceStory(journal, options.runFallbackCommand);
  const departures = createDepartures({
    ...{ clock, journal },
    ...(options.leavingBefore !== undefined && { before: options.leavingBefore }),
    ...(options.onLeavingChanged !== undefined && { onChanged: options.onLeavingChanged }),
    ...(options.drainOf !== undefined && { drainOf: options.drainOf }),
    ...(options.isDraining !== undefined && { isDraining: options.isDraining }),
  });
  const keeper = createTableKeeper({ kernel, clock, journal, story, departures });
  const oneAtATime = createQueue();
  let virtuals: readonly VirtualConfig[] = [];
  let ipvs: IpvsConfig = { resyncIntervalMs: 5000, foreign: 'keep' };
  let owned: ReadonlySet<string> = new Set();
  let lost: { readonly since: Micros; readonly reason: string } | undefined;
  let waiting: (() => void)[] = [];
  let stopped = false;
  let queued = false;
  const timer = createTimer(clock, () => {
    if (!queued) void oneAtATime(pass);
    queued = true;
  });

  const goal = (): Goal => ({
    ...{ virtuals, verdictOf, policy: { owned, foreign: ipvs.foreign }, leaving: departures.context() },
    ...(weigh !== undefined && { weigh }),
    ...(quorumOf !== undefined && { quorumOf }),
  });

  const pass = async (): Promise<void> => {
    queued = false;
    if (stopped) return;
    const heard = waiting;
    waiting = [];
    timer.cancel();
    const begun = clock.now();
    if (owned.size > 0) {
      const table = await readTable();
      if (table !== undefined) disown(await keeper.pass(table, goal()));
      if (!stopped) timer.within(nextPassMs((clock.now() - begun) / 1000));
    }
    for (const resume of heard) resume();
  };

  const readTable = async () => {
    const answer = await keeper.read();
    if (answer.ok && lost !== undefined) journal({ event: 'ipvs.available' });
    if (answer.ok) {
      lost = undefined;
      return answer.value;
    }
    const reason = `${answer.error.message} (${answer.error.code})`;
    if (lost === undefined) journal({ event: 'ipvs.unavailable', reason, retry_s: retryMsMin / 1000 });
    lost = { since: lost?.since ?? clock.now(), reason };
    return undefined;
  };

  /** Forgets what is not configured and not in the table any more. */
  const disown = (table: ReadonlySet<string>) => {
    const configured = new Set(virtuals.map(({ id }) => formatServiceId(id)));
    own([...owned].filter((name) => configured.has(name) || table.has(name)));
  };

  const nextPassMs = (passMs: number): number => {
    if (lost !== undefined) {
      return Math.min(retryMsMax, Math.max(retryMsMin, (clock.now() - lost.since) / 1000));
    }
    const soonest = [keeper.refusals.nextAt(), departures.nextAt(passMs)].flatMap((at) => at ?? []);
    const waits = soonest.map((at) => Math.max(0, (at - clock.now()) / 1000));
    // Once soon; a stranger who does it again and again is not raced.
    const again = keeper.races() === 1 ? [retryMsMin] : [];
    return Math.min(ipvs.resyncIntervalMs, ...waits, ...again);
  };

  const own = (names: Iterable<string>) => {
    const next = new Set(names);
    if (next.size === owned.size && [...next].every((name) => owned.has(name))) return;
    owned = new Set([...next].sort());
    options.onOwnedChanged?.([...owned]);
  };

  return {
    configure: (nextVirtuals, nextIpvs, ownedBefore = []) => {
      [virtuals, ipvs] = [nextVirtuals, nextIpvs];
      own([...owned, ...ownedBefore, ...virtuals.map(({ id }) => formatServiceId(id))]);
      keeper.refusals.clear();
      if (stopped) return Promise.resolve();
      timer.within(0);
      return new Promise((resolve) => waiting.push(resolve));
    },
    request: () => {
      if (!stopped) timer.within(0);
    },
    ownedServices: () => [...owned],
    departing: () => {
      const leaving = new Set(departures.list().map(({ service }) => service));
      for (const { id } of virtuals) leaving.delete(formatServiceId(id));
      return [...leaving].filter((service) => owned.has(service));
    },
    serving: () => servingIn(keeper.observed(), virtuals),
    status: () => ({ ...statusOf(keeper, lost?.reason), leaving: departures.list() }),
    refresh: () =>
      oneAtATime(async () => {
        if (owned.size > 0) await keeper.read();
      }),
    plan: () =>
      oneAtATime(async () => {
        const answer = owned.size > 0 ? await keeper.read() : ok([]);
        return answer.ok ? ok(planFor(virtuals, propose(answer.value, goal()))) : answer;
      }),
    stop: ({ clean }) => {
      stopped = true;
      timer.cancel();
      return oneAtATime(async () => {
        const ending = virtuals.filter(({ cleanstop }) => clean && cleanstop);
        const dropped = clean ? departures.endingWithUs() : [];
        const names = new Set([...ending.map(({ id }) => formatServiceId(id)), ...dropped]);
        const table = names.size > 0 ? await readTable() : undefined;
        if (table !== undefined) {
          const remaining = await keeper.remove(table, names);
          own([...owned].filter((name) => remaining.has(name) || !names.has(name)));
        }
        for (const resume of waiting) resume();
      });
    },
  };
}

function statusOf(
  keeper: ReturnType<typeof createTableKeeper>,
  reason: string | undefined,
): Omit<ReconcileStatus, 'leaving'> {
  const [observedAt, lastApplied] = [keeper.observedAt(), keeper.lastApplied()];
  return {
    available: reason !== undefined ? false : observedAt === undefined ? undefined : true,
    ...(reason === undefined ? {} : { reason }),
    observed: keeper.observed(),
    ...(observedAt === undefined ? {} : { observedAt }),
    desired: keeper.desired(),
    services: keeper.services(),
    foreign: keeper.strangers.foreign(),
    unknown: keeper.strangers.unknown(),
    ...(lastApplied === undefined ? {} : { lastApplied }),
    driftRepairs: keeper.driftRepairs(),
    refused: keeper.refusals.list(),
  };
}
