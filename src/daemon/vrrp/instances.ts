// Which virtual routers run in the VRRP process: those of the configuration, each kept, made or given up by what differs;
// and what they share: interfaces, sync groups, the view of the network, what floats. Each router is router/router.ts's.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Ip } from '../../net/ip.ts';
import type { Micros } from '../../ports/clock.ts';
import type { NetworkChange } from '../../ports/kernel.ts';
import { createInterfaces, type VrrpInterfaces } from './adverts/interfaces.ts';
import { createSenderMacs } from './adverts/sender-macs.ts';
import { createLateStarts, type LateStarts, lateStartOf } from './late-start.ts';
import type { Findings, ToVrrpProcess } from './messages.ts';
import { createRouterShell } from './router/router.ts';
import type { RouterPorts, RouterShell } from './router/router-ports.ts';
import { channelOf, floatingAddresses } from './router-config.ts';
import { createSyncGroups, groupFaultOf, groupsOf, resumedAs } from './sync-groups.ts';
import { problemOf } from './telling.ts';

const checkClaimsMs = 5000;

export type Configuration = Extract<ToVrrpProcess, { readonly type: 'configure' }>;

export type Instances = {
  readonly running: () => readonly RouterShell[];
  /** How many virtual addresses all that run have. */
  readonly addresses: () => number;
  /** Once links and addresses can be read, they are followed. @returns why they cannot */
  readonly load: () => Promise<string | undefined>;
  readonly isLoaded: () => boolean;
  /** After {@link load}. @returns what stands in the way of some of them; undefined: all are being ended */
  readonly configure: (configuration: Configuration) => Promise<readonly string[] | undefined>;
  /** What was found out of tracked things; who runs already is to look at it ({@link RouterShell.onTracked}). */
  readonly learn: (findings: Findings) => void;
  /** Of that name or its sync group; without a name, all. */
  readonly handOver: (instance?: string) => void;
  /** Settles when every router has given its role away. @param keeps what nobody takes over */
  readonly end: (keeps: boolean) => Promise<void>;
};

export type InstancesPorts = Omit<
  RouterPorts,
  'findings' | 'groupFault' | 'settleGroup' | 'isVirtual' | 'senderMacs'
> & {
  /** When the daemon began, on the monotonic clock. */
  readonly startedAt: Micros;
  /** What the configurations up to that one have left out is handed over. */
  readonly onReleased: (serial: number) => void;
  /** The advert intervals of all that run. */
  readonly onIntervals: (intervalsMs: readonly number[]) => void;
};

type Running = {
  readonly ports: InstancesPorts;
  readonly routerPorts: RouterPorts;
  readonly interfaces: VrrpInterfaces;
  readonly lateStarts: LateStarts;
  routers: readonly RouterShell[];
  /** Of all that run. */
  floating: ReadonlySet<Ip>;
  /** The members of each sync group. */
  groups: ReadonlyMap<string, readonly RouterShell[]>;
  /** Given up, but not done handing over. */
  readonly leaving: Set<Promise<void>>;
  findings: Findings;
  isLoaded: boolean;
  isEnding: boolean;
  cancelCheck: () => void;
};

export function createInstances(ports: InstancesPorts): Instances {
  const routerPorts: RouterPorts = {
    ...ports,
    findings: () => running.findings,
    groupFault: ({ name, syncGroup = '' }) => groupFaultOf(name, running.groups.get(syncGroup) ?? []),
    settleGroup: createSyncGroups((group) => running.groups.get(group) ?? []),
    isVirtual: (address) => running.floating.has(address),
    senderMacs: createSenderMacs(ports),
  };
  const running: Running = {
    ...{ ports, routerPorts, routers: [], floating: new Set(), groups: new Map(), leaving: new Set() },
    interfaces: createInterfaces(routerPorts),
    lateStarts: createLateStarts(ports),
    ...{ findings: {}, isLoaded: false, isEnding: false, cancelCheck: () => {} },
  };
  return {
    running: () => running.routers,
    addresses: () => running.floating.size,
    load: () => load(running),
    isLoaded: () => running.isLoaded,
    configure: (configuration) => configure(running, configuration),
    learn: (findings) => {
      running.findings = findings;
    },
    handOver: (instance) => {
      for (const router of namedBy(running, instance)) router.handOver();
    },
    end: async (keeps) => {
      running.isEnding = true;
      for (const router of running.routers) giveUp(running, router, keeps);
      await Promise.all(running.leaving);
      running.cancelCheck();
    },
  };
}

async function load(running: Running): Promise<string | undefined> {
  if (running.isLoaded) return undefined;
  const failure = await running.ports.view.load();
  if (failure !== undefined) return `Cannot read links and addresses: ${failure.code} ${failure.message}`;
  running.isLoaded = true;
  keepClaims(running);
  running.ports.view.onChange((change) => follow(running, change));
  return undefined;
}

/** The kernel tells nobody of settings that somebody changes. */
function keepClaims(running: Running): void {
  const { claims, clock } = running.ports;
  claims.check();
  running.cancelCheck = clock.after(checkClaimsMs, () => keepClaims(running));
}

function follow({ ports, floating, interfaces }: Running, change: NetworkChange): void {
  ports.routes.checkSoon();
  // A virtual address that comes changes nothing that an interface or a source address depends on.
  if (change.type === 'addressAdded' && floating.has(change.address.address)) return;
  // A link that dies cannot wait.
  if ('address' in change) interfaces.refreshSoon();
  else interfaces.refresh();
}

async function configure(
  running: Running,
  { instances, resume, serial }: Configuration,
): Promise<readonly string[] | undefined> {
  const { ports, interfaces } = running;
  const before = new Set(running.routers);
  take(running, instances);
  const { routers } = running;
  for (const router of before) if (!routers.includes(router)) giveUp(running, router);
  if (serial !== undefined) void Promise.all(running.leaving).then(() => ports.onReleased(serial));
  const isNew = (router: RouterShell) => !before.has(router);
  // All of them: a member of a sync group that is not ready yet would be a fault of the others.
  const preparing = routers.filter(isNew).flatMap((router) => router.prepare() ?? []);
  if (preparing.length > 0) await Promise.all(preparing);
  if (running.isEnding) return undefined;
  for (const [i, router] of routers.entries()) {
    const config = instances[i];
    if (config === undefined) continue;
    if (isNew(router)) start(running, router, { config, instances, ...(resume !== undefined && { resume }) });
    else router.reconfigure(config, interfaces.of(config));
  }
  for (const [name, mac] of ports.claims.releaseLeft())
    if (ports.view.linkNamed(name)?.mac === mac) void ports.network.removeLink(name);
  // Which addresses float may have changed, and with it who may use which as source.
  interfaces.refresh();
  return routers.flatMap(problemOf);
}

/** From now on these, each by the router that it had, or by a new one. */
function take(running: Running, instances: readonly VrrpInstanceConfig[]): void {
  const { ports, routerPorts, interfaces } = running;
  const known = new Map(running.routers.map((router) => [identityOf(router.config()), router]));
  running.routers = instances.map(
    (config) =>
      known.get(identityOf(config)) ?? createRouterShell(config, interfaces.of(config), routerPorts),
  );
  const addresses = instances.flatMap((config) => floatingAddresses(config).map(({ address }) => address));
  running.floating = new Set(addresses);
  running.groups = groupsOf(instances, running.routers);
  ports.view.delay(instances[0]?.linkDelays ?? []);
  ports.onIntervals(instances.map(({ advertIntervalMs }) => advertIntervalMs));
}

/** What makes another router of it: a change of one of these hands over and starts anew. */
const identityOf = (config: VrrpInstanceConfig): string =>
  JSON.stringify([
    ...[config.name, config.interface, config.virtualRouterId, config.version],
    ...[channelOf(config), config.vmac],
  ]);

type Start = Pick<Configuration, 'instances' | 'resume'> & { readonly config: VrrpInstanceConfig };

function start(
  { ports, lateStarts }: Running,
  router: RouterShell,
  { config, instances, resume }: Start,
): void {
  const mayWait = resume === undefined && !isHere(config, instances, ports);
  const late = mayWait
    ? lateStartOf(config, { now: ports.clock.now(), startedAt: ports.startedAt })
    : undefined;
  if (late === undefined) router.start(resumedAs(config, instances, resume));
  else lateStarts.start(router, late);
}

/** One of its addresses, or of its sync group's, is on the host: somebody may be served there. */
const isHere = (
  config: VrrpInstanceConfig,
  instances: readonly VrrpInstanceConfig[],
  { view }: InstancesPorts,
): boolean =>
  instances
    .filter(
      (each) => each === config || (config.syncGroup !== undefined && each.syncGroup === config.syncGroup),
    )
    .some((each) => floatingAddresses(each).some(({ address }) => view.placesOf(address).length > 0));

function giveUp({ lateStarts, leaving }: Running, router: RouterShell, keeps = false): void {
  lateStarts.cancel(router);
  const done = router.shutDown(keeps).finally(() => leaving.delete(done));
  leaving.add(done);
}

function namedBy({ routers, groups }: Running, instance: string | undefined): readonly RouterShell[] {
  if (instance === undefined) return routers;
  const named = routers.filter(({ config }) => config().name === instance);
  return groups.get(named[0]?.config().syncGroup ?? '') ?? named;
}
