// When the kernel's IPVS table is compared and put right: on every request, and every resync interval; later
// and later while the kernel has no IPVS. Holds what this daemon owns there, and leaves all else alone.
// One pass is table-keeper.ts's, what should exist reconcile/'s.
// Without virtual services, and none left over from before, IPVS is neither needed nor touched.

import type { IpvsConfig } from '../../model/config/ipvs.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, type ServiceName, type Table } from '../../model/ipvs.ts';
import type { VerdictOf } from '../../model/verdict.ts';
import { ok, type Result } from '../../net/result.ts';
import type { Micros } from '../../ports/clock.ts';
import type { IpvsKernel, KernelError, ObservedService } from '../../ports/kernel.ts';
import { checkServicesOf, isCheckService } from '../../reconcile/check-services.ts';
import type { DesiredService, Moment } from '../../reconcile/desire.ts';
import type { Leaving } from '../../reconcile/leaving.ts';
import { type Plan, planFor } from '../../reconcile/plan.ts';
import { type Goal, propose } from '../../reconcile/propose.ts';
import { servingIn } from '../../reconcile/serving.ts';
import type { RunFallbackCommand } from '../commands/fallback-commands.ts';
import type { Refusal } from '../pace/backoff.ts';
import { createKeeperLoop, msUntilFirst } from '../pace/keeper-loop.ts';
import { type CheckMarkOf, checkMarkOf } from './check-paths.ts';
import { createLeavingServers, type LeavingServers, type LeavingServersOptions } from './leaving-servers.ts';
import { createOwnership } from './ownership.ts';
import { createServingChanges } from './serving-changes.ts';
import { createTableKeeper, type TableKeeper } from './table-keeper.ts';
import { createTableReader } from './table-reader.ts';
import type { Applied } from './table-sender.ts';
import type { TableTotals } from './table-totals.ts';

/** So soon again where somebody changed the table meanwhile; a stranger who does it again and again is not raced. */
const againMs = 1000;

export type ReconcileLoopOptions = Moment &
  LeavingServersOptions & {
    readonly kernel: IpvsKernel;
    readonly verdictOf: VerdictOf;
    /** Without it no fallbackcommand is run. */
    readonly runFallbackCommand?: RunFallbackCommand;
    /** Told whenever ownedServices() changes, for the state file; of additions before anything is sent. */
    readonly onOwnedChanged?: (owned: readonly ServiceName[]) => void;
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
  /** Who was to serve each service after the last pass. */
  readonly services: ReadonlyMap<ServiceName, DesiredService>;
  /** Who is on its way out of the table. */
  readonly leaving: readonly Leaving[];
  /** Services that somebody else put there. */
  readonly foreign: readonly ServiceName[];
  /** Entries of a kind that nobody here has a word for, left as they are. */
  readonly unknown: readonly string[];
  readonly lastApplied?: Applied;
  /** Times that the table was found changed by someone else, and put right. */
  readonly driftRepairs: number;
  /** What was done to it since the start. */
  readonly totals: TableTotals;
  /** What the kernel refuses at present. */
  readonly refused: readonly Refusal[];
};

export type ReconcileLoop = {
  /**
   * What is to be kept from now on. @param ownedBefore services of the previous run: those
   * not configured are deleted. @returns when a pass with it has ended, be it one that found no IPVS.
   */
  readonly configure: (
    virtuals: readonly VirtualConfig[],
    ipvs: IpvsConfig,
    ownedBefore?: readonly ServiceName[],
  ) => Promise<void>;
  /** A pass as soon as possible, for instance after a verdict; many requests make one pass. */
  readonly request: () => void;
  /** What this daemon may delete: configured services, and leftovers not yet deleted. Sorted. */
  readonly ownedServices: () => readonly ServiceName[];
  /** Services that are not configured any more, and are in the table until their servers have left. */
  readonly leavingServices: () => readonly ServiceName[];
  /** By which mark a check of that server goes the way of clients now. */
  readonly checkMarkOf: CheckMarkOf;
  /** Who takes new connections in the table as it was read last: for the health loop's seed. */
  readonly serving: () => (service: ServiceName, real: RealName) => boolean;
  readonly status: () => ReconcileStatus;
  /** Reads the table anew for status(), changing nothing. */
  readonly refresh: () => Promise<void>;
  /** What a pass would send now, refused operations included. */
  readonly plan: () => Promise<Result<Plan, KernelError>>;
  /** Ends. `clean` also deletes the services that are configured with cleanstop; all others stay as they are. */
  readonly stop: (how: { readonly clean: boolean }) => Promise<void>;
};

/** What is to be kept. */
type Kept = { readonly virtuals: readonly VirtualConfig[]; readonly ipvs: IpvsConfig };

export function createReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const { clock, journal } = options;
  const servingChanges = createServingChanges(journal, options.runFallbackCommand);
  const leaving = createLeavingServers(options);
  const keeper = createTableKeeper({ ...options, servingChanges, leavingServers: leaving });
  const reader = createTableReader(keeper.read, options);
  const ownership = createOwnership(options.onOwnedChanged);
  let kept: Kept = { virtuals: [], ipvs: { resyncIntervalMs: 5000, foreign: 'keep' } };
  const isNeeded = (): boolean => ownership.names().size > 0;
  const goal = (): Goal => goalOf(options, kept, { owned: ownership.names(), leaving: leaving.context() });

  const loop = createKeeperLoop(clock, async () => {
    if (!isNeeded()) return undefined;
    const begun = clock.now();
    const table = await reader.read();
    if (table !== undefined) {
      const inTable = await keeper.pass(table, goal(), begun);
      const configured = ownNamesOf(kept.virtuals);
      // What is not configured and not in the table any more is forgotten.
      ownership.keepOnly((name) => configured.has(name) || inTable.has(name));
    }
    const { attempts } = keeper.sender;
    const dueAt = [attempts.nextAt(), leaving.nextAt((clock.now() - begun) / 1000)];
    const again = keeper.kept().races === 1 ? againMs : Number.POSITIVE_INFINITY;
    const { resyncIntervalMs } = kept.ipvs;
    return reader.retryMs() ?? Math.min(resyncIntervalMs, again, msUntilFirst(clock.now(), ...dueAt));
  });

  return {
    configure: (virtuals, ipvs, ownedBefore = []) => {
      kept = { virtuals, ipvs };
      ownership.add([...ownedBefore, ...ownNamesOf(virtuals)]);
      keeper.sender.attempts.clear();
      return loop.passNow();
    },
    request: () => loop.within(0),
    ownedServices: () => [...ownership.names()],
    leavingServices: () => leavingServicesIn(leaving, kept.virtuals, ownership.names()),
    checkMarkOf: checkMarkOf(() => kept.virtuals, reader, keeper),
    serving: () => servingIn(keeper.kept().observed, kept.virtuals),
    status: () => ({ ...statusOf(keeper, reader.reason()), leaving: leaving.list() }),
    refresh: () =>
      loop.inTurn(async () => {
        if (isNeeded()) await keeper.read();
      }),
    plan: () =>
      loop.inTurn(async () => {
        const answer = isNeeded() ? await keeper.read() : ok([]);
        return answer.ok ? ok(planFor(kept.virtuals, propose(answer.value, goal()))) : answer;
      }),
    stop: ({ clean }) =>
      loop.stop(async () => {
        const names = clean ? endingWithUs(kept.virtuals, leaving) : new Set<ServiceName>();
        const table = names.size > 0 ? await reader.read() : undefined;
        if (table === undefined) return;
        const remaining = await keeper.remove(table, names);
        ownership.keepOnly((name) => remaining.has(name) || !names.has(name));
      }),
  };
}

const namesOf = (virtuals: readonly VirtualConfig[]): ReadonlySet<ServiceName> =>
  new Set(virtuals.map(({ id }) => formatServiceId(id)));

/** Those by which checks go the way of clients. */
const checkNamesOf = (virtuals: readonly VirtualConfig[]): readonly ServiceName[] =>
  [...checkServicesOf(virtuals).values()].map(({ name }) => name);

const ownNamesOf = (virtuals: readonly VirtualConfig[]): ReadonlySet<ServiceName> =>
  new Set([...namesOf(virtuals), ...checkNamesOf(virtuals)]);

/** What a clean stop takes away: no check is made any more. */
const endingWithUs = (
  virtuals: readonly VirtualConfig[],
  leaving: LeavingServers,
): ReadonlySet<ServiceName> =>
  new Set([
    ...namesOf(virtuals.filter(({ cleanstop }) => cleanstop)),
    ...checkNamesOf(virtuals),
    ...leaving.endingWithUs(),
  ]);

function leavingServicesIn(
  { list }: LeavingServers,
  virtuals: readonly VirtualConfig[],
  owned: ReadonlySet<ServiceName>,
): readonly ServiceName[] {
  const configured = namesOf(virtuals);
  const leaving = new Set(list().map(({ service }) => service));
  return [...leaving].filter((service) => !configured.has(service) && owned.has(service));
}

const goalOf = (
  { verdictOf, weigh, quorumOf }: ReconcileLoopOptions,
  { virtuals, ipvs: { foreign } }: Kept,
  { owned, leaving }: Pick<Goal, 'leaving'> & { readonly owned: ReadonlySet<ServiceName> },
): Goal => ({
  ...{ virtuals, verdictOf, policy: { owned, foreign } },
  ...(leaving !== undefined && { leaving }),
  ...(weigh !== undefined && { weigh }),
  ...(quorumOf !== undefined && { quorumOf }),
});

function statusOf(
  { kept, foreignEntries, sender }: TableKeeper,
  reason: string | undefined,
): Omit<ReconcileStatus, 'leaving'> {
  const { observed, observedAt, left, driftRepairs } = kept();
  const lastApplied = sender.lastApplied();
  return {
    available: reason !== undefined ? false : observedAt === undefined ? undefined : true,
    ...(reason === undefined ? {} : { reason }),
    observed: observed.filter(({ service }) => !isCheckService(service.id)),
    ...(observedAt === undefined ? {} : { observedAt }),
    desired: (left?.desired ?? []).filter(({ service }) => !isCheckService(service.id)),
    services: left?.services ?? new Map(),
    foreign: foreignEntries.foreign(),
    unknown: foreignEntries.unknown(),
    ...(lastApplied === undefined ? {} : { lastApplied }),
    driftRepairs,
    totals: sender.counts.read(),
    refused: sender.attempts.list(),
  };
}
