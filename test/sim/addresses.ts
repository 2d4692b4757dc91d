// The virtual addresses of a router in its host's kernel: requests take their time, a lease runs out by the
// kernel's clock whatever became of the process, a stranger may delete one. The process's part follows
// src/daemon/vrrp/holdings/address-leases.ts: what is deleted comes back at once, but not more often than each 100 ms.
import type { Micros } from '../../src/ports/clock.ts';
import { after, notify } from './host.ts';
import { dispatch } from './router.ts';
import { acts, holdsAny, localTime, type Router, type World } from './world.ts';

const RESTORE_EVERY_US = 100_000;
/** The kernel expires addresses on a coarse timer: up to that late, never early. */
const EXPIRY_SLACK_US = 250_000;

export function addAddresses(world: World, router: Router, answered: () => void): void {
  router.wanted = true;
  const { life } = router.host;
  const apply = (): void => {
    install(world, router);
    if (!router.late || router.host.life !== life) return;
    notify(world, router.host, () => router.wanted && announce(world, router, router.config.garpRepeat));
  };
  request(world, router, apply, answered);
}

export function removeAddresses(world: World, router: Router, answered: () => void): void {
  router.wanted = false;
  router.late = false;
  request(world, router, () => clearAddresses(world, router, 'removed'), answered);
}

/** A replacement that only moves the end of the lease: nobody waits for it. */
export function renewAddresses(world: World, router: Router, atLeastUs?: Micros): void {
  if (router.wanted) install(world, router, atLeastUs);
}

/** @returns whether an earlier process has left any. */
export function adoptAddresses(router: Router): boolean {
  router.wanted = router.host.linkUp && router.config.priority !== 255 && holdsAny(router);
  return router.wanted;
}

function request(world: World, router: Router, apply: () => void, answered: () => void): void {
  const { host } = router;
  const { agenda, random, scenario } = world;
  const { life } = host;
  const answer = (): void => {
    if (!host.powered) return;
    if (host.frozenUntil > agenda.now()) {
      agenda.plan(host.frozenUntil, answer);
      return;
    }
    apply();
    if (host.life === life) notify(world, host, answered);
  };
  const at = agenda.now() + random.between(0, scenario.kernelUs) + host.kernelDelayUs;
  host.kernelBusyUntil = Math.max(host.kernelBusyUntil, at);
  agenda.plan(host.kernelBusyUntil, answer);
}

function install(world: World, router: Router, atLeastUs: Micros = 0): void {
  const now = world.agenda.now();
  const { leaseUs: configuredUs } = router.config;
  const leaseUs = configuredUs === 'off' ? 'off' : Math.max(configuredUs, atLeastUs);
  const isNew = router.vips.some((until) => until === 0);
  const end = leaseUs === 'off' ? Number.POSITIVE_INFINITY : now + leaseUs;
  const had = holdsAny(router);
  router.vips.fill(end);
  if (!had && leaseUs !== 'off') watchLease(world, router, end);
  if (!isNew) return;
  world.trace?.(now, router.name, 'has its addresses');
  world.referee.addressesChanged(router);
  world.client.refresh(router.group);
}

/** One watch a router: when it looks, the lease may have been renewed. */
function watchLease(world: World, router: Router, at: Micros): void {
  world.agenda.plan(at, () => {
    if (!router.host.powered) return;
    const now = world.agenda.now();
    const first = Math.min(...router.vips.filter((until) => until > 0));
    if (!Number.isFinite(first)) return;
    // Its clock may have stood still meanwhile, and the kernel's with it.
    if (first > now) return watchLease(world, router, first);
    if (router.host.frozenUntil > now) return watchLease(world, router, router.host.frozenUntil);
    world.agenda.plan(now + world.random.between(0, EXPIRY_SLACK_US), () => {
      const last = Math.min(...router.vips.filter((until) => until > 0));
      if (last > world.agenda.now()) {
        if (Number.isFinite(last)) watchLease(world, router, last);
        return;
      }
      clearAddresses(world, router, 'expired');
      const { host } = router;
      // The process looks whether it has been silent for too long (address-leases.ts, onExpired).
      notify(world, host, () => router.wanted && dispatch(world, router, { type: 'deadlineReached' }));
    });
  });
}

/** They are gone from the kernel. */
export function clearAddresses(world: World, router: Router, why: 'removed' | 'expired' | 'power'): void {
  if (!holdsAny(router)) return;
  router.vips.fill(0);
  world.trace?.(world.agenda.now(), router.name, `has no addresses any more: ${why}`);
  if (why === 'expired') world.referee.expired(router);
  world.referee.addressesChanged(router);
  world.client.refresh(router.group);
}

/** By a stranger. */
export function deleteAddress(world: World, router: Router, vip: number): void {
  if (!router.vips[vip] || !router.host.powered) return;
  router.vips[vip] = 0;
  world.trace?.(world.agenda.now(), router.name, `has lost an address to a stranger`);
  world.referee.addressesChanged(router);
  world.client.refresh(router.group);
  notify(world, router.host, () => restore(world, router));
}

function restore(world: World, router: Router): void {
  const { host } = router;
  const now = localTime(host, world.agenda.now());
  const dueUs = Math.max(0, router.restoredAt + RESTORE_EVERY_US - now);
  router.restoredAt = now + dueUs;
  const again = (): void => {
    if (!router.wanted) return;
    const apply = (): void => {
      if (router.wanted) install(world, router);
    };
    request(world, router, apply, () => announce(world, router, router.config.garpRepeat));
  };
  if (dueUs === 0) again();
  else after(world, host, dueUs, again);
}

/** To the neighbours: where the addresses are now. */
export function announce(world: World, router: Router, repeat: number): void {
  const { host, group } = router;
  router.late = router.wanted && !holdsAny(router);
  if (!host.linkUp || !holdsAny(router)) return;
  world.trace?.(world.agenda.now(), router.name, 'announces');
  for (let count = 0; count < repeat; count++) {
    const place = world.lan.places - 1;
    world.lan.send(host.index, place, () => world.client.hear(group, router));
    world.neighbours.tell(router);
  }
}

export const isServing = (world: World, router: Router): boolean =>
  acts(router.host, world.agenda.now()) && holdsAny(router);
