// What changes when adverts travel over further paths beside the LAN of the virtual addresses: which path tells who
// somebody is, which one settles a tie, and how soon a resignation is followed there. Further paths carry adverts of
// our own kind only, so the rules here are ours; the first path keeps RFC 9568's (docs/architecture.md).

import type { Micros } from '../ports/clock.ts';
import { effectivePriority } from './election.ts';
import { activeDownInterval, skewTime } from './timers.ts';
import type { FurtherPath, HeardRouter, RouterConfig, Tie } from './types.ts';

/** For an active that is well and hears the resignation too to object, whatever our priority. */
const OBJECTION_US = 8_000;
/** On top of that for priority 0; higher ones wait less, in order. */
const SPREAD_US = 24_000;

/**
 * Instead of Skew_Time after a priority 0 that came over a further path: there it may mean that the link of the
 * virtual addresses is dead, and nobody serves. Never longer than Skew_Time, and ordered by priority like it.
 */
export function successionTime(router: RouterConfig, activeIntervalUs: Micros): Micros {
  const priority = effectivePriority(router);
  const orderedUs = OBJECTION_US + Math.floor(((256 - priority) * SPREAD_US) / 256);
  return Math.min(orderedUs, skewTime(router.version, priority, activeIntervalUs));
}

/**
 * A router has another address on each path; it goes by the one on the first path that brings its adverts, as long
 * as that one does.
 */
export function knownAs(
  router: RouterConfig,
  heard: HeardRouter,
  path: FurtherPath | undefined,
  before: HeardRouter | undefined,
): HeardRouter {
  if (path === undefined) return heard;
  const named = { ...heard, path: path.index };
  if (before === undefined || (before.path ?? 0) >= path.index || before.priority !== heard.priority)
    return named;
  const addressAt = before.addressAt ?? before.at;
  if (isOver(router, addressAt, heard.at)) return named;
  return { ...before, at: heard.at, addressAt };
}

/**
 * Two actives of one priority compare the addresses of the first path on which they hear each other: on another
 * path the order of their addresses may be the opposite, and both would yield. So a further path settles a tie only
 * after two advert intervals in which no earlier path has brought the other's adverts.
 * @returns what to remember, and whether the addresses of that path are to be compared now.
 */
export function tieOver(
  router: RouterConfig,
  path: number,
  before: Tie | undefined,
  now: Micros,
): { readonly tie: Tie; readonly settles: boolean } {
  const known = before !== undefined && !isOver(router, before.heardAt, now) ? before : undefined;
  if (known !== undefined && known.path < path) return { tie: known, settles: false };
  const since = known?.path === path ? known.since : now;
  const settles = path === 0 || now - since >= 2 * router.advertIntervalUs;
  return { tie: { path, since, heardAt: now }, settles };
}

const isOver = (router: RouterConfig, heardAt: Micros, now: Micros): boolean =>
  now - heardAt > activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
