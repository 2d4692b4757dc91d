// The shell of one VRRP instance: what arrives becomes events of its state machine (machine.ts), what the machine wants
// done is carried out by its parts (parts.ts), and here stands when which of them is asked. It decides nothing of the
// election. src/vrrp/README.md; docs/architecture.md "The stall guard".

import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Phase } from '../../../model/vrrp.ts';
import type { Ip } from '../../../net/ip.ts';
import { servesIn } from '../../../vrrp/become.ts';
import { effectivePriority } from '../../../vrrp/election.ts';
import { type FitnessVerdict, fitnessEvent } from '../../../vrrp/fitness.ts';
import type { FurtherPath, RouterConfig } from '../../../vrrp/types.ts';
import { type AdvertFacts, judgeStray, validateAdvert } from '../../../vrrp/validate.ts';
import type { VrrpInstanceStatus } from '../messages.ts';
import { createRouterConfigs, noSource, routerConfigOf } from '../router-config.ts';
import { createMachine, type Machine } from './machine.ts';
import { type Base, createBase, createOutput, type Output } from './parts.ts';
import { createPeers, type Peers } from './peers.ts';
import type { Devices, InstanceSnapshot, RouterPorts, RouterShell } from './router-ports.ts';
import { routerStatusOf } from './router-status.ts';
import { reasonsOf } from './tracked.ts';
import { createYieldingReporter, type Yielding } from './yielding.ts';

/** One router, as the functions below know it. */
type Router = {
  readonly ports: RouterPorts;
  config: VrrpInstanceConfig;
  readonly machine: Machine;
  readonly base: Base;
  readonly output: Output;
  readonly peers: Peers;
  readonly tellYielding: (yielding: Yielding) => void;
  readonly routerConfigs: ReturnType<typeof createRouterConfigs>;
  /** Since it was fit last. */
  linkFailed: boolean;
  ending: boolean;
  /** Once it has given its role away. */
  onDone?: (() => void) | undefined;
};

export function createRouterShell(
  initial: VrrpInstanceConfig,
  devices: Devices,
  ports: RouterPorts,
): RouterShell {
  const config = () => router.config;
  const machine: Machine = createMachine(routerConfigOf(initial, noSource), {
    clock: ports.clock,
    received: () => base.paths.received(),
    carryOut: (effects) => output.effects.push(effects),
    onAdvertDue: ports.onAdvertDue,
    onTransition: (from) => {
      introduce(router, from);
      ports.onProgress('transition');
    },
    onStepped: () => settleGroup(router),
  });
  const present = { config, router: machine.router, state: machine.state };
  const base: Base = createBase(devices, present, {
    ...{ ...ports, initial },
    onAdvert: (facts, path) => hear(router, facts, path),
    onStray: (facts, over) => hearStray(router, facts, over),
    onAnswer: (answer, over) => {
      ports.senderMacs.answered({ source: answer.address, over }, answer.mac);
      if (over === devices[0].name) output.rivals.heard(answer);
    },
    onChanged: () => lookAgain(router),
  });
  const output: Output = createOutput(devices, present, {
    ...{ ...ports, base, dispatch: machine.dispatch },
    onIdle: () => {
      if (machine.state().phase === 'initialize') router.onDone?.();
    },
  });
  const router: Router = {
    ...{ ports, config: initial, machine, base, output, linkFailed: false, ending: false },
    peers: createPeers(ports),
    tellYielding: createYieldingReporter(config, ports),
    routerConfigs: createRouterConfigs(),
  };
  base.paths.use(devices);
  return offer(router);
}

const offer = (router: Router): RouterShell => {
  const { machine, base, output } = router;
  const { fitness } = base;
  return {
    config: () => router.config,
    prepare: () => {
      void output.accepting.apply();
      base.vmac.refresh();
      base.paths.refresh();
      const waits = [base.vmacWait.wait(), output.holdings.prepare()].filter((wait) => wait !== undefined);
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
    },
    start: (resume) => start(router, resume),
    reconfigure: (next, devices) => reconfigure(router, next, devices),
    handOver: () => machine.dispatch({ type: 'handoverRequested' }),
    shutDown: (keeps) => shutDown(router, keeps),
    fault: fitness.fault,
    ownFault: fitness.ownFault,
    onTracked: () => lookAgain(router),
    groupMember: () => ({ state: machine.state(), fit: fitness.ownFault() === undefined }),
    onGroupEvent: (event) => {
      if (event.type === 'trackRecovered') followFitness(router, 'fit');
      else machine.dispatch(event);
    },
    status: () => statusOf(router),
    snapshot: () => ({
      ...{ name: router.config.name, phase: machine.state().phase },
      lastAdvertAt: output.sender.lastSentAt(),
    }),
  };
};

function settleGroup({ config, ports }: Router): void {
  if (config.syncGroup !== undefined) ports.settleGroup(config.syncGroup);
}

const routerNow = ({ config, routerConfigs, base }: Router, source: Ip): RouterConfig =>
  routerConfigs.of(config, source, base.fitness.tracking().offset);

/** @param resume what an earlier process of ours said last, if it died. */
function start(router: Router, resume: InstanceSnapshot | undefined): void {
  if (router.ending) return;
  const { machine, base, output } = router;
  machine.configure(routerNow(router, base.fitness.source() ?? noSource));
  router.linkFailed = base.fitness.linkFault() !== undefined;
  const finds = !router.linkFailed && output.holdings.adopt(machine.router().addresses);
  // What it serves already it hands over before it is in fault for what it tracks.
  const linkUp = finds || base.fitness.fault() === undefined;
  const begins = { linkUp, ...(finds && { finds: 'addresses' as const }) };
  if (resume === undefined) machine.dispatch({ type: 'startup', ...begins });
  else machine.dispatch({ type: 'resumed', ...begins, snapshot: resume });
  if (finds) lookAgain(router);
}

/** An advert for it has come. @returns whether it was believed */
function hear(router: Router, facts: AdvertFacts, path: FurtherPath | undefined): boolean {
  const { machine, base, output, peers } = router;
  const { source } = facts;
  const { furtherInterfaces = [], interface: first } = router.config;
  const over = furtherInterfaces[(path?.index ?? 0) - 1] ?? first;
  const validation = validateAdvert(machine.router(), facts);
  if (validation.outcome === 'rejected') {
    output.reporter.rejected({ ...facts, over }, validation);
    return false;
  }
  const { advert, notes } = validation;
  output.reporter.accepted({ ...facts, over, priority: advert.priority }, notes);
  base.paths.heard(path);
  const known = peers.heard(source, advert.priority, notes);
  output.introduction.end();
  const wasActive = machine.state().phase === 'active';
  const priority = effectivePriority(machine.router());
  machine.dispatch({ type: 'advertReceived', advert, source, ...(path !== undefined && { path }) });
  if (wasActive && machine.state().phase === 'backup' && advert.priority >= priority) {
    router.tellYielding({ peer: source, peerPriority: advert.priority, priority, known, interface: over });
  }
  return true;
}

/** One of a VRID that nobody here has. @returns whether it names our addresses: a wrong VRID, here or there */
function hearStray({ machine, output }: Router, facts: AdvertFacts, over: string): boolean {
  const rejection = judgeStray(machine.router(), facts);
  if (rejection !== undefined) output.reporter.rejected({ ...facts, over }, rejection);
  return rejection !== undefined;
}

/** Between unicast peers; an advert that comes ends it, and so does anything but backup. */
function introduce({ machine, output, config }: Router, from: Phase): void {
  output.introduction.end();
  const enters = machine.state().phase === 'backup' && (from === 'initialize' || from === 'fault');
  if (enters && config.unicastPeers.length > 0) output.introduction.begin(config.advertIntervalMs);
}

/** Links, addresses, or what is tracked may be others now. */
function lookAgain(router: Router): void {
  const { machine, base, config } = router;
  base.vmacWait.look();
  if (machine.state().phase === 'initialize') return;
  base.vmac.refresh();
  base.paths.refresh();
  const source = base.fitness.source();
  const before = effectivePriority(machine.router());
  if (source !== undefined) machine.reconfigure(routerNow(router, source));
  tellPriority(router, before);
  const verdict = base.fitness.verdict();
  // Of a member of a sync group the group says when it comes back.
  if (verdict !== 'fit' || config.syncGroup === undefined) followFitness(router, verdict);
  settleGroup(router);
}

function followFitness(router: Router, verdict: FitnessVerdict): void {
  const { machine } = router;
  const event = fitnessEvent(machine.state().phase, verdict, router.linkFailed);
  if (verdict === 'link_failed') router.linkFailed = true;
  if (verdict === 'fit') router.linkFailed = false;
  if (event !== undefined) machine.dispatch(event);
}

function tellPriority({ machine, base, config, ports }: Router, from: number): void {
  const to = effectivePriority(machine.router());
  if (from === to) return;
  const { name, virtualRouterId: vrid } = config;
  const because = reasonsOf(base.fitness.tracking());
  ports.emit({ event: 'vrrp.priority_changed', instance: name, vrid, from, to, because });
}

function reconfigure(router: Router, next: VrrpInstanceConfig, devices: Devices): void {
  const { machine, base, output, peers, config: before } = router;
  router.config = next;
  peers.reconfigured();
  output.holdings.onConfig(before, servesIn(machine.state().phase));
  void output.accepting.apply();
  base.paths.use(devices);
  machine.reconfigure(routerNow(router, base.fitness.source() ?? machine.router().sourceAddress));
  lookAgain(router);
}

/** Settles when the addresses are gone. @param keeps what nobody takes over, for a restart */
async function shutDown(router: Router, keeps = false): Promise<void> {
  const { machine, base, output } = router;
  router.ending = true;
  base.vmacWait.end();
  await new Promise<void>((resolve) => {
    router.onDone = () => {
      router.onDone = undefined;
      machine.close();
      output.holdings.close();
      base.paths.close();
      resolve();
    };
    machine.dispatch({ type: 'shutdown', ...(keeps && { keeps }) });
  });
  if (keeps) return;
  // Thousands of addresses take longer than the effects behind them have waited.
  await output.effects.removed();
  await Promise.all([output.accepting.remove(), base.vmac.remove()]);
}

function statusOf({ machine, base, output, peers, config }: Router): VrrpInstanceStatus {
  const { holdings, accepting, sender, reporter } = output;
  const state = machine.state();
  return routerStatusOf({
    ...{ config, state, priority: effectivePriority(machine.router()) },
    tracking: base.fitness.tracking,
    paths: base.paths.status,
    peers: peers.status(),
    installed: holdings.installed(),
    missing: [
      ...(servesIn(state.phase) ? holdings.missing() : []),
      ...base.vmac.missing(),
      ...accepting.missing(),
    ],
    advertsSent: sender.count(),
    resignationsSent: sender.resignations(),
    counters: reporter.counters(),
  });
}
