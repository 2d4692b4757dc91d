// The shell of the health checks: which servers are checked how, and who is told. What a check asks is
// health/checks/target-of's, what its results mean checked-server's, when it runs check-starter's business, and which
// servers there are checked-services'.

import type { ProcessWish } from '../../health/checks/cost.ts';
import type { Journal } from '../../journal/event.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, type ServiceName } from '../../model/ipvs.ts';
import type { Probe } from '../../model/probe-result.ts';
import type { Verdict, VerdictOf } from '../../model/verdict.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Clock, EventLoop } from '../../ports/clock.ts';
import type { HistogramReading } from '../pace/histogram.ts';
import { type CheckAge, checkAgeOf } from './check-age.ts';
import { type CheckCounts, createCheckCounts } from './check-counts.ts';
import type { CheckActivity } from './check-starter.ts';
import {
  type CheckedServer,
  heedMaintenance,
  judge,
  pardon,
  type VerdictChange,
  verdictOfChecks,
  verdictOn,
} from './checked-server.ts';
import { createCheckedServices } from './checked-services.ts';
import { createFirstResults } from './first-results.ts';
import { endHold } from './flap-hold.ts';
import type { Judged, ServerCheck } from './server-check.ts';
import { type ServerFacts, serverFactsOf } from './server-facts.ts';
import { type HealthWeightFacts, type ServerHealth, serverHealthOf, weightFactsOf } from './server-health.ts';
import { type CreateRunner, createSharedChecks } from './shared-checks.ts';

export type HealthLoopOptions = {
  readonly clock: Clock & EventLoop;
  readonly probe: Probe;
  readonly journal: Journal;
  /** Told after each change of a verdict or of {@link HealthLoop.weightFactsOf}, when {@link HealthLoop.verdictOf} already says the new one. */
  readonly onVerdict: (change: VerdictChange) => void;
  /**
   * Whether an operator holds this server out of service (maintenancedir). Asked before each check.
   * @param directory of its service, as that has it.
   */
  readonly inMaintenance?: (real: Endpoint, directory?: string | false) => boolean;
  /** Checks under way at once, as descriptors allow; 1000 unless told. */
  readonly concurrency?: number;
  /** Who makes the checks; absent: this process alone. */
  readonly createRunner?: CreateRunner;
};

export type HealthLoop = {
  /** Starts, changes and ends checks so that exactly the servers of these services are checked. */
  readonly configure: (virtuals: readonly VirtualConfig[], processes?: ProcessWish) => void;
  /** Names the servers that the kernel's table already serves: while unverified, they go only by `fall` failures. */
  readonly seed: (serves: (service: ServiceName, real: RealName) => boolean) => void;
  /** 'unverified' also for servers that are not configured. */
  readonly verdictOf: VerdictOf;
  /** What bears on the weight of a server; nothing where it is not configured. */
  readonly weightFactsOf: (service: ServiceName, real: RealName) => HealthWeightFacts;
  /** Of the check that ended longest ago; undefined where none is made, or has ended. */
  readonly checkAgeOf: (service: ServiceName, real: RealName) => CheckAge | undefined;
  /** Whether an operator holds it out of service (maintenancedir). */
  readonly maintenanceOf: (service: ServiceName, real: RealName) => boolean;
  readonly status: () => readonly ServerHealth[];
  /** What is counted of one server; undefined where it is not configured. Little work, whatever its checks said. */
  readonly factsOf: (service: ServiceName, real: RealName) => ServerFacts | undefined;
  /** How long checks of a service took; undefined before the first. */
  readonly durationsOf: (service: ServiceName) => HistogramReading | undefined;
  readonly activity: () => CheckActivity;
  /** Takes back the penalty of a server for flapping. @param service absent: in every service. */
  readonly pardon: (real: RealName, service?: ServiceName) => void;
  /** Resolves when no server waits for its first result any more. */
  readonly firstResults: () => Promise<void>;
  /** Ends every check; nothing is told any more. */
  readonly stop: () => void;
};

export function createHealthLoop(options: HealthLoopOptions): HealthLoop {
  const { clock, journal, probe, concurrency = 1000 } = options;
  const around = { ...options, inMaintenance: options.inMaintenance ?? (() => false) };
  const firstResults = createFirstResults();
  const isHeld = (server: CheckedServer): boolean => {
    const held = heedMaintenance(around, server);
    if (held) firstResults.settle(server);
    return held;
  };
  const take = (server: CheckedServer, check: ServerCheck, said: Judged): void => {
    judge(around, server, check, said);
    if (hasSpoken(server)) firstResults.settle(server);
  };
  const counts = createCheckCounts();
  const checks = createSharedChecks({
    ...{ clock, journal, probe, concurrency, isHeld, createRunner: options.createRunner },
    onResult: (server, check, said) => {
      counts.note(server, said.result.outcome, checks.statisticsOf(check).tookMs);
      take(server, check, said);
    },
  });
  const { configure, servers, find } = createCheckedServices({
    ...{ around, checks, firstResults },
    onEntered: (server) => {
      for (const check of server.checks) {
        const last = checks.lastOf(check);
        if (last !== undefined && !isHeld(server)) take(server, check, last);
      }
    },
  });

  return {
    configure: (virtuals, processes = 'auto') => {
      configure(virtuals);
      checks.shareOut(processes);
      counts.keepOnly(new Set(virtuals.map(({ id }) => formatServiceId(id))));
      tellCrowded(journal, checks.activity());
    },
    seed: (serves) => {
      for (const server of servers()) if (serves(server.service, server.real)) adopt(server);
    },
    verdictOf: (service, real) => verdictOfKnown(find(service, real)),
    factsOf: (service, real) => factsOf(find(service, real), counts),
    durationsOf: counts.durationsOf,
    activity: checks.activity,
    maintenanceOf: (service, real) => find(service, real)?.maintenance ?? false,
    checkAgeOf: (service, real) => checkAgeOf(find(service, real)?.checks ?? [], clock.now()),
    weightFactsOf: (service, real) => knownOf(find(service, real)),
    status: () => servers().map((each) => serverHealthOf(each, checks.statisticsOf, clock.now())),
    pardon: (real, service) => {
      for (const server of servers())
        if (isMeant(server, real, service)) pardon(around, server, 'pardoned by the operator');
    },
    firstResults: firstResults.all,
    stop: () => {
      for (const server of servers()) endHold(server);
      checks.stop();
    },
  };
}

function tellCrowded(journal: Journal, { checks, places }: CheckActivity): void {
  if (checks > places) journal({ event: 'checks.crowded', checks, places });
}

/** One that the kernel's table serves already, unless more is known of it. */
function adopt(server: CheckedServer): void {
  if (verdictOfChecks(server) !== 'unverified') return;
  for (const check of server.checks) check.state = { ...check.state, adopted: true };
}

const isMeant = (server: CheckedServer, real: RealName, service: ServiceName | undefined): boolean =>
  server.real === real && (service ?? server.service) === server.service;

const verdictOfKnown = (server: CheckedServer | undefined): Verdict =>
  server === undefined ? 'unverified' : verdictOn(server);

const factsOf = (server: CheckedServer | undefined, counts: CheckCounts): ServerFacts | undefined =>
  server && serverFactsOf(server, counts.resultsOf(server));

/** Each check has, or one has found it down. */
const hasSpoken = (server: CheckedServer): boolean =>
  verdictOfChecks(server) === 'down' || server.checks.every(({ last }) => last !== undefined);

const knownOf = (server: CheckedServer | undefined): HealthWeightFacts =>
  server === undefined ? {} : weightFactsOf(server);
