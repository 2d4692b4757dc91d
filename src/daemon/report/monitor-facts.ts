// What a check plug-in judges by: routers, services and their servers in numbers, and what is wrong, small enough to be
// asked every minute of ten thousand servers. Nothing is read of the kernel for it. What is bad is the plug-in's to say.
import { describeReason } from '../../journal/reasons.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, realName, type ServiceName } from '../../model/ipvs.ts';
import type { HealthLoop } from '../health/health-loop.ts';
import type { Weights } from '../reconcile/weights.ts';
import { routersCalled } from './active-health.ts';
import type { HealthAnswer } from './health-answer.ts';
import { livenessOf, type ProcessFacts } from './process-health.ts';
import { type ServiceFacts, serviceHealthOf } from './service-health.ts';
import type { DaemonIdentity } from './status.ts';
import { isServiceCalled, realsCalled } from './why.ts';

export type MonitoredRouter = {
  readonly name: string;
  readonly phase: string;
  /** Why it is in it. */
  readonly reason: string;
  /** What it should hold, and does not. */
  readonly lacks: readonly string[];
};

export type MonitoredService = {
  readonly name: string;
  /** How many servers are up; unfit, by name; without a verdict; taken out by an operator; and all. */
  readonly up: number;
  readonly down: readonly string[];
  readonly unverified: number;
  readonly out: number;
  readonly all: number;
  /** As of the health endpoint. */
  readonly health: HealthAnswer;
};

export type MonitorFacts = {
  readonly director: string;
  readonly phase: DaemonIdentity['phase'];
  readonly live: HealthAnswer;
  readonly routers: readonly MonitoredRouter[];
  readonly services: readonly MonitoredService[];
  /** What else stands in the way of something, in words. */
  readonly problems: readonly string[];
};

export type MonitorSources = ProcessFacts &
  ServiceFacts & {
    readonly maintenanceOf: HealthLoop['maintenanceOf'];
    readonly weightFactsOf: Weights['factsOf'];
    /** Lets others have their turn. */
    readonly pause: () => Promise<void>;
  };

/** As many servers are looked at before others have their turn. */
const serversATurn = 500;

/** @param about a router, a service or a server; undefined: all. @returns undefined where nothing is called so. */
export async function monitorFactsOf(
  sources: MonitorSources,
  about: string | undefined,
): Promise<MonitorFacts | undefined> {
  const { config, phase, status, problems } = sources;
  const configured = about === undefined ? config.vrrp : routersCalled(config.vrrp, about);
  const subjects = about === undefined ? config.virtuals.map(whole) : subjectsCalled(sources, about);
  if (about !== undefined && configured.length + subjects.length === 0) return undefined;
  const services: MonitoredService[] = [];
  let looked = 0;
  for (const subject of subjects) {
    services.push(monitoredService(subject, sources));
    looked += subject.reals.length;
    if (looked < serversATurn) continue;
    looked = 0;
    await sources.pause();
  }
  const live = livenessOf(sources);
  const routers = configured.map(({ name }) => monitoredRouter(name, status));
  return {
    ...{ director: config.director.name, phase, live },
    routers: live.ok ? routers : routers.map(asOfOld),
    services,
    problems: [...problems, ...refusalsOf(sources)],
  };
}

/** A service, and which of its servers are meant. */
type Subject = { readonly virtual: VirtualConfig; readonly reals: readonly RealConfig[] };

const whole = (virtual: VirtualConfig): Subject => ({ virtual, reals: virtual.reals });

function subjectsCalled({ config }: MonitorSources, about: string): readonly Subject[] {
  const services = config.virtuals.filter((virtual) => isServiceCalled(about, virtual));
  if (services.length > 0) return services.map(whole);
  const names = new Set(realsCalled(config, about));
  return config.virtuals.flatMap((virtual) => {
    const reals = virtual.reals.filter((real) => names.has(realName(virtual.id, real)));
    return reals.length === 0 ? [] : [{ virtual, reals }];
  });
}

function monitoredService({ virtual, reals }: Subject, sources: MonitorSources): MonitoredService {
  const service = formatServiceId(virtual.id);
  const states = reals.map((real) => {
    const name = realName(virtual.id, real);
    return { name, state: stateOf(service, name, sources) };
  });
  const count = (wanted: string) => states.filter(({ state }) => state === wanted).length;
  const health = serviceHealthOf(service, sources) ?? { ok: false, reason: `${service} is not configured` };
  return {
    name: virtual.servicename ?? service,
    ...{ up: count('up'), unverified: count('unverified'), out: count('out'), all: reals.length },
    down: states.filter(({ state }) => state === 'down' || state === 'held').map(({ name }) => name),
    health,
  };
}

function stateOf(service: ServiceName, real: RealName, sources: MonitorSources) {
  const mode = sources.weightFactsOf(service, real).override?.mode;
  const isOut = mode === 'drain' || mode === 'disable' || sources.maintenanceOf(service, real);
  return isOut ? 'out' : sources.verdictOf(service, real);
}

function monitoredRouter(name: string, status: ProcessFacts['status']): MonitoredRouter {
  const router = status.find((each) => each.name === name);
  if (router === undefined) return { name, phase: 'absent', reason: 'it does not run', lacks: [] };
  const { phase, reason, missing = [] } = router;
  return { name, phase, reason: describeReason(reason), lacks: missing.map(({ what }) => what) };
}

/** What it was last says nothing any more. */
const asOfOld = (router: MonitoredRouter): MonitoredRouter => ({
  ...router,
  ...{ phase: 'unknown', reason: `it was ${router.phase} when it was heard last` },
});

const refusalsOf = ({ reconcile: { refused } }: MonitorSources): readonly string[] =>
  refused.map(({ operation, reason }) => `the kernel refuses ${operation}: ${reason}`);
