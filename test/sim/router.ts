// The shell of one router as the daemon has it (src/daemon/vrrp/router/router.ts), in virtual time: validation, step(),
// the real deadline with its drain-before-act, effects in order behind the answers of the kernel, the pause
// before a handed-over address goes, snapshots for a resume.

import { lingerMs, lingersAfter } from '../../src/daemon/vrrp/holdings/linger.ts';
import type { Micros } from '../../src/ports/clock.ts';
import { nextDeadline } from '../../src/vrrp/next-deadline.ts';
import { initialState } from '../../src/vrrp/step.ts';
import type { Effect, Event, RouterConfig, Step } from '../../src/vrrp/types.ts';
import { validateAdvert } from '../../src/vrrp/validate.ts';
import { addAddresses, adoptAddresses, announce, removeAddresses, renewAddresses } from './addresses.ts';
import { after, notify, transmit } from './host.ts';
import { packetsOf } from './packets.ts';
import type { Place, RouterPlan } from './scenario.ts';
import {
  type Group,
  type Host,
  kernelServes,
  localTime,
  type Packet,
  type Router,
  type World,
} from './world.ts';

/** As in src/daemon/vrrp/router/effects.ts and vrrp-process.ts. */
const KERNEL_WAIT_US = 100_000;
const LINGER_US = 1000 * lingerMs;
const SNAPSHOT_EVERY_US = 50_000;

export const createRouter = (plan: RouterPlan, host: Host, group: Group): Router => ({
  name: `${host.plan.name}/${group.name}`,
  ...{
    host,
    group,
    config: plan.config,
    state: initialState(0),
    enteredAt: 0,
    deadline: undefined,
    queue: [],
  },
  ...{
    busy: false,
    refused: false,
    late: false,
    lastSent: false,
    lastSentAt: 0,
    wanted: false,
    restoredAt: Number.NEGATIVE_INFINITY,
  },
  vips: plan.config.addresses.map(() => 0),
  stay: () => {},
  ...{ snapshot: undefined, snapshotAt: Number.NEGATIVE_INFINITY, packets: new Map() },
});

/** A new process takes the router up. @param event startup or resumed */
export function boot(world: World, router: Router, event: Event): void {
  const { host } = router;
  router.state = initialState(localTime(host, world.agenda.now()));
  router.enteredAt = world.agenda.now();
  router.queue.length = 0;
  router.busy = false;
  router.lastSent = false;
  router.refused = false;
  router.late = false;
  router.lastSentAt = 0;
  const finds = adoptAddresses(router) ? { finds: 'addresses' as const } : {};
  router.snapshotAt = Number.NEGATIVE_INFINITY;
  router.deadline = world.machine.createDeadline(
    () => nextDeadline(router.state),
    () => dispatch(world, router, { type: 'deadlineReached' }),
    {
      clock: {
        now: () => localTime(host, world.agenda.now()),
        after: (delayMs, run) => after(world, host, delayMs * 1000, run),
        afterPoll: (run) => host.immediates.push(run),
      },
      received: () => host.datagrams,
    },
  );
  dispatch(
    world,
    router,
    event.type === 'startup' || event.type === 'resumed' ? { ...event, ...finds } : event,
  );
}

export function dispatch(world: World, router: Router, event: Event): void {
  const now = localTime(router.host, world.agenda.now());
  const before = router.state;
  const made = spoken(router, event, world.machine.step(router.config, before, event, now));
  world.counts.steps += 1;
  router.state = made.state;
  if (made.state.phase !== before.phase) router.enteredAt = world.agenda.now();
  if (event.type === 'reconfigured') reconfigure(router, event.router, world.agenda.now());
  world.referee.stepped(router, { before, event, effects: made.effects, now });
  if (made.effects.some(({ type }) => type === 'addAddresses')) router.stay();
  router.queue.push(...made.effects);
  if (!router.busy) carryOut(world, router);
  router.deadline?.arm();
  if (made.state.phase === before.phase) return;
  world.counts.transitions += 1;
  takeSnapshot(router, now);
}

/** keepalived says nothing when it yields: it would be its last word. */
function spoken({ host }: Router, event: Event, made: Step): Step {
  const speaks =
    host.plan.silent !== true || made.state.phase === 'active' || event.type !== 'advertReceived';
  if (speaks) return made;
  return { ...made, effects: made.effects.filter(({ type }) => type !== 'sendAdvert') };
}

function reconfigure(router: Router, config: RouterConfig, now: Micros): void {
  router.config = config;
  router.host.disturbedAt = now;
  router.packets.clear();
}

function takeSnapshot(router: Router, now: Micros): void {
  router.snapshotAt = now;
  router.snapshot = { phase: router.state.phase, lastAdvertAt: router.lastSentAt };
}

/** Until one effect must wait for the kernel; but not for long: adverts must go out. */
function carryOut(world: World, router: Router): void {
  for (let effect = router.queue.shift(); effect !== undefined; effect = router.queue.shift()) {
    let isAnswered = false;
    const { life } = router.host;
    const goOn = (): void => {
      if (isAnswered || router.host.life !== life) return;
      isAnswered = true;
      router.busy = false;
      carryOut(world, router);
    };
    if (!perform(world, router, effect, goOn)) continue;
    router.busy = true;
    const isNew = effect.type === 'addAddresses';
    const patienceUs = isNew ? Math.min(KERNEL_WAIT_US, router.config.advertIntervalUs) : KERNEL_WAIT_US;
    after(world, router.host, patienceUs, goOn);
    return;
  }
}

/** @returns whether what comes after it must wait until `answered` is called. */
function perform(world: World, router: Router, effect: Effect, answered: () => void): boolean {
  switch (effect.type) {
    case 'sendAdvert':
      sendAdvert(world, router, effect.priority);
      return false;
    case 'renewLease':
      if (router.lastSent) renewAddresses(world, router, effect.atLeastUs);
      return false;
    case 'addAddresses':
      addAddresses(world, router, answered);
      return true;
    case 'removeAddresses':
      if (lingersAfter.has(effect.reason)) linger(world, router, answered);
      else removeAddresses(world, router, answered);
      return true;
    case 'announce':
      announce(world, router, effect.repeat);
      return false;
    case 'report':
      return false;
  }
}

/** Unless its role comes back meanwhile. */
function linger(world: World, router: Router, answered: () => void): void {
  const cancel = after(world, router.host, LINGER_US, () => removeAddresses(world, router, answered));
  router.stay = () => {
    cancel();
    answered();
  };
}

function sendAdvert(world: World, router: Router, priority: number): void {
  const { host } = router;
  const isRefused = host.unsentUntil > world.agenda.now();
  router.lastSent = host.linkUp && !isRefused;
  world.trace?.(
    world.agenda.now(),
    router.name,
    router.lastSent ? `sends ${priority}` : `cannot send ${priority}`,
  );
  if (isRefused) {
    router.refused = true;
    const { lastSentAt } = router;
    dispatch(world, router, { type: 'advertFailed', reason: 'EPERM', lastSentAt });
    return;
  }
  if (!host.linkUp) return;
  const now = localTime(host, world.agenda.now());
  router.lastSentAt = now;
  const asker = isAsking(world, router, priority) ? router : undefined;
  world.counts.adverts += 1;
  const packets = packetsOf(router, priority);
  world.referee.sent(router, packets, priority);
  for (const packet of packets) deliver(world, packet, router, asker);
  if (asker !== undefined && router.group.squattedUntil > world.agenda.now()) askSquatter(world, router);
  if (now - router.snapshotAt >= SNAPSHOT_EVERY_US) takeSnapshot(router, now);
  if (!router.refused) return;
  router.refused = false;
  dispatch(world, router, { type: 'advertSent' });
}

/** Whether it asks before the advert who else has its address (src/daemon/vrrp/holdings/rivals.ts). */
function isAsking(world: World, router: Router, priority: number): boolean {
  const { state, host, config } = router;
  if (!world.machine.asks || host.plan.silent === true || priority === 0 || state.phase !== 'active')
    return false;
  return 2 * (localTime(host, world.agenda.now()) - state.since) >= config.advertIntervalUs;
}

/** The kernel of another host is asked, and answers if it has the address. */
export function answer(world: World, asker: Router, to: Host): void {
  const other = to.routers.find(({ group }) => group === asker.group);
  if (other === undefined || (other.vips[0] ?? 0) === 0 || !kernelServes(to, world.agenda.now())) return;
  sendAnswer(world, asker, to.index);
}

function sendAnswer(world: World, asker: Router, from: Place): void {
  const { host } = asker;
  const { life } = host;
  world.lan.send(from, host.index, () => {
    if (!host.powered || !host.linkUp || !host.running || host.life !== life) return;
    notify(world, host, () => {
      const isSettled = isAsking(world, asker, 1);
      if (isSettled) dispatch(world, asker, { type: 'answeredElsewhere' });
    });
  });
}

/** Somebody else's host, beside the client: it answers as long as it has the address. */
function askSquatter(world: World, asker: Router): void {
  const place = world.hosts.length;
  world.lan.send(asker.host.index, place, () => {
    if (asker.group.squattedUntil > world.agenda.now()) sendAnswer(world, asker, place);
  });
}

/** A multicast reaches every host on the network, whoever is in the group. */
function deliver(
  world: World,
  packet: Packet,
  { host: from, group }: Router,
  asker: Router | undefined,
): void {
  if (packet.facts.destination === 'multicast') {
    for (const to of world.hosts) if (to !== from) transmit(world, from, packet, { to, asker });
    return;
  }
  const to = group.routers.find((peer) => peer.config.sourceAddress === packet.destination);
  if (to !== undefined) transmit(world, from, packet, { to: to.host, asker });
}

/** As the interface hands it to whoever runs that VRID. */
export function receive(world: World, router: Router, packet: Packet): void {
  const { config } = router;
  if (packet.family !== config.family) return;
  if (packet.virtualRouterId !== config.virtualRouterId && !packet.invalid) return;
  let verdict = packet.verdicts.get(config);
  if (verdict === undefined) {
    verdict = validateAdvert(config, packet.facts);
    packet.verdicts.set(config, verdict);
  }
  world.referee.judged(router, packet, verdict);
  if (verdict.outcome === 'rejected') return;
  world.trace?.(world.agenda.now(), router.name, `hears ${verdict.advert.priority} of ${packet.source}`);
  dispatch(world, router, { type: 'advertReceived', advert: verdict.advert, source: packet.source });
}
