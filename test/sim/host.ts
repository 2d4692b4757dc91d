// One host: a clock of its own, an event loop in the order of libuv's (timers, then poll, then immediates), a
// receive buffer of finite size, and times in which nothing runs. After those either the timers or the input
// come first (docs/reference/vrrp.md §5.1). What the process does with its input is router.ts's business.
import type { Micros } from '../../src/ports/clock.ts';
import { flipped } from './packets.ts';
import { answer, receive } from './router.ts';
import type { HostPlan } from './scenario.ts';
import { acts, type Host, localTime, type Packet, type Router, type World } from './world.ts';

/** What libuv reads of a socket in one poll phase. */
const DATAGRAMS_PER_POLL = 32;

export const createHost = (plan: HostPlan, index: number): Host => ({
  ...{ index, plan, routers: [], powered: true, running: false, life: 0, linkUp: true },
  ...{ stalledUntil: 0, frozenUntil: 0, clockLostUs: 0, clockStandsSince: undefined, keepsPackets: true },
  ...{
    kernelDelayUs: 0,
    unsentUntil: 0,
    kernelBusyUntil: 0,
    timers: [],
    inbox: [],
    packetsWaiting: 0,
    immediates: [],
    datagrams: 0,
  },
  ...{ deaths: [], disturbedAt: 0, stall: undefined, stallBefore: 0 },
});

/** A timer of the process. @returns cancels it. */
export function after(world: World, host: Host, delayUs: Micros, run: () => void): () => void {
  const { agenda, random, scenario } = world;
  const timer = { dueUs: localTime(host, agenda.now()) + Math.max(0, Math.round(delayUs)), run };
  host.timers.push(timer);
  const { life } = host;
  const lateUs = random.between(0, scenario.latenessUs);
  const waitUs = Math.ceil(Math.max(0, delayUs) / host.plan.clock.rate) + lateUs;
  const wake = (): void => {
    if (host.life !== life || !host.timers.includes(timer)) return;
    // Its clock may have stood still meanwhile.
    const leftUs = timer.dueUs - localTime(host, agenda.now());
    const runsFrom =
      host.clockStandsSince === undefined ? agenda.now() : Math.max(agenda.now(), host.frozenUntil);
    if (leftUs > 0) agenda.plan(runsFrom + Math.ceil(leftUs / host.plan.clock.rate), wake);
    else turn(world, host);
  };
  agenda.plan(agenda.now() + waitUs, wake);
  return () => {
    const place = host.timers.indexOf(timer);
    if (place >= 0) host.timers.splice(place, 1);
  };
}

/** Runs the process until it has nothing to do. */
export function turn(world: World, host: Host, first: 'timers' | 'input' = 'timers'): void {
  const now = world.agenda.now();
  if (!acts(host, now)) return;
  if (first === 'input') {
    poll(world, host);
    runImmediates(host);
  }
  do {
    fireTimers(host, localTime(host, now));
    poll(world, host);
    runImmediates(host);
  } while (host.inbox.length > 0 || host.immediates.length > 0);
}

function fireTimers(host: Host, local: Micros): void {
  if (host.timers.length === 0) return;
  for (const timer of host.timers.filter(({ dueUs }) => dueUs <= local).sort((a, b) => a.dueUs - b.dueUs)) {
    const place = host.timers.indexOf(timer);
    if (place < 0) continue;
    host.timers.splice(place, 1);
    timer.run();
  }
}

function poll(world: World, host: Host): void {
  for (let read = 0; read < DATAGRAMS_PER_POLL; read++) {
    const input = host.inbox.shift();
    if (input === undefined) return;
    if ('notice' in input) {
      input.notice();
      continue;
    }
    host.packetsWaiting -= 1;
    host.datagrams += 1;
    for (const router of host.routers) receive(world, router, input.packet);
  }
}

function runImmediates(host: Host): void {
  if (host.immediates.length === 0) return;
  const ready = host.immediates;
  host.immediates = [];
  for (const run of ready) run();
}

/** Something the process hears of when it next runs. */
export function notify(world: World, host: Host, notice: () => void): void {
  host.inbox.push({ notice });
  turn(world, host);
}

/** Sends to another host, or to the group; whoever has no use for it hears it too. */
export function transmit(
  world: World,
  from: Host,
  packet: Packet,
  { to, asker }: { readonly to: Host; readonly asker: Router | undefined },
): void {
  world.lan.send(from.index, to.index, (isFlipped) => {
    // The question and the advert behind it take the same way.
    if (asker !== undefined) answer(world, asker, to);
    arrive(world, to, isFlipped ? flipped(packet, world.random) : packet);
  });
}

/** At the network card. */
export function arrive(world: World, host: Host, packet: Packet): void {
  const now = world.agenda.now();
  const isFrozen = host.frozenUntil > now;
  if (!host.powered || !host.linkUp || !host.running) return;
  if ((isFrozen && !host.keepsPackets) || host.packetsWaiting >= host.plan.bufferSize) {
    // It has missed something: whoever counts on its having heard everything must know.
    host.disturbedAt = Math.max(now, host.frozenUntil, host.stalledUntil);
    return;
  }
  host.inbox.push({ packet });
  host.packetsWaiting += 1;
  turn(world, host);
}

/** Everything of the process is gone. */
export function endProcess(host: Host, now: Micros): void {
  host.running = false;
  host.life += 1;
  host.stalledUntil = 0;
  host.timers.length = 0;
  host.inbox.length = 0;
  host.immediates = [];
  host.packetsWaiting = 0;
  host.stall = undefined;
  host.disturbedAt = now;
}
