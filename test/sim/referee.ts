// Watches a run and calls the first broken invariant. The invariants themselves are in check-*.ts, each named as
// in docs/reference/vrrp.md §5.2 (safety, S) and §5.3 (liveness, L); here is only what they can watch.

import type { Micros } from '../../src/ports/clock.ts';
import type { Effect, Event, State } from '../../src/vrrp/types.ts';
import type { Validation } from '../../src/vrrp/validate.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkAdverts } from './check-adverts.ts';
import { checkAnnouncements } from './check-announcements.ts';
import { checkConflicts } from './check-conflicts.ts';
import { checkDualActive } from './check-dual-active.ts';
import { checkHandOver } from './check-hand-over.ts';
import { checkNeighbours } from './check-neighbours.ts';
import { checkOutage } from './check-outage.ts';
import { checkSettled } from './check-settled.ts';
import { checkStall } from './check-stall.ts';
import { checkStart } from './check-start.ts';
import { checkTakeover } from './check-takeover.ts';
import { checkTimers } from './check-timers.ts';
import type { Finding, Host, Packet, Router, World } from './world.ts';

/** `now` is by the clock of the router's host. */
export type Stepped = {
  readonly before: State;
  readonly event: Event;
  readonly effects: readonly Effect[];
  readonly now: Micros;
};

export type Hooks = {
  /** Before whatever happens next: until now, everything was as it is. */
  readonly timePassed: () => void;
  readonly stepped: (router: Router, step: Stepped) => void;
  readonly sent: (router: Router, packets: readonly Packet[], priority: number) => void;
  readonly judged: (router: Router, packet: Packet, verdict: Validation) => void;
  readonly addressesChanged: (router: Router) => void;
  /** The client at that place takes it for the virtual router from now on. */
  readonly learned: (router: Router, place: number) => void;
  /** The kernel took its addresses. */
  readonly expired: (router: Router) => void;
  /** A process that stood still goes on; it has not yet done anything. */
  readonly wentOn: (host: Host) => void;
  readonly ended: () => void;
};

export type Check = Partial<Hooks>;
export type Violate = (invariant: string, text: string) => void;
export type CreateCheck = (world: World, violate: Violate) => Check;

export type Referee = Hooks & { readonly finding: () => Finding | undefined };

const CHECKS: readonly CreateCheck[] = [
  ...[checkTimers, checkConflicts, checkDualActive, checkTakeover, checkStall],
  ...[checkAddresses, checkHandOver, checkOutage, checkAdverts, checkSettled, checkNeighbours, checkStart],
  checkAnnouncements,
];

export function createReferee(world: () => World): Referee {
  let finding: Finding | undefined;
  let made: readonly Check[] | undefined;
  const violate: Violate = (invariant, text) => {
    const at = world().agenda.now();
    world().trace?.(at, '*', `BROKEN ${invariant}: ${text}`);
    finding ??= { invariant, at, text };
  };
  const checks = (): readonly Check[] => {
    made ??= CHECKS.map((create) => create(world(), violate));
    return made;
  };
  return {
    finding: () => finding,
    timePassed: () => {
      for (const check of checks()) check.timePassed?.();
    },
    stepped: (router, step) => {
      describe(world(), router, step);
      for (const check of checks()) check.stepped?.(router, step);
    },
    sent: (router, packets, priority) => {
      for (const check of checks()) check.sent?.(router, packets, priority);
    },
    judged: (router, packet, verdict) => {
      for (const check of checks()) check.judged?.(router, packet, verdict);
    },
    addressesChanged: (router) => {
      for (const check of checks()) check.addressesChanged?.(router);
    },
    learned: (router, place) => {
      for (const check of checks()) check.learned?.(router, place);
    },
    expired: (router) => {
      for (const check of checks()) check.expired?.(router);
    },
    wentOn: (host) => {
      for (const check of checks()) check.wentOn?.(host);
    },
    ended: () => {
      for (const check of checks()) check.ended?.();
    },
  };
}

function describe({ agenda, trace }: World, router: Router, { effects }: Stepped): void {
  if (trace === undefined) return;
  for (const effect of effects) {
    if (effect.type === 'report')
      trace(agenda.now(), router.name, `reports ${JSON.stringify(effect.report)}`);
  }
}
