// The routes and policy rules that float with the instances of this process: added at once when one serves (once its
// addresses are there, as a preferred source must exist), removed before those go, and from then on compared with what
// is there whenever that may have changed, and now and then. What is missing is restored, what a backup must not hold
// is removed; both are told. What others made is neither replaced nor removed. What differs is vrrp/diff-floating.ts's.

import type { Emit } from '../../../journal/event.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { NetworkKernel } from '../../../ports/kernel.ts';
import { diffFloating, foundOf, namesIn } from '../../../vrrp/diff-floating.ts';
import {
  type FloatingRoutes,
  isEmpty,
  isSameFloating,
  namesOf,
  ofFamilies,
  without,
} from '../../../vrrp/floating.ts';
import { createPace, type Pace } from '../../pace/pace.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { NetworkView } from '../network-view.ts';
import {
  addFloating,
  noRefusals,
  type Observed,
  observeFloating,
  placedSet,
  type Refusals,
  removeFloating,
  withoutPresent,
} from './floating-kernel.ts';

export type Missing = { readonly what: string; readonly reason: string };

export type FloatingKeeper = {
  /** The instance serves: they are there when it settles, or it is said why not. */
  readonly hold: (floating: FloatingRoutes) => Promise<void>;
  /** It does not (any more). */
  readonly release: (floating: FloatingRoutes) => Promise<void>;
  /** It wants others than `before` now; what stays is not touched. */
  readonly change: (before: FloatingRoutes, now: FloatingRoutes, serving: boolean) => Promise<void>;
  /** It is gone; after {@link FloatingKeeper.release}. */
  readonly forget: (instance: string) => void;
  /** What it should hold and does not, as last seen. */
  readonly missing: (instance: string) => readonly Missing[];
  readonly checkSoon: () => void;
  readonly close: () => void;
};

export type FloatingPorts = {
  readonly network: NetworkKernel;
  readonly view: NetworkView;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly limit: RateLimit;
};

/** A burst of changes is looked at as one. */
const gatherMs = 20;
/** The kernel does not tell of all that it takes: it is looked at anyway. */
const lookEveryMs = 10_000;
const looksMax = 3;

/** What one instance has, or gives up: that must not be there either. */
type Entry = { readonly floating: FloatingRoutes; readonly serving: boolean };

/** What is wanted, and how far it is looked after. */
type Keeper = {
  readonly ports: FloatingPorts;
  readonly entries: Map<string, Entry>;
  /** Why they are not there, by their names. */
  failures: ReadonlyMap<string, string>;
  /** Counts changes: what was seen before the last one is not compared with what is wanted after it. */
  generation: number;
  /** Changes under way. */
  working: number;
  isLooking: boolean;
  /** Meanwhile another look was asked for. */
  isAsked: boolean;
  isWatching: boolean;
  readonly pace: Pace;
  cancelLater: () => void;
};

export function createFloatingKeeper(ports: FloatingPorts): FloatingKeeper {
  const keeper: Keeper = {
    ...{ ports, entries: new Map(), failures: new Map(), generation: 0, working: 0 },
    ...{ isLooking: false, isAsked: false, isWatching: false, pace: createPace(ports.clock, { gatherMs }) },
    cancelLater: () => {},
  };
  return {
    hold: (floating) => hold(keeper, floating),
    release: (floating) => release(keeper, floating),
    change: (before, now, serving) => change(keeper, before, { floating: now, serving }),
    forget: (instance) => set(keeper, instance, undefined),
    missing: (instance) => missingOf(keeper, instance),
    checkSoon: () => checkSoon(keeper),
    close: () => {
      keeper.entries.clear();
      stopLooking(keeper);
    },
  };
}

async function hold(keeper: Keeper, floating: FloatingRoutes): Promise<void> {
  set(keeper, floating.instance, { floating, serving: true });
  await addNew(keeper, floating);
}

async function release(keeper: Keeper, floating: FloatingRoutes): Promise<void> {
  set(keeper, floating.instance, { floating, serving: false });
  const names = new Set(namesOf(floating));
  keeper.failures = new Map([...keeper.failures].filter(([name]) => !names.has(name)));
  await removeOwn(keeper, floating);
}

async function change(keeper: Keeper, before: FloatingRoutes, entry: Entry): Promise<void> {
  const { floating: now, serving } = entry;
  if (isSameFloating(before, now)) {
    if (keeper.entries.has(now.instance)) set(keeper, now.instance, entry);
    return;
  }
  set(keeper, now.instance, entry);
  await removeOwn(keeper, without(before, [now]));
  if (serving) await addNew(keeper, without(now, [before]));
}

function set(keeper: Keeper, instance: string, entry: Entry | undefined): void {
  const { entries, ports } = keeper;
  keeper.generation += 1;
  if (entry === undefined || isEmpty(entry.floating)) entries.delete(instance);
  else entries.set(instance, entry);
  if (entries.size === 0) {
    stopLooking(keeper);
    return;
  }
  if (!keeper.isWatching) ports.network.watchRoutes(() => checkSoon(keeper));
  keeper.isWatching = true;
  lookLater(keeper);
}

const entriesOf = ({ entries }: Keeper, serving: boolean): readonly FloatingRoutes[] =>
  [...entries.values()].filter((entry) => entry.serving === serving).map(({ floating }) => floating);

/** What is seen meanwhile is half of it. */
async function working<T>(keeper: Keeper, work: () => Promise<T>): Promise<T> {
  keeper.working += 1;
  try {
    return await work();
  } finally {
    keeper.working -= 1;
    keeper.generation += 1;
  }
}

/** What no other one that serves wants too. */
async function removeOwn(keeper: Keeper, floating: FloatingRoutes): Promise<void> {
  const { view, network } = keeper.ports;
  const own = placedSet([without(floating, entriesOf(keeper, true))], view);
  await working(keeper, () => removeFloating(own, network));
}

async function addNew(keeper: Keeper, floating: FloatingRoutes): Promise<void> {
  if (isEmpty(floating)) return;
  const { view, network } = keeper.ports;
  const refusals = await working(keeper, async () => {
    const rules = await withoutPresent(floating.rules, network);
    // It may have been released meanwhile.
    const serves = keeper.entries.get(floating.instance)?.serving === true;
    return serves ? addFloating(placedSet([{ ...floating, rules }], view), network) : noRefusals;
  });
  // They may be ours already, or others that we left behind: only a look tells.
  if (refusals.size > 0) await look(keeper);
}

function checkSoon(keeper: Keeper): void {
  if (keeper.entries.size > 0) keeper.pace.soon(() => void look(keeper));
}

function lookLater(keeper: Keeper): void {
  keeper.cancelLater();
  keeper.cancelLater = keeper.ports.clock.after(lookEveryMs, () => void look(keeper));
}

function stopLooking(keeper: Keeper): void {
  keeper.cancelLater();
  keeper.pace.cancel();
}

/** One at a time; a cause that comes meanwhile asks for another. */
async function look(keeper: Keeper): Promise<void> {
  if (keeper.isLooking) {
    keeper.isAsked = true;
    return;
  }
  keeper.isLooking = true;
  try {
    await lookNow(keeper);
  } finally {
    keeper.isLooking = false;
    if (keeper.entries.size > 0) lookLater(keeper);
  }
  if (!keeper.isAsked) return;
  keeper.isAsked = false;
  checkSoon(keeper);
}

/** Until nothing has changed while it was looked at. */
async function lookNow(keeper: Keeper): Promise<void> {
  const { view, network } = keeper.ports;
  for (let look = 0; look < looksMax && keeper.entries.size > 0; look += 1) {
    const before = keeper.generation;
    const all = [...entriesOf(keeper, true), ...entriesOf(keeper, false)];
    const observed = await observeFloating(placedSet(all, view), network);
    if (keeper.generation !== before || keeper.working > 0) continue;
    await mend(keeper, observed);
    return;
  }
}

async function mend(keeper: Keeper, { found, readable }: Observed): Promise<void> {
  const { view, network } = keeper.ports;
  const setOf = (serving: boolean) => ofFamilies(placedSet(entriesOf(keeper, serving), view), readable);
  const goal = { wanted: setOf(true), unwanted: setOf(false) };
  const diff = diffFloating(goal, found);
  await removeFloating(diff.remove, network);
  const refusals = await addFloating(diff.add, network);
  noteRefusals(keeper, refusals);
  const restored = new Set(namesIn(diff.add).filter((name) => !refusals.has(name)));
  const removed = new Set(namesIn(foundOf(goal.unwanted, diff.remove)));
  for (const { floating, serving } of keeper.entries.values()) {
    const concerned = serving ? restored : removed;
    const names = namesOf(floating).filter((name) => concerned.has(name));
    tell(keeper, serving ? 'vrrp.route_restored' : 'vrrp.route_removed', floating.instance, names);
  }
}

/** Said once, and not repeated until it works. */
function noteRefusals(keeper: Keeper, refusals: Refusals): void {
  const next = new Map([...refusals].map(([name, { message }]) => [name, message] as const));
  for (const floating of entriesOf(keeper, true)) {
    for (const route of namesOf(floating)) {
      const reason = next.get(route);
      if (reason !== undefined && keeper.failures.get(route) !== reason)
        keeper.ports.emit({ event: 'vrrp.route_failed', instance: floating.instance, route, reason });
    }
  }
  keeper.failures = next;
}

function tell(
  { ports }: Keeper,
  event: 'vrrp.route_restored' | 'vrrp.route_removed',
  instance: string,
  names: readonly string[],
): void {
  const [route, ...others] = names;
  if (route === undefined) return;
  ports.limit.note(`${instance} ${event}`, (count) =>
    ports.emit({ event, instance, route, others: others.length, count }),
  );
}

function missingOf({ entries, failures }: Keeper, instance: string): readonly Missing[] {
  const entry = entries.get(instance);
  if (entry?.serving !== true) return [];
  return namesOf(entry.floating).flatMap((what) => {
    const reason = failures.get(what);
    return reason === undefined ? [] : [{ what, reason }];
  });
}
