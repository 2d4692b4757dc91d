// The VRRP process: instances, the interfaces they share, and the channel to the main process. It obeys the main
// process while that lives; when it is gone or silent, it hands every role over and ends (docs/architecture.md "Two
// processes"). It leaves the election to the state machines and the sockets to its ports.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Ip } from '../../net/ip.ts';
import type { Micros } from '../../ports/clock.ts';
import { createLatenessHistogram } from '../pace/lateness.ts';
import { createRateLimit } from '../pace/rate-limit.ts';
import { openVrrpInterface, type VrrpInterface } from './adverts/interface.ts';
import { createClaims } from './holdings/claims.ts';
import { createFloatingKeeper } from './holdings/floating-routes.ts';
import { type LateStart, lateStartOf } from './late-start.ts';
import { createLiveness } from './liveness.ts';
import type { Findings, ToVrrpProcess } from './messages.ts';
import { createNetworkView } from './network-view.ts';
import { createRouterShell } from './router/router.ts';
import type { Devices, RouterPorts, RouterShell } from './router/router-ports.ts';
import { channelOf, floatingAddresses } from './router-config.ts';
import { createSyncGroups, groupFaultOf, groupsOf, resumedAs } from './sync-groups.ts';
import { createTelling, problemOf } from './telling.ts';
import type { AdvertChannel, VrrpChannel, VrrpPorts } from './vrrp-ports.ts';

const checkClaimsMs = 5000;
/** A main process that is busy for a while is not gone; adverts do not depend on it. */
const supervisorSilenceMs = 5000;

/** A kernel that does not tell of its links and addresses is asked again. */
const loadRetryMs = 1000;

export type VrrpProcessOptions = {
  readonly pid: number;
  /** What the kernel granted (system/host/realtime.ts). */
  readonly realtime: boolean;
  readonly memoryLocked: boolean;
  /** Ends the process. Called once: when everything is handed over and removed. */
  readonly exit: (status: number) => void;
  readonly supervisorSilenceMs?: number;
  /** When the daemon began, on the monotonic clock; default: now. */
  readonly startedAt?: Micros;
};

export function runInstances(ports: VrrpPorts, channel: VrrpChannel, options: VrrpProcessOptions): void {
  const { clock } = ports;
  const view = createNetworkView(ports.network, clock);
  const emit = (event: Parameters<RouterPorts['emit']>[0]) => channel.send({ type: 'event', event });
  const limit = createRateLimit(clock);
  const lateness = createLatenessHistogram();
  const routes = createFloatingKeeper({ ...ports, view, emit, limit });
  const claims = createClaims({ ...ports, emit, limit });
  const interfaces = new Map<string, VrrpInterface>();
  let running: readonly RouterShell[] = [];
  /** Of all that run. */
  let floating: ReadonlySet<Ip> = new Set();
  /** The members of each sync group. */
  let groups: ReadonlyMap<string, readonly RouterShell[]> = new Map();
  /** Removed from the configuration, but not done handing over. */
  const departing = new Set<Promise<void>>();
  let findings: Findings = {};
  let cancelCheck = () => {};
  let refreshingSoon = false;
  let isLoaded = false;
  let ending = false;
  let cancelRetry = () => {};
  /** Those that are not to take part yet, and what calls their start off. */
  const late = new Map<RouterShell, () => void>();
  const startedAt = options.startedAt ?? clock.now();

  const telling = createTelling({
    ...{ clock, channel, lateness, process: options },
    running: () => running,
    addresses: () => floating.size,
  });
  const routerPorts: RouterPorts = {
    ...ports,
    ...{ view, emit, limit, routes, claims },
    findings: () => findings,
    groupFault: ({ name, syncGroup = '' }) => groupFaultOf(name, groups.get(syncGroup) ?? []),
    settleGroup: createSyncGroups((group) => groups.get(group) ?? []),
    isVirtual: (address: Ip) => floating.has(address),
    onAdvertDue: lateness.note,
    onProgress: telling.onProgress,
  };

  const refresh = () => {
    for (const device of interfaces.values()) device.refresh();
  };

  const refreshSoon = () => {
    if (refreshingSoon) return;
    refreshingSoon = true;
    clock.afterPoll(() => {
      refreshingSoon = false;
      refresh();
    });
  };

  async function load(): Promise<string | undefined> {
    if (isLoaded) return undefined;
    const failure = await view.load();
    if (failure !== undefined) return `Cannot read links and addresses: ${failure.code} ${failure.message}`;
    isLoaded = true;
    keepClaims();
    view.onChange((change) => {
      routes.checkSoon();
      // A virtual address that comes changes nothing that an interface or a source address depends on.
      if (change.type === 'addressAdded' && routerPorts.isVirtual(change.address.address)) return;
      // Addresses come and go by the hundred; a link that dies cannot wait.
      if ('address' in change) refreshSoon();
      else refresh();
    });
    return undefined;
  }

  /** The kernel tells nobody of settings that somebody changes. */
  const keepClaims = () => {
    claims.check();
    cancelCheck = clock.after(checkClaimsMs, keepClaims);
  };

  async function configure(message: Configure): Promise<void> {
    const { instances, resume, serial } = message;
    const failure = await load();
    if (failure !== undefined) {
      channel.send({ type: 'configured', problems: [failure] });
      cancelRetry();
      cancelRetry = clock.after(loadRetryMs, () => obeyInTurn(() => configure(message)));
      return;
    }
    cancelRetry();
    const before = new Map(running.map((router) => [identityOf(router.config()), router]));
    const after = new Map(instances.map((config) => [identityOf(config), config]));
    const leaving = running.filter((router) => !after.has(identityOf(router.config())));
    const kept = instances.map((config) => before.get(identityOf(config)) ?? create(config));
    running = kept;
    floating = new Set(
      instances.flatMap((config) => floatingAddresses(config).map(({ address }) => address)),
    );
    groups = groupsOf(instances, kept);
    view.delay(instances[0]?.linkDelays ?? []);
    telling.pace(instances.map(({ advertIntervalMs }) => advertIntervalMs));
    const isNew = (router: RouterShell) => !before.has(identityOf(router.config()));
    for (const router of leaving) depart(router);
    if (serial !== undefined)
      void Promise.all(departing).then(() => channel.send({ type: 'released', serial }));
    // All of them: a member of a sync group that is not ready yet would be a fault of the others.
    const preparing = kept.filter(isNew).flatMap((router) => router.prepare() ?? []);
    if (preparing.length > 0) await Promise.all(preparing);
    if (ending) return;
    for (const [i, router] of kept.entries()) {
      const config = instances[i];
      if (config === undefined) continue;
      if (isNew(router)) {
        const mayWait = resume === undefined && !isHere(config, instances);
        const wait = mayWait ? lateStartOf(config, times()) : undefined;
        if (wait === undefined) router.start(resumedAs(config, instances, resume));
        else startLater(router, wait);
      } else router.reconfigure(config, devicesOf(config));
    }
    for (const [name, mac] of claims.releaseLeft())
      if (view.linkNamed(name)?.mac === mac) void ports.network.removeLink(name);
    // Which addresses float may have changed, and with it who may use which as source.
    refresh();
    channel.send({ type: 'configured', problems: kept.flatMap(problemOf) });
    telling.status();
    telling.snapshot();
  }

  const times = () => ({ now: clock.now(), startedAt });

  /** One of its addresses, or of its sync group's, is on the host: somebody may be served there. */
  const isHere = (config: VrrpInstanceConfig, instances: readonly VrrpInstanceConfig[]): boolean =>
    instances
      .filter(
        (each) => each === config || (config.syncGroup !== undefined && each.syncGroup === config.syncGroup),
      )
      .some((each) => floatingAddresses(each).some(({ address }) => view.placesOf(address).length > 0));

  function startLater(router: RouterShell, { waitUs, reason }: LateStart): void {
    const { name: instance, virtualRouterId: vrid, interface: device } = router.config();
    const delay_ms = Math.round(waitUs / 1000);
    emit({ event: 'vrrp.start_delayed', instance, vrid, interface: device, delay_ms, reason });
    late.set(
      router,
      clock.after(waitUs / 1000, () => {
        late.delete(router);
        router.start();
      }),
    );
  }

  function create(config: VrrpInstanceConfig): RouterShell {
    return createRouterShell(config, devicesOf(config), routerPorts);
  }

  function devicesOf(config: VrrpInstanceConfig): Devices {
    const channel = channelOf(config);
    const further = (config.furtherInterfaces ?? []).map((name) => deviceAt({ name, channel }));
    return [deviceAt({ name: config.interface, channel }), ...further];
  }

  function deviceAt(place: { readonly name: string; readonly channel: AdvertChannel }): VrrpInterface {
    const key = JSON.stringify(place);
    const known = interfaces.get(key);
    if (known !== undefined) return known;
    const opened = openVrrpInterface(place, routerPorts, () => interfaces.delete(key));
    interfaces.set(key, opened);
    return opened;
  }

  function depart(router: RouterShell, keeps = false): void {
    late.get(router)?.();
    late.delete(router);
    const done = router.shutDown(keeps).finally(() => departing.delete(done));
    departing.add(done);
  }

  /** It goes on beating: with long adverts a hand-over takes longer than a silence that means death. */
  async function end(keeps: boolean): Promise<void> {
    ending = true;
    for (const router of running) depart(router, keeps);
    await Promise.all(departing);
    cancelCheck();
    routes.close();
    limit.close();
    cancelRetry();
    liveness.stop();
  }

  async function supervisorLost(reason: string): Promise<void> {
    if (ending) return;
    emit({ event: 'vrrp.supervisor_lost', reason });
    await end(false);
    options.exit(1);
  }

  async function stop(keeps: boolean): Promise<void> {
    if (ending) return;
    await end(keeps);
    channel.send({ type: 'stopped' });
    options.exit(0);
  }

  let queue: Promise<void> = Promise.resolve();
  function obeyInTurn(work: () => Promise<void>): void {
    queue = queue.then(() => (ending ? undefined : work()));
  }

  function obey(message: ToVrrpProcess): void {
    liveness.heard();
    switch (message.type) {
      case 'configure':
        obeyInTurn(() => {
          findings = message.findings ?? findings;
          return configure(message);
        });
        return;
      case 'track':
        findings = message.findings;
        for (const router of running) router.onTracked();
        return;
      case 'failover': {
        const named = running.find(({ config }) => config().name === message.instance);
        const group = groups.get(named?.config().syncGroup ?? '');
        const moving = message.instance === undefined ? running : (group ?? (named ? [named] : []));
        for (const router of moving) router.handOver();
        return;
      }
      case 'stop':
        queue = queue.then(() => stop(message.keeps === true));
        return;
      case 'heartbeat':
        return;
    }
  }

  const liveness = createLiveness(clock, {
    silenceMs: options.supervisorSilenceMs ?? supervisorSilenceMs,
    firstWordMs: options.supervisorSilenceMs ?? supervisorSilenceMs,
    onBeat: () => {
      channel.send({ type: 'heartbeat' });
      telling.onBeat(isLoaded);
    },
    onSilent: (silentMs) => void supervisorLost(`silent for ${silentMs} ms`),
  });
  channel.onMessage(obey);
  channel.onClosed(() => void supervisorLost('it ended'));
}

type Configure = Extract<ToVrrpProcess, { readonly type: 'configure' }>;

/** What makes another router of it: a change of one of these hands over and starts anew. */
const identityOf = (config: VrrpInstanceConfig): string =>
  JSON.stringify([
    ...[config.name, config.interface, config.virtualRouterId, config.version],
    ...[channelOf(config), config.vmac],
  ]);
