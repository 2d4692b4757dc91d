// The shell of one VRRP instance: feeds its state machine with what arrives, wakes it at its deadlines, and
// carries out its effects, in order. It decides nothing of the election. A deadline is confirmed only after
// the socket has been read: after a stall the timer fires before the adverts that came meanwhile.
// DESIGN.md §1 property 3, vrrp.md §7.4.
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { Ip } from '../net/ip.ts';
import { formatPrefix } from '../net/prefix.ts';
import type { VrrpPhase } from '../ports/vrrp-events.ts';
import { servesIn } from '../vrrp/become.ts';
import { effectivePriority } from '../vrrp/election.ts';
import { nextDeadline } from '../vrrp/next-deadline.ts';
import { initialState, step } from '../vrrp/step.ts';
import type { GroupEvent } from '../vrrp/sync-group.ts';
import { activeDownInterval } from '../vrrp/timers.ts';
import type { Effect, Event, FurtherPath, RouterConfig, State } from '../vrrp/types.ts';
import { type AdvertFacts, validateAdvert } from '../vrrp/validate.ts';
import { createAcceptFilter } from './vrrp-accept.ts';
import { createAdvertSender } from './vrrp-advert-sender.ts';
import type { Claims } from './vrrp-claims.ts';
import { createDeadline } from './vrrp-deadline.ts';
import { createEffectQueue } from './vrrp-effect-queue.ts';
import { createFitness } from './vrrp-fitness.ts';
import type { FloatingKeeper } from './vrrp-floating-routes.ts';
import { createHoldings } from './vrrp-holdings.ts';
import type { InterfacePorts, VrrpInterface } from './vrrp-interface.ts';
import { createIntroduction } from './vrrp-introduction.ts';
import type { VrrpInstanceStatus, VrrpSnapshot } from './vrrp-messages.ts';
import { createPaths } from './vrrp-paths.ts';
import { createPeers } from './vrrp-peers.ts';
import { createReporter } from './vrrp-reporter.ts';
import { type Answer, createRivals } from './vrrp-rivals.ts';
import { noSource, routerConfigOf } from './vrrp-router-config.ts';
import type { GroupedRouter } from './vrrp-sync-groups.ts';
import { reasonsOf, type TrackPorts, trackedStatus } from './vrrp-track.ts';
import { createVmac } from './vrrp-vmac.ts';
import { createYieldingReporter } from './vrrp-yielding.ts';

/** How long a start waits for its macvlan. */
const vmacMsMax = 2000;
/** How long an effect holds back those behind it while the kernel has not answered. */
const kernelMsMax = 100;

export type InstanceSnapshot = VrrpSnapshot['instances'][number];

export type RouterShell = GroupedRouter & {
  readonly config: () => VrrpInstanceConfig;
  /** Makes what it stands on; undefined where that is there. @returns settles when it is, or has taken too long */
  readonly prepare: () => Promise<void> | undefined;
  /** @param resume what an earlier process of ours said last, if it died. */
  readonly start: (resume?: InstanceSnapshot) => void;
  /** The same router with other settings: keeps its role. */
  readonly reconfigure: (config: VrrpInstanceConfig, devices: Devices) => void;
  /** Gives the role away and stays in the election. */
  readonly handOver: () => void;
  /** Gives the role away; settles when the addresses are gone. @param keeps what nobody takes over, for a restart */
  readonly shutDown: (keeps?: boolean) => Promise<void>;
  /** Why it cannot take part now. */
  readonly fault: () => string | undefined;
  /** The same, but for what other members of its sync group lack. */
  readonly ownFault: () => string | undefined;
  /** What is tracked may have changed. */
  readonly onTracked: () => void;
  readonly status: () => VrrpInstanceStatus;
  readonly snapshot: () => InstanceSnapshot;
};

/** Of its interfaces; the first, which never changes, carries the virtual addresses. */
export type Devices = readonly [VrrpInterface, ...VrrpInterface[]];

export type RouterPorts = InterfacePorts &
  TrackPorts & {
    /** Why another member of that instance's sync group cannot take part. */
    readonly groupFault: (config: VrrpInstanceConfig) => string | undefined;
    /** A state of a member, or what depends on it, may have changed. */
    readonly settleGroup: (name: string) => void;
    readonly network: InterfacePorts['network'];
    readonly routes: FloatingKeeper;
    readonly claims: Claims;
    readonly isVirtual: (address: RouterConfig['sourceAddress']) => boolean;
    /** The timer of an advert was believed that much after its time. */
    readonly onAdvertDue: (lateUs: number) => void;
    /** A transition happened, or an advert was really sent. */
    readonly onProgress: (what: 'transition' | 'advert') => void;
  };

export function createRouterShell(
  initial: VrrpInstanceConfig,
  devices: Devices,
  ports: RouterPorts,
): RouterShell {
  const { clock } = ports;
  const [device] = devices;
  let config = initial;
  let router = routerConfigOf(config, noSource);
  let state: State = initialState(clock.now());
  let made: { config: VrrpInstanceConfig; source: Ip; offset: number; router: RouterConfig } | undefined;
  let onDone: (() => void) | undefined;
  let onMade: (() => void) | undefined;
  /** Settles when the last removal of addresses is done. */
  let removed: Promise<unknown> = Promise.resolve();
  let ending = false;
  /** Whether the last fault was one of the interface. */
  let linkFailed = false;
  /** Whether the last advert went to nobody. */
  let unsent = false;

  const reporter = createReporter(
    () => ({ config, priority: effectivePriority(router), fault: fitness.fault }),
    ports,
  );
  const peers = createPeers(ports);
  const tellYielding = createYieldingReporter(() => config, ports);
  const paths = createPaths({
    ...ports,
    config: () => config,
    sourceAddress: () => router.sourceAddress,
    silenceUs: () => activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs),
    onAdvert,
    onAnswer: (answer) => rivals.heard(answer),
    onChanged,
  });
  const vmac = createVmac(initial, { ...ports, onChanged });
  const fitness = createFitness({
    ...ports,
    config: () => config,
    devices: [device, vmac],
    currentSource: () => router.sourceAddress,
  });
  const sender = createAdvertSender(
    () => vmac.routesFor(paths.routes()),
    () => ({ config, router }),
    {
      ...ports,
      onSent,
      onFailed: (reason) => {
        unsent = true;
        dispatch({ type: 'advertFailed', reason, lastSentAt: sender.lastSentAt() });
      },
    },
  );
  const holdings = createHoldings(device, {
    ...ports,
    config: () => config,
    onExpired: () => dispatch({ type: 'deadlineReached' }),
  });
  const introduction = createIntroduction({ ...ports, routes: () => paths.routes() });
  const rivals = createRivals(device, {
    ...ports,
    config: () => config,
    sourceAddress: () => router.sourceAddress,
    installed: holdings.installed,
    onAnswered,
  });
  const accepting = createAcceptFilter(() => config, ports);
  const effects = createEffectQueue({
    clock,
    carryOut,
    // A new active that waits for its kernel is a silent one: the others would take it for dead.
    patienceMs: ({ type }) =>
      type === 'addAddresses' ? Math.min(kernelMsMax, router.advertIntervalUs / 1000) : kernelMsMax,
    onIdle: () => {
      if (state.phase === 'initialize') onDone?.();
    },
  });
  const deadline = createDeadline(
    () => nextDeadline(state),
    () => dispatch({ type: 'deadlineReached' }),
    { clock, received: paths.received },
  );

  function settleGroup(): void {
    if (config.syncGroup !== undefined) ports.settleGroup(config.syncGroup);
  }

  /** The same one while nothing that it is made of has changed: it may have thousands of addresses. */
  function routerNow(source: RouterConfig['sourceAddress']): RouterConfig {
    const { offset } = fitness.tracking();
    if (made?.config !== config || made.source !== source || made.offset !== offset)
      made = { config, source, offset, router: routerConfigOf(config, source, offset) };
    return made.router;
  }

  function dispatch(event: Event): void {
    const before: VrrpPhase = state.phase;
    const now = clock.now();
    if (event.type === 'deadlineReached' && state.phase === 'active' && now >= state.nextAdvertAt)
      ports.onAdvertDue(now - state.nextAdvertAt);
    const next = step(router, state, event, now);
    state = next.state;
    // What it wants done now is meant for the new configuration.
    if (event.type === 'reconfigured') router = event.router;
    effects.push(next.effects);
    if (state.phase !== before) introduce(before);
    deadline.arm();
    if (state.phase !== before) ports.onProgress('transition');
    settleGroup();
  }

  /** Between unicast peers; an advert that comes ends it, and so does anything but backup. */
  function introduce(before: VrrpPhase): void {
    introduction.end();
    const enters = state.phase === 'backup' && (before === 'initialize' || before === 'fault');
    if (enters && config.unicastPeers.length > 0) introduction.begin(config.advertIntervalMs);
  }

  /** @returns a promise where the effects after it must wait for the kernel. */
  function carryOut(effect: Effect): Promise<unknown> | undefined {
    switch (effect.type) {
      case 'sendAdvert':
        // Whoever yields to it is to be asked before that. A new active has just announced itself.
        if (state.phase === 'active' && isSettled()) rivals.ask();
        sender.send(effect.priority);
        return undefined;
      case 'renewLease':
        // Only what was really sent keeps the addresses alive (DESIGN.md §1 property 2).
        return renewal(effect.atLeastUs);
      case 'addAddresses':
        return holdings.add(effect.addresses);
      case 'removeAddresses':
        removed = holdings.remove(effect.addresses, effect.reason);
        return removed;
      case 'announce':
        holdings.announce(effect);
        return undefined;
      case 'report':
        reporter.report(effect.report);
        return undefined;
    }
  }

  /** @returns a promise where it is the last thing that happens: the kernel must have it before this process ends. */
  function renewal(atLeastUs: number | undefined): Promise<unknown> | undefined {
    if (state.phase !== 'initialize') {
      sender.whenSent(() => void holdings.renew(atLeastUs));
      return undefined;
    }
    return new Promise<void>((resolve) =>
      sender.whenSent(() => void holdings.renew(atLeastUs).then(resolve)),
    );
  }

  function onAdvert(facts: AdvertFacts, path: FurtherPath | undefined): boolean {
    const validation = validateAdvert(router, facts);
    if (validation.outcome === 'rejected') {
      reporter.rejected(facts, validation);
      return false;
    }
    reporter.accepted(facts, validation.notes);
    paths.heard(path);
    const { advert } = validation;
    const known = peers.heard(facts.source, advert.priority);
    introduction.end();
    const wasActive = state.phase === 'active';
    const priority = effectivePriority(router);
    dispatch({ type: 'advertReceived', advert, source: facts.source, ...(path !== undefined && { path }) });
    if (wasActive && state.phase === 'backup' && advert.priority >= priority) {
      const yielded = { peer: facts.source, peerPriority: advert.priority, priority, known };
      tellYielding({
        ...yielded,
        interface: config.furtherInterfaces?.[(path?.index ?? 0) - 1] ?? config.interface,
      });
    }
    return true;
  }

  function onSent(): void {
    ports.onProgress('advert');
    if (!unsent) return;
    unsent = false;
    dispatch({ type: 'advertSent' });
  }

  /** Who answers while the role is just changing hands is no rival. */
  const isSettled = (): boolean => 2 * (clock.now() - state.since) >= router.advertIntervalUs;

  function onAnswered(answer: Answer): void {
    if (state.phase !== 'active' || !isSettled()) return;
    reporter.answeredElsewhere(answer);
    dispatch({ type: 'answeredElsewhere' });
  }

  function changeRouter(next: RouterConfig): void {
    if (next === router || JSON.stringify(next) === JSON.stringify(router)) return;
    dispatch({ type: 'reconfigured', router: next });
  }

  /** A macvlan takes a moment: to begin without it would be a fault that is none. */
  const whenMade = () =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(vmacMsMax, () => onMade?.());
      onMade = () => {
        cancel();
        onMade = undefined;
        resolve();
      };
    });

  function onChanged(): void {
    if (onMade !== undefined) {
      vmac.refresh();
      if (!vmac.pending()) onMade();
    }
    if (state.phase === 'initialize') return;
    vmac.refresh();
    paths.refresh();
    const source = fitness.source();
    const before = effectivePriority(router);
    if (source !== undefined) changeRouter(routerNow(source));
    tellPriority(before);
    const failed = fitness.linkFault();
    if (failed !== undefined) {
      linkFailed = true;
      if (state.phase !== 'fault') dispatch({ type: 'linkDown' });
    } else if (fitness.ownFault() !== undefined) {
      if (state.phase !== 'fault') dispatch({ type: 'trackFailed' });
    } else if (config.syncGroup === undefined) recover();
    settleGroup();
  }

  /** It is fit again, and so is its sync group. */
  function recover(): void {
    if (state.phase !== 'fault' && state.phase !== 'leaving') return;
    const isBack = linkFailed && state.phase === 'fault';
    linkFailed = false;
    dispatch({ type: isBack ? 'linkUp' : 'trackRecovered' });
  }

  function tellPriority(from: number): void {
    const to = effectivePriority(router);
    if (from === to) return;
    const { name, virtualRouterId: vrid } = config;
    const because = reasonsOf(fitness.tracking());
    ports.emit({ event: 'vrrp.priority_changed', instance: name, vrid, from, to, because });
  }

  /** Of what it should hold in this phase. */
  function missingNow(): Pick<VrrpInstanceStatus, 'missing'> {
    const missing = [
      ...(servesIn(state.phase) ? holdings.missing() : []),
      ...vmac.missing(),
      ...accepting.missing(),
    ];
    return missing.length === 0 ? {} : { missing };
  }

  paths.use(devices);

  return {
    config: () => config,
    prepare: () => {
      void accepting.apply();
      vmac.refresh();
      paths.refresh();
      return vmac.pending() ? whenMade() : undefined;
    },
    start: (resume) => {
      if (ending) return;
      router = routerNow(fitness.source() ?? noSource);
      linkFailed = fitness.linkFault() !== undefined;
      const finds = !linkFailed && holdings.adopt(router.addresses);
      // What it serves already it hands over before it is in fault for what it tracks.
      const linkUp = finds || fitness.fault() === undefined;
      const begins = { linkUp, ...(finds && { finds: 'addresses' as const }) };
      if (resume === undefined) dispatch({ type: 'startup', ...begins });
      else dispatch({ type: 'resumed', ...begins, snapshot: resume });
      if (finds) onChanged();
    },
    reconfigure: (next, nextDevices) => {
      const before = config;
      config = next;
      holdings.onConfig(before, servesIn(state.phase));
      void accepting.apply();
      paths.use(nextDevices);
      changeRouter(routerNow(fitness.source() ?? router.sourceAddress));
      onChanged();
    },
    handOver: () => dispatch({ type: 'handoverRequested' }),
    shutDown: (keeps = false) =>
      new Promise((resolve) => {
        ending = true;
        onMade?.();
        onDone = () => {
          onDone = undefined;
          deadline.cancel();
          holdings.close();
          paths.close();
          if (keeps) return resolve();
          // Thousands of addresses take longer than the effects behind them have waited.
          void removed.then(() => Promise.all([accepting.remove(), vmac.remove()])).then(() => resolve());
        };
        dispatch({ type: 'shutdown', ...(keeps && { keeps }) });
      }),
    fault: fitness.fault,
    ownFault: fitness.ownFault,
    onTracked: onChanged,
    groupMember: () => ({ state, fit: fitness.ownFault() === undefined }),
    onGroupEvent: (event: GroupEvent) => {
      if (event.type === 'trackRecovered') recover();
      else dispatch(event);
    },
    status: () => ({
      name: config.name,
      interface: config.interface,
      vrid: config.virtualRouterId,
      phase: state.phase,
      priority: effectivePriority(router),
      ...(effectivePriority(router) !== config.priority && { basePriority: config.priority }),
      ...(config.trackers !== undefined && { tracked: trackedStatus(fitness.tracking()) }),
      ...(config.syncGroup !== undefined && { syncGroup: config.syncGroup }),
      ...(config.furtherInterfaces !== undefined && { paths: paths.status() }),
      sinceMs: Math.floor(state.since / 1000),
      ...(state.phase === 'backup' &&
        state.heard !== undefined && {
          active: { address: state.heard.address, priority: state.heard.priority },
        }),
      ...(peers.status().length > 0 && { peers: peers.status() }),
      addresses: holdings.installed().map(formatPrefix),
      ...missingNow(),
      advertsSent: sender.count(),
      ...reporter.counters(),
    }),
    snapshot: () => ({ name: config.name, phase: state.phase, lastAdvertAt: sender.lastSentAt() }),
  };
}
