// The shell of the health checks: which servers are checked how, and who is told. What a check asks is
// health/target-of's, what its results mean checked-server's, when it runs check-runner's business.
// A reload is a difference: servers that stay keep their verdict, checks that stay keep their place in time.

import { type CheckPlan, checkPlanOf } from '../../health/checks/plan.ts';
import { steady } from '../../health/flap-damping.ts';
import { questioned, unverified } from '../../health/verdict.ts';
import type { Journal } from '../../journal/event.ts';
import { trafficPortOf } from '../../model/checks/ports.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import type { Probe, ProbeResult } from '../../model/probe-result.ts';
import type { Verdict, VerdictOf } from '../../model/verdict.ts';
import { type Endpoint, formatEndpoint } from '../../net/endpoint.ts';
import type { Clock, EventLoop, Micros } from '../../ports/clock.ts';
import { type CheckActivity, type CheckStatistics, createCheckRunner } from './check-runner.ts';
import {
  type CheckedServer,
  heedMaintenance,
  type Judged,
  judge,
  pardon,
  type VerdictChange,
  verdictOn,
} from './checked-server.ts';
import { endHold, type FlapAccount, flapAccountOf } from './flap-hold.ts';

export type HealthLoopOptions = {
  readonly clock: Clock & EventLoop;
  readonly probe: Probe;
  readonly journal: Journal;
  /** Told after each change of a verdict or of {@link HealthLoop.weightFactsOf}, when {@link HealthLoop.verdictOf} already says the new one. */
  readonly onVerdict: (change: VerdictChange) => void;
  /** Whether an operator holds this server out of service (maintenancedir). Asked before each check. */
  readonly inMaintenance?: (real: Endpoint) => boolean;
  /** Checks under way at once, as descriptors allow; 1000 unless told. */
  readonly concurrency?: number;
};

export type ServerHealth = {
  readonly service: string;
  readonly real: string;
  readonly verdict: Verdict;
  readonly maintenance: boolean;
  /** The kind of the check: http, connect, ping, external, on, off. */
  readonly check: string;
  /** What the last check said; absent before the first. */
  readonly last?: ProbeResult & { readonly agoMs: number };
  /** What the last checks said, newest first. */
  readonly recent: readonly (ProbeResult & { readonly agoMs: number })[];
  /** Consecutive. */
  readonly successes: number;
  readonly failures: number;
  /** What is held against it for flapping; absent: nothing. */
  readonly flaps?: FlapAccount;
  /** Of the check, which equal servers of several services share. */
  readonly statistics: CheckStatistics;
};

export type HealthWeightFacts = {
  /** When it came up, unless the kernel's table served it before. */
  readonly upSince?: Micros | undefined;
  /** What it says of itself: percent of its weight. */
  readonly weightPercent?: number | undefined;
  /** What its check says of its weight, in place of the configured one. */
  readonly weight?: number | undefined;
};

export type HealthLoop = {
  /** Starts, changes and ends checks so that exactly the servers of these services are checked. */
  readonly configure: (virtuals: readonly VirtualConfig[]) => void;
  /** Names the servers that the kernel's table already serves: while unverified, they go only by `fall` failures. */
  readonly seed: (serves: (service: string, real: string) => boolean) => void;
  /** 'unverified' also for servers that are not configured. */
  readonly verdictOf: VerdictOf;
  /** What bears on the weight of a server; nothing where it is not configured. */
  readonly weightFactsOf: (service: string, real: string) => HealthWeightFacts;
  readonly status: () => readonly ServerHealth[];
  readonly activity: () => CheckActivity;
  /** Takes back the penalty of a server for flapping. @param service absent: in every service. */
  readonly pardon: (real: string, service?: string) => void;
  /** Resolves when no server waits for its first result any more. */
  readonly firstResults: () => Promise<void>;
  /** Ends every check; nothing is told any more. */
  readonly stop: () => void;
};

/** @property virtual what it was configured by; never changed in place. */
type CheckedService = {
  readonly virtual: VirtualConfig;
  readonly servers: ReadonlyMap<string, CheckedServer>;
};

export function createHealthLoop(options: HealthLoopOptions): HealthLoop {
  const { clock, probe, concurrency = 1000 } = options;
  const around = { ...options, inMaintenance: options.inMaintenance ?? (() => false) };
  /** By name; their servers by theirs. */
  const services = new Map<string, CheckedService>();
  const servers = () => [...services.values()].flatMap((service) => [...service.servers.values()]);
  const serverOf = (service: string, real: string) => services.get(service)?.servers.get(real);
  /** By check: the servers that it judges. */
  const judged = new Map<string, Set<CheckedServer>>();
  /** Those without any result so far. */
  const awaited = new Set<CheckedServer>();
  const onNoneAwaited: (() => void)[] = [];
  const judgedBy = (checkKey: string) => [...(judged.get(checkKey) ?? [])];

  const runner = createCheckRunner({
    clock,
    probe,
    journal: options.journal,
    concurrency,
    mayStart: (checkKey) => {
      const free = judgedBy(checkKey).filter((server) => {
        const isHeld = heedMaintenance(around, server);
        if (isHeld) settle(server);
        return !isHeld;
      });
      return free.some(({ plan }) => plan.main.target.kind !== 'off');
    },
    onResult: (checkKey, said) => {
      for (const server of judgedBy(checkKey)) take(server, said);
    },
  });

  const settle = (server: CheckedServer): void => {
    if (awaited.delete(server) && awaited.size === 0) for (const tell of onNoneAwaited.splice(0)) tell();
  };

  const toldAt = ({ result, at }: Judged) => ({ ...result, agoMs: (clock.now() - at) / 1000 });

  const attach = (server: CheckedServer, intervalMs: number): void => {
    const sharing = judged.get(server.checkKey);
    if (sharing === undefined) runner.add(server.checkKey, server.plan, intervalMs);
    judged.set(server.checkKey, (sharing ?? new Set()).add(server));
  };

  const detach = (server: CheckedServer): void => {
    const sharing = judged.get(server.checkKey);
    sharing?.delete(server);
    if (sharing?.size !== 0) return;
    judged.delete(server.checkKey);
    runner.remove(server.checkKey);
  };

  const enter = (server: CheckedServer, intervalMs: number): void => {
    if (server.plan.main.target.kind !== 'off') awaited.add(server);
    attach(server, intervalMs);
  };

  /** A check that other servers had before it has answered for it, too. */
  const takeLast = (server: CheckedServer): void => {
    const last = runner.lastOf(server.checkKey);
    if (last === undefined) return;
    if (heedMaintenance(around, server)) settle(server);
    else take(server, last);
  };

  const take = (server: CheckedServer, said: Judged): void => {
    judge(around, server, said);
    settle(server);
  };

  const leave = (server: CheckedServer): void => {
    endHold(server);
    detach(server);
    settle(server);
  };

  const change = (known: CheckedServer, wanted: CheckedServer, intervalMs: number): void => {
    known.limits = wanted.limits;
    known.flapPolicy = wanted.flapPolicy;
    if (known.flapPolicy === undefined) pardon(around, known, 'flapping does not count any more');
    if (known.checkKey === wanted.checkKey) return;
    if (asks(known.plan) !== asks(wanted.plan)) known.state = questioned(known.state);
    detach(known);
    known.plan = wanted.plan;
    known.checkKey = wanted.checkKey;
    attach(known, intervalMs);
  };

  /** The service as it is configured now; a configuration that is the very one of before changes nothing. */
  const enterService = (name: string, virtual: VirtualConfig): void => {
    const before = services.get(name);
    if (before?.virtual === virtual) return;
    const wanted = new Map(
      checkedIn(virtual)
        .map((real) => newServer(virtual, real))
        .map((each) => [each.real, each]),
    );
    for (const [real, server] of before?.servers ?? []) if (!wanted.has(real)) leave(server);
    const entered = [...wanted].map(([real, server]) => {
      const known = before?.servers.get(real);
      if (known === undefined) enter(server, virtual.checkintervalMs);
      else change(known, server, virtual.checkintervalMs);
      return [real, known ?? server] as const;
    });
    services.set(name, { virtual, servers: new Map(entered) });
    for (const [real, server] of entered) if (before?.servers.has(real) !== true) takeLast(server);
  };

  const leaveService = (name: string): void => {
    for (const server of services.get(name)?.servers.values() ?? []) leave(server);
    services.delete(name);
  };

  return {
    configure: (virtuals) => {
      const wanted = new Map(virtuals.map((virtual) => [formatServiceId(virtual.id), virtual]));
      for (const name of [...services.keys()]) if (!wanted.has(name)) leaveService(name);
      for (const [name, virtual] of wanted) enterService(name, virtual);
      const { checks } = runner.activity();
      if (checks > concurrency) options.journal({ event: 'checks.crowded', checks, places: concurrency });
    },
    seed: (serves) => {
      for (const server of servers()) {
        if (server.state.verdict === 'unverified' && serves(server.service, server.real)) {
          server.state = { ...server.state, adopted: true };
        }
      }
    },
    verdictOf: (service, real) => {
      const server = serverOf(service, real);
      return server === undefined ? 'unverified' : verdictOn(server);
    },
    activity: runner.activity,
    weightFactsOf: (service, real) => {
      const server = serverOf(service, real);
      return server === undefined
        ? {}
        : { upSince: server.upSince, weightPercent: server.weightPercent, weight: server.weight };
    },
    status: () =>
      servers().map((server) => ({
        service: server.service,
        real: server.real,
        verdict: verdictOn(server),
        maintenance: server.maintenance,
        check: server.plan.main.target.kind,
        ...(server.recent[0] !== undefined && { last: toldAt(server.recent[0]) }),
        recent: server.recent.map(toldAt),
        successes: server.state.successes,
        failures: server.state.failures,
        ...flapsOf(server, clock.now()),
        statistics: runner.statistics(server.checkKey) ?? { ended: 0, skipped: 0, latenessMs: 0, tookMs: 0 },
      })),
    pardon: (real, service) => {
      for (const server of servers()) {
        if (server.real !== real || (service !== undefined && server.service !== service)) continue;
        pardon(around, server, 'pardoned by the operator');
      }
    },
    firstResults: () =>
      awaited.size === 0 ? Promise.resolve() : new Promise((resolve) => onNoneAwaited.push(resolve)),
    stop: () => {
      for (const server of servers()) endHold(server);
      runner.stop();
    },
  };
}

/** A tier of the fallback that is also a real server is checked as that: it comes first, and gives way. */
const checkedIn = ({ reals, fallbacks }: VirtualConfig): readonly RealConfig[] => [
  ...fallbacks.filter(({ checked }) => checked),
  ...reals,
];

const flapsOf = (server: CheckedServer, now: Micros): Pick<ServerHealth, 'flaps'> => {
  const flaps = flapAccountOf(server, now);
  return flaps === undefined ? {} : { flaps };
};

/** What is asked, without the times: only a change of this questions what is known of a server. */
const asks = ({ main, between }: CheckPlan): string => JSON.stringify([main.target, between?.check.target]);

function newServer(virtual: VirtualConfig, real: RealConfig): CheckedServer {
  const plan = checkPlanOf(virtual, real);
  const endpoint = { address: real.address, port: trafficPortOf(virtual, real) };
  return {
    service: formatServiceId(virtual.id),
    real: formatEndpoint(endpoint),
    endpoint,
    plan,
    checkKey: JSON.stringify([plan, virtual.checkintervalMs]),
    limits: { rise: virtual.rise, fall: virtual.fall },
    flapPolicy: virtual.reals.includes(real) ? virtual.flapping : undefined,
    flaps: steady,
    state: unverified(false),
    maintenance: false,
    downSince: undefined,
    toldUncheckedAt: undefined,
    recent: [],
  };
}
