// What goes wrong, and how it ends: each fault of a scenario is planned once; it ends by itself, at the latest
// when the faults end. A fault that does not apply any more (a second kill) does nothing.
import { clearAddresses, deleteAddress } from './addresses.ts';
import { arrive, endProcess, notify, turn } from './host.ts';
import { forged, packetsOf } from './packets.ts';
import { boot, dispatch } from './router.ts';
import type { Fault, Place } from './scenario.ts';
import { acts, type Host, type Router, type World } from './world.ts';

const RECENT_US = 60_000_000;

/** A host's process begins, without a memory. */
export function startHost(world: World, host: Host): void {
  if (host.running || !host.powered) return;
  host.deaths = [];
  bootAll(world, host, false);
}

function bootAll(world: World, host: Host, resumes: boolean): void {
  const { life } = host;
  // Whoever waits for the kernel has not ended yet, not even when killed, and nobody takes its place before.
  const freeAt = Math.max(host.frozenUntil, host.kernelBusyUntil);
  if (freeAt > world.agenda.now()) {
    world.agenda.plan(freeAt, () => {
      if (host.life === life && host.powered && !host.running) bootAll(world, host, resumes);
    });
    return;
  }
  host.running = true;
  host.disturbedAt = world.agenda.now();
  world.trace?.(world.agenda.now(), host.plan.name, resumes ? 'resumes' : 'starts');
  for (const router of host.routers) {
    const { snapshot } = router;
    const linkUp = host.linkUp;
    const resumed = resumes && snapshot !== undefined;
    boot(world, router, resumed ? { type: 'resumed', linkUp, snapshot } : { type: 'startup', linkUp });
  }
  turn(world, host);
}

export function strike(world: World, fault: Fault): void {
  const { agenda, scenario, trace } = world;
  trace?.(agenda.now(), '*', JSON.stringify(fault));
  const end = (run: () => void): void => {
    if ('forUs' in fault) agenda.plan(Math.min(fault.at + fault.forUs, scenario.faultsEndAt), run);
  };
  switch (fault.kind) {
    case 'cut':
      cutPaths(world, [[fault.from, fault.to]], end);
      return;
    case 'partition':
      cutPaths(world, pathsAcross(world, fault.side), end);
      return;
    case 'squatter': {
      const group = world.groups[fault.group];
      if (group !== undefined) group.squattedUntil = Math.min(fault.at + fault.forUs, scenario.faultsEndAt);
      return;
    }
    default: {
      const host = world.hosts[fault.host];
      if (host?.powered) strikeHost(world, host, fault, end);
    }
  }
}

type HostFault = Exclude<Fault, { kind: 'cut' | 'partition' | 'squatter' }>;
type AtEnd = (run: () => void) => void;

function strikeHost(world: World, host: Host, fault: HostFault, end: AtEnd): void {
  const now = world.agenda.now();
  switch (fault.kind) {
    case 'crash':
      if (host.running) crash(world, host, fault.forUs);
      return;
    case 'kill':
      if (host.running) kill(world, host, end);
      return;
    case 'powerLoss':
      losePower(world, host, end);
      return;
    case 'stop':
      if (host.running) stop(world, host, end);
      return;
    case 'stall':
      if (host.running) stall(world, host, fault);
      return;
    case 'freeze':
      if (host.frozenUntil <= now) freeze(world, host, fault);
      return;
    case 'linkDown':
      if (host.linkUp) linkDown(world, host, end);
      return;
    case 'unsent':
      host.unsentUntil = Math.max(host.unsentUntil, Math.min(now + fault.forUs, world.scenario.faultsEndAt));
      return;
    case 'slowKernel':
      host.kernelDelayUs = fault.byUs;
      end(() => {
        host.kernelDelayUs = 0;
      });
      return;
    default:
      strikeRouter(world, host, fault, end);
      return;
  }
}

type RouterFault = Extract<HostFault, { group: number }>;

function strikeRouter(world: World, host: Host, fault: RouterFault, end: AtEnd): void {
  const router = host.routers.find(({ group }) => group.index === fault.group);
  if (router === undefined || !host.running) return;
  switch (fault.kind) {
    case 'handOver':
      // The main process gives it to an active instance only.
      notify(world, host, () => {
        if (router.state.phase === 'active') dispatch(world, router, { type: 'handoverRequested' });
      });
      return;
    case 'deleteVip':
      deleteAddress(world, router, fault.vip);
      return;
    case 'tracked':
      track(world, router, fault.offset);
      end(() => track(world, router, 0));
      return;
    case 'garbage':
      arrive(world, host, forged(router, fault.what, world.random));
      return;
  }
}

function pathsAcross(world: World, side: readonly Place[]): readonly (readonly [Place, Place])[] {
  const places = Array.from({ length: world.lan.places }, (_, place) => place);
  const others = places.filter((place) => !side.includes(place));
  return side.flatMap((a) => others.flatMap((b) => [[a, b] as const, [b, a] as const]));
}

export function cutPaths(world: World, paths: readonly (readonly [Place, Place])[], end: AtEnd): void {
  for (const [from, to] of paths) world.lan.cut(from, to);
  refreshClient(world);
  end(() => {
    for (const [from, to] of paths) world.lan.heal(from, to);
    refreshClient(world);
  });
}

export const cutOff = (world: World, host: Host): void =>
  cutPaths(world, pathsAcross(world, [host.index]), () => {});

function refreshClient(world: World): void {
  for (const group of world.groups) world.client.refresh(group);
}

/** The process alone: the main process starts it again, at the second death within a minute without its memory. */
function crash(world: World, host: Host, forUs: number): void {
  const { agenda, scenario } = world;
  const now = agenda.now();
  endProcess(host, now);
  host.deaths = [...host.deaths.filter((at) => now - at < RECENT_US), now];
  const resumes = host.deaths.length === 1;
  if (!resumes) resignFor(world, host);
  const { life } = host;
  const pauseUs = resumes ? forUs : 1_000_000 * 2 ** Math.min(5, host.deaths.length - 2);
  agenda.plan(Math.min(now + pauseUs, Math.max(now, scenario.faultsEndAt)), () => {
    if (!host.running && host.life === life && host.powered) bootAll(world, host, resumes);
  });
}

/** src/daemon/vrrp/resign-for.ts: priority 0 on its behalf, then the addresses. */
function resignFor(world: World, host: Host): void {
  for (const router of host.routers) {
    const served = router.snapshot?.phase === 'active' || router.snapshot?.phase === 'leaving';
    router.snapshot = undefined;
    if (served && host.linkUp) {
      for (const packet of packetsOf(router, 0)) {
        for (const to of world.hosts) {
          const path = world.lan;
          if (to !== host) path.send(host.index, to.index, () => arrive(world, to, packet));
        }
      }
    }
    clearAddresses(world, router, 'removed');
  }
}

function kill(world: World, host: Host, end: AtEnd): void {
  endProcess(host, world.agenda.now());
  const { life } = host;
  end(() => {
    if (host.life === life) startHost(world, host);
  });
}

export function losePower(world: World, host: Host, end: AtEnd): void {
  endProcess(host, world.agenda.now());
  host.powered = false;
  host.frozenUntil = 0;
  host.kernelBusyUntil = 0;
  host.clockStandsSince = undefined;
  for (const router of host.routers) clearAddresses(world, router, 'power');
  end(() => {
    host.powered = true;
    host.linkUp = true;
    startHost(world, host);
  });
}

/** The process ends when every role is given away; as systemd does it, the next start waits for that. */
function stop(world: World, host: Host, end: AtEnd): void {
  const { agenda } = world;
  const { life } = host;
  notify(world, host, () => {
    for (const router of host.routers) dispatch(world, router, { type: 'shutdown' });
  });
  let isDue = false;
  const endWhenDone = (): void => {
    if (host.life !== life) return;
    const done = host.routers.every((router) => router.state.phase === 'initialize' && !router.busy);
    if (!done) {
      agenda.plan(agenda.now() + 50_000, endWhenDone);
      return;
    }
    endProcess(host, agenda.now());
    if (isDue) startHost(world, host);
  };
  endWhenDone();
  end(() => {
    isDue = true;
    if (host.life === life + 1) startHost(world, host);
  });
}

function stall(world: World, host: Host, fault: Extract<Fault, { kind: 'stall' }>): void {
  const now = world.agenda.now();
  const until = Math.min(now + fault.forUs, world.scenario.faultsEndAt);
  if (until <= host.stalledUntil) return;
  standStill(host, now, until);
  host.stalledUntil = until;
  world.agenda.plan(until, () => goOn(world, host, fault.first));
}

function goOn(world: World, host: Host, first: 'timers' | 'input'): void {
  if (!acts(host, world.agenda.now())) return;
  world.trace?.(world.agenda.now(), host.plan.name, `goes on, ${first} first`);
  world.referee.wentOn(host);
  turn(world, host, first);
}

/** Times in which nothing runs that follow each other count as one. */
function standStill(host: Host, now: number, until: number): void {
  const before = host.stall;
  if (before !== undefined && before.until >= now) {
    host.stall = { from: before.from, until: Math.max(before.until, until) };
    return;
  }
  host.stallBefore = before?.until ?? 0;
  host.stall = { from: now, until };
}

function freeze(world: World, host: Host, fault: Extract<Fault, { kind: 'freeze' }>): void {
  const { agenda, scenario } = world;
  const now = agenda.now();
  const until = Math.min(now + fault.forUs, scenario.faultsEndAt);
  if (until <= now) return;
  if (host.running) standStill(host, now, until);
  host.frozenUntil = until;
  host.keepsPackets = fault.packets === 'kept';
  // Its leases, and what it has been told, are as old as its clock says.
  if (fault.clock === 'stands') {
    host.clockStandsSince = now;
    host.disturbedAt = until;
  }
  refreshClient(world);
  const { powered } = host;
  agenda.plan(until, () => {
    if (!host.powered || !powered || host.frozenUntil !== until) return;
    if (host.clockStandsSince !== undefined) thaw(host, agenda.now());
    refreshClient(world);
    goOn(world, host, fault.first);
  });
}

function thaw(host: Host, now: number): void {
  const lostUs = now - (host.clockStandsSince ?? now);
  host.clockLostUs += lostUs;
  host.clockStandsSince = undefined;
  for (const { vips } of host.routers) {
    for (const [index, until] of vips.entries()) if (until > 0) vips[index] = until + lostUs;
  }
}

function linkDown(world: World, host: Host, end: AtEnd): void {
  setLink(world, host, false);
  end(() => {
    if (!host.linkUp) setLink(world, host, true);
  });
}

function setLink(world: World, host: Host, up: boolean): void {
  const now = world.agenda.now();
  host.linkUp = up;
  host.disturbedAt = now;
  refreshClient(world);
  notify(world, host, () => {
    // What the process sees is the link as it is now, not as it was.
    for (const router of host.routers) followLink(world, router);
  });
}

function followLink(world: World, router: Router): void {
  const { phase } = router.state;
  if (phase === 'initialize') return;
  if (!router.host.linkUp && phase !== 'fault') dispatch(world, router, { type: 'linkDown' });
  if (router.host.linkUp && phase === 'fault') dispatch(world, router, { type: 'linkUp' });
}

function track(world: World, router: Router, priorityOffset: number): void {
  const config = { ...router.config, priorityOffset };
  if (!router.host.running) {
    // It will find it so when it starts.
    router.config = config;
    router.packets.clear();
    return;
  }
  notify(world, router.host, () => {
    if (config.priorityOffset !== (router.config.priorityOffset ?? 0)) {
      dispatch(world, router, { type: 'reconfigured', router: config });
    }
  });
}
