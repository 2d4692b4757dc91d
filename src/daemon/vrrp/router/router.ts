// The shell of one VRRP instance: feeds its state machine with what arrives, wakes it at its deadlines, and
// carries out its effects, in order. It decides nothing of the election. A deadline is confirmed only after
// the socket has been read: after a stall the timer fires before the adverts that came meanwhile.
// docs/architecture.md "The stall guard", docs/reference/sockets.md §4.

import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Phase } from '../../../model/vrrp.ts';
import type { Ip } from '../../../net/ip.ts';
import { servesIn } from '../../../vrrp/become.ts';
import { effectivePriority } from '../../../vrrp/election.ts';
import { nextDeadline } from '../../../vrrp/next-deadline.ts';
import { initialState, step } from '../../../vrrp/step.ts';
import type { GroupEvent } from '../../../vrrp/sync-group.ts';
import { activeDownInterval } from '../../../vrrp/timers.ts';
import type { Event, FurtherPath, RouterConfig, State } from '../../../vrrp/types.ts';
import { type AdvertFacts, validateAdvert } from '../../../vrrp/validate.ts';
import type { Answer } from '../adverts/interface.ts';
import { createPaths } from '../adverts/paths.ts';
import { createAdvertSender } from '../adverts/sender.ts';
import { createAcceptFilter } from '../holdings/accept-filter.ts';
import { createHoldings } from '../holdings/holdings.ts';
import { createVmac } from '../holdings/macvlan.ts';
import { createRivals } from '../holdings/rivals.ts';
import { createRouterConfigs, noSource, routerConfigOf } from '../router-config.ts';
import { createDeadline } from './deadline.ts';
import { createEffects } from './effects.ts';
import { createFitness } from './fitness.ts';
import { createIntroduction } from './introduction.ts';
import { createMaking } from './making.ts';
import { createPeers } from './peers.ts';
import { createReporter } from './reporter.ts';
import type { Devices, RouterPorts, RouterShell } from './router-ports.ts';
import { routerStatusOf } from './router-status.ts';
import { reasonsOf } from './tracked.ts';
import { createYieldingReporter } from './yielding.ts';

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
  let onDone: (() => void) | undefined;
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
  const making = createMaking(vmac, clock);
  const routerConfigs = createRouterConfigs();
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
  const effects = createEffects({
    ...{ clock, isSettled, sender, holdings, rivals, reporter },
    router: () => router,
    state: () => state,
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

  const routerNow = (source: Ip): RouterConfig => routerConfigs.of(config, source, fitness.tracking().offset);

  function dispatch(event: Event): void {
    const before: Phase = state.phase;
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
  function introduce(before: Phase): void {
    introduction.end();
    const enters = state.phase === 'backup' && (before === 'initialize' || before === 'fault');
    if (enters && config.unicastPeers.length > 0) introduction.begin(config.advertIntervalMs);
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
  function isSettled(): boolean {
    return 2 * (clock.now() - state.since) >= router.advertIntervalUs;
  }

  function onAnswered(answer: Answer): void {
    if (state.phase !== 'active' || !isSettled()) return;
    reporter.answeredElsewhere(answer);
    dispatch({ type: 'answeredElsewhere' });
  }

  function changeRouter(next: RouterConfig): void {
    if (next === router || JSON.stringify(next) === JSON.stringify(router)) return;
    dispatch({ type: 'reconfigured', router: next });
  }

  function onChanged(): void {
    making.look();
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

  const status = () =>
    routerStatusOf({
      config,
      state,
      priority: effectivePriority(router),
      tracking: fitness.tracking,
      paths: paths.status,
      peers: peers.status(),
      installed: holdings.installed(),
      missing: [
        ...(servesIn(state.phase) ? holdings.missing() : []),
        ...vmac.missing(),
        ...accepting.missing(),
      ],
      advertsSent: sender.count(),
      counters: reporter.counters(),
    });

  paths.use(devices);

  return {
    config: () => config,
    prepare: () => {
      void accepting.apply();
      vmac.refresh();
      paths.refresh();
      return making.wait();
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
        making.end();
        onDone = () => {
          onDone = undefined;
          deadline.cancel();
          holdings.close();
          paths.close();
          if (keeps) return resolve();
          // Thousands of addresses take longer than the effects behind them have waited.
          void effects
            .removed()
            .then(() => Promise.all([accepting.remove(), vmac.remove()]))
            .then(() => resolve());
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
    status,
    snapshot: () => ({ name: config.name, phase: state.phase, lastAdvertAt: sender.lastSentAt() }),
  };
}
