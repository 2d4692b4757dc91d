// A new configuration for a running router: it keeps its role, and changes only what differs.
// Another name, VRID, version or family is another router and no matter of this file.
import { formatPrefix } from '../net/prefix.ts';
import type { Micros } from '../ports/clock.ts';
import { type Context, leaseRenewal, servesIn } from './become.ts';
import { effectivePriority } from './election.ts';
import { unsentSince } from './on-sending.ts';
import { skewTime } from './timers.ts';
import type { Active, Backup, Effect, RouterConfig, State, Step } from './types.ts';

/** @param context with the old configuration. */
export function onReconfigured(context: Context, router: RouterConfig): Step {
  const { state, now } = context;
  const old = context.router;
  const removed = servesIn(state.phase) ? difference(old, router) : [];
  const removals: readonly Effect[] =
    removed.length === 0 ? [] : [{ type: 'removeAddresses', addresses: removed, reason: 'reconfigured' }];
  if (state.phase !== 'active') return { state: rescheduled(old, router, state), effects: removals };
  const changed = JSON.stringify(old) !== JSON.stringify(router);
  if (!changed) return { state, effects: [] };
  const next: Active = {
    ...state,
    lastAdvertAt: now,
    nextAdvertAt: now + router.advertIntervalUs,
    leaseRenewedAt: now,
    ...(state.unsent !== undefined && { unsent: unsentSince(router, state.unsent) }),
  };
  const advert: Effect = { type: 'sendAdvert', priority: effectivePriority(router) };
  return {
    state: next,
    effects: [...additions(old, router), advert, ...leaseRenewal(router), ...removals],
  };
}

function additions(old: RouterConfig, router: RouterConfig): readonly Effect[] {
  const added = difference(router, old);
  // A lease that was switched on or off holds for the addresses that stay, too.
  const renewed = old.leaseUs === router.leaseUs ? added : router.addresses;
  if (renewed.length === 0) return [];
  const adding: Effect = { type: 'addAddresses', addresses: renewed };
  return added.length === 0 ? [adding] : [adding, { type: 'announce', round: 1, repeat: router.garpRepeat }];
}

/** As in keepalived: a changed priority moves a running Active_Down_Timer by the difference of the skews. */
function rescheduled(old: RouterConfig, router: RouterConfig, state: State): State {
  if (state.phase !== 'backup') return state;
  const skewUs = (of: RouterConfig): Micros =>
    skewTime(of.version, effectivePriority(of), state.activeIntervalUs);
  const moved: Backup = { ...state, activeDownAt: state.activeDownAt + skewUs(router) - skewUs(old) };
  if (router.grouped === true || moved.stance !== 'wants') return moved;
  // It has left its sync group: its timer, which has fired, decides alone again.
  const { stance: _, ...alone } = moved;
  return alone;
}

function difference(a: RouterConfig, b: RouterConfig) {
  const known = new Set(b.addresses.map(formatPrefix));
  return a.addresses.filter((prefix) => !known.has(formatPrefix(prefix)));
}
