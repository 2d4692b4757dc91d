// The parts of a daemon, each a fake that tells what it is asked to do and does nothing. As strict as the real ones: what
// has stopped is not to be used again, and only what is configured is known.

import type { CommandQueue } from '../../src/daemon/commands/command-queue.ts';
import type { DirectorLoop } from '../../src/daemon/director/director-loop.ts';
import type { HealthLoop } from '../../src/daemon/health/health-loop.ts';
import type { ServerHealth } from '../../src/daemon/health/server-health.ts';
import type { MarkKeeper } from '../../src/daemon/marks/mark-keeper.ts';
import type { Operator } from '../../src/daemon/operator/operator.ts';
import type { Quorums } from '../../src/daemon/reconcile/quorums.ts';
import type { ReconcileLoop } from '../../src/daemon/reconcile/reconcile-loop.ts';
import { noTotals } from '../../src/daemon/reconcile/table-totals.ts';
import type { Weights } from '../../src/daemon/reconcile/weights.ts';
import type { Roster } from '../../src/daemon/roster/roster.ts';
import type { TrackingLoop } from '../../src/daemon/tracking/tracking-loop.ts';
import type { VrrpSupervisor } from '../../src/daemon/vrrp/supervisor.ts';
import type { Config } from '../../src/model/config/config.ts';
import type { VrrpInstanceConfig } from '../../src/model/config/router.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { formatServiceId, realName, type ServiceName } from '../../src/model/ipvs.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { err, ok } from '../../src/net/result.ts';
import { aCheckHealth } from './a-check-health.ts';

export type Tell = (line: string) => void;

/** @returns to be called at each use, and to end with. */
function lifeOf(part: string) {
  let ended = false;
  return {
    use: () => {
      if (ended) throw new Error(`Cannot use ${part}: expected one that runs, got one that has stopped`);
    },
    end: () => {
      ended = true;
    },
  };
}

export type FakeHealth = HealthLoop & {
  /** Every server has this verdict from now on; what is not 'unverified' is a first result. */
  readonly become: (verdict: Verdict) => void;
};

export function createFakeHealth(tell: Tell): FakeHealth {
  const { use, end } = lifeOf('health');
  let verdict: Verdict = 'up';
  let servers: readonly ServerHealth[] = [];
  let waiting: (() => void)[] = [];
  const knows = (service: string, real: string) =>
    servers.some((server) => server.service === service && server.real === real);
  return {
    configure: (virtuals) => {
      use();
      tell(`health configure ${virtuals.length}`);
      servers = serversOf(virtuals);
    },
    seed: () => {
      use();
      tell('health seed');
    },
    verdictOf: (service, real) => (knows(service, real) ? verdict : 'unverified'),
    weightFactsOf: () => ({}),
    checkAgeOf: () => undefined,
    maintenanceOf: () => false,
    status: () => servers.map((server) => ({ ...server, verdict })),
    factsOf: () => undefined,
    durationsOf: () => undefined,
    activity: () => ({
      ...{ checks: servers.length, underWay: 0, waiting: 0, places: 1000, missed: 0 },
      lateness: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, sumMs: 0, buckets: [] },
    }),
    pardon: (real, service) => tell(`health pardon ${real} ${service ?? 'every service'}`),
    firstResults: () =>
      verdict === 'unverified' ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve(),
    stop: () => {
      tell('health stop');
      end();
    },
    become: (next) => {
      verdict = next;
      if (verdict === 'unverified') return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}

const serversOf = (virtuals: readonly VirtualConfig[]): readonly ServerHealth[] =>
  virtuals.flatMap(({ id, reals }) =>
    reals.map((real) => ({
      ...{ service: formatServiceId(id), real: realName(id, real), verdict: 'up' as const },
      ...{ maintenance: false, checks: [aCheckHealth()], recent: [] },
    })),
  );

export function createFakeReconcile(tell: Tell): ReconcileLoop {
  const { use, end } = lifeOf('reconcile');
  let configured: readonly ServiceName[] = [];
  return {
    configure: async (virtuals, _, owned) => {
      use();
      configured = virtuals.map(({ id }) => formatServiceId(id));
      tell(`reconcile configure ${virtuals.length}${owned === undefined ? '' : ` owned ${owned}`}`);
    },
    request: () => tell('reconcile request'),
    ownedServices: () => configured,
    leavingServices: () => [],
    checkMarkOf: () => err('no IPVS here'),
    serving: () => () => false,
    status: () => ({
      ...{ available: undefined, observed: [], desired: [], services: new Map(), leaving: [], foreign: [] },
      ...{ unknown: [], refused: [], driftRepairs: 0, totals: noTotals },
    }),
    refresh: async () => {},
    plan: async () => err({ code: 'ENOENT', message: 'no IPVS here' }),
    stop: async ({ clean }) => {
      tell(`reconcile stop clean=${clean}`);
      end();
    },
  };
}

export function createFakeDirector(tell: Tell): DirectorLoop {
  const { use, end } = lifeOf('director');
  return {
    configure: async () => {
      use();
      tell('director configure');
    },
    heard: () => {},
    status: () => ({ settings: [], syncDaemons: [], refused: [] }),
    plan: async () => ({ settings: [], syncDaemons: [] }),
    stop: async () => {
      tell('director stop');
      end();
    },
  };
}

export function createFakeMarks(tell: Tell): MarkKeeper {
  const { use, end } = lifeOf('marks');
  return {
    configure: async () => {
      use();
      tell('marks configure');
    },
    status: () => [],
    plan: async () => [],
    stop: async () => {
      tell('marks stop');
      end();
    },
  };
}

export const createFakeQuorums = (): Quorums => ({
  configure: () => {},
  stop: () => {},
  look: () => {},
  quorumOf: () => 'held',
  statusOf: () => undefined,
});

export const createFakeCommands = (tell: Tell): Pick<CommandQueue, 'drained'> => ({
  drained: async (limitMs) => tell(`commands drained ${limitMs}`),
});

export function createFakeWeights(): Weights {
  const { use, end } = lifeOf('weights');
  return {
    configure: use,
    factsOf: () => ({}),
    weigh: (_service, _real, configured) => configured,
    explain: () => [],
    stop: end,
  };
}

export const createFakeOperator = (tell: Tell): Operator => ({
  set: async (real, _, override) => {
    tell(`operator ${real} ${JSON.stringify(override ?? 'enabled')}`);
    return ok(undefined);
  },
  overrideOf: () => undefined,
  drainOf: () => undefined,
  isSilent: () => true,
  list: () => ({}),
});

/** @param problems what stands in the way of routers. */
export function createFakeSupervisor(tell: Tell, problems: () => readonly string[]): VrrpSupervisor {
  const { use, end } = lifeOf('the VRRP supervisor');
  let names: readonly string[] = [];
  const configure = async (how: string, instances: readonly VrrpInstanceConfig[]) => {
    use();
    tell(`vrrp ${how} ${instances.length}`);
    names = instances.map(({ name }) => name);
    return problems();
  };
  return {
    start: (instances) => configure('start', instances),
    reconfigure: (instances) => configure('reconfigure', instances),
    track: () => {},
    failover: (wanted) => names.filter((name) => wanted === undefined || name === wanted),
    status: () => [],
    processStatus: () => undefined,
    lastWord: () => ({ lastAdvertAt: new Map() }),
    problems,
    stop: async ({ keeps = false } = {}) => {
      tell(keeps ? 'vrrp stop keeps' : 'vrrp stop');
      end();
    },
  };
}

export function createFakeTracking(tell: Tell): TrackingLoop {
  const { use, end } = lifeOf('tracking');
  return {
    configure: ({ vrrp }) => {
      use();
      tell(`tracking configure ${vrrp.length}`);
    },
    firstFindings: async () => {},
    verdictChanged: () => {},
    status: () => [],
    stop: () => {
      tell('tracking stop');
      end();
    },
  };
}

export type FakeRoster = Roster & {
  /** What stands behind the names and files of the configuration from now on. */
  readonly become: (config: Config) => void;
};

/** @param made what it makes of a configuration. */
export function createFakeRoster(initial: Config, made: (config: Config) => Config): FakeRoster {
  const { use, end } = lifeOf('the roster');
  let effective = initial;
  return {
    take: async (config) => {
      use();
      effective = made(config);
      return effective;
    },
    effective: () => effective,
    status: () => ({ names: [], files: [] }),
    stop: end,
    become: (config) => {
      effective = config;
    },
  };
}
