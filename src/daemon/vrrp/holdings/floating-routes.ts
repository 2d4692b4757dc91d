// The routes and policy rules that float with the instances of this process: added at once when one serves (once its
// addresses are there, as a preferred source must exist), removed before those go, and from then on compared with what
// is there whenever that may have changed, and now and then. What is missing is restored, what a backup must not hold
// is removed; both are told. What others made is neither replaced nor removed. What differs is vrrp/diff-floating.ts's.

import type { Emit } from '../../../journal/event.ts';
import type { Family } from '../../../net/ip.ts';
import { ok } from '../../../net/result.ts';
import {
  formatRoute,
  formatRule,
  routeFamily,
  type VirtualRoute,
  type VirtualRule,
} from '../../../net/route.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { KernelError, NetworkKernel } from '../../../ports/kernel.ts';
import {
  diffFloating,
  type FloatingSet,
  foundOf,
  namesIn,
  type PlacedRoute,
} from '../../../vrrp/diff-floating.ts';
import { createPace } from '../../pace/pace.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { NetworkView } from '../network-view.ts';

export type FloatingRoutes = {
  readonly instance: string;
  readonly routes: readonly VirtualRoute[];
  readonly rules: readonly VirtualRule[];
};

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
const attemptsMax = 3;

type Entry = { readonly floating: FloatingRoutes; readonly serving: boolean };
type Observed = { readonly found: FloatingSet; readonly readable: ReadonlySet<Family> };
const nothing: FloatingSet = { routes: [], rules: [] };

export function createFloatingKeeper(ports: FloatingPorts): FloatingKeeper {
  const { network, view, clock, emit, limit } = ports;
  const entries = new Map<string, Entry>();
  /** Why they are not there, by their names. */
  let failures: ReadonlyMap<string, string> = new Map();
  /** Changes of `entries`: what was seen before the last one is not compared with what is wanted after it. */
  let generation = 0;
  let watching = false;
  let busy = 0;
  let looking = false;
  let again = false;
  const pace = createPace(clock, { gatherMs });
  let cancelLater = () => {};

  const setOf = (fits: (entry: Entry) => boolean): FloatingSet => {
    const chosen = [...entries.values()].filter(fits).map(({ floating }) => floating);
    return {
      routes: unique(
        chosen.flatMap(({ routes }) => routes),
        formatRoute,
      ).map(place),
      rules: unique(
        chosen.flatMap(({ rules }) => rules),
        formatRule,
      ),
    };
  };
  const place = (route: VirtualRoute): PlacedRoute => placedRoute(route, view);
  const wantedNow = () => setOf(({ serving }) => serving);

  function set(instance: string, entry: Entry | undefined): void {
    generation += 1;
    if (entry === undefined || entry.floating.routes.length + entry.floating.rules.length === 0)
      entries.delete(instance);
    else entries.set(instance, entry);
    if (entries.size === 0) {
      cancelLater();
      pace.cancel();
    } else if (!watching) {
      watching = true;
      network.watchRoutes(checkSoon);
    }
    if (entries.size > 0) lookLater();
  }

  function lookLater(): void {
    cancelLater();
    cancelLater = clock.after(lookEveryMs, () => void look());
  }

  /** Routes first: a rule must not lead into a table that is still empty. @returns what the kernel refused */
  async function add({ routes, rules }: FloatingSet): Promise<ReadonlyMap<string, KernelError>> {
    const errors = [
      ...(routes.length === 0 ? [] : await network.addRoutes(routes)),
      ...(rules.length === 0 ? [] : await network.addRules(rules)),
    ];
    return new Map(
      namesIn({ routes, rules }).flatMap((name, i) => {
        const error = errors[i];
        return error === undefined ? [] : [[name, error] as const];
      }),
    );
  }

  /** The last first. One that is not there is no matter. */
  async function remove({ routes, rules }: FloatingSet): Promise<void> {
    if (rules.length > 0) await network.removeRules([...rules].reverse());
    if (routes.length > 0) await network.removeRoutes([...routes].reverse());
  }

  /** Of those of an instance: what no other one that serves wants too. */
  function onlyOf({ routes, rules }: FloatingRoutes): FloatingSet {
    const wanted = new Set(namesIn(wantedNow()));
    return {
      routes: routes.map(place).filter(({ route }) => !wanted.has(formatRoute(route))),
      rules: rules.filter((rule) => !wanted.has(`rule ${formatRule(rule)}`)),
    };
  }

  /** Said once, and not repeated until it works. */
  function noteFailures(errors: ReadonlyMap<string, KernelError>): void {
    const next = new Map([...errors].map(([name, { message }]) => [name, message] as const));
    for (const { floating, serving } of entries.values()) {
      if (!serving) continue;
      for (const route of namesOf(floating)) {
        const reason = next.get(route);
        if (reason !== undefined && failures.get(route) !== reason)
          emit({ event: 'vrrp.route_failed', instance: floating.instance, route, reason });
      }
    }
    failures = next;
  }

  /** What is seen meanwhile is half of it. */
  async function working<T>(work: () => Promise<T>): Promise<T> {
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
      generation += 1;
    }
  }

  async function addNew({ instance, routes, rules }: FloatingRoutes): Promise<void> {
    if (routes.length + rules.length === 0) return;
    const errors = await working(async () => {
      const unknown = await withoutKnown(rules);
      // It may have been released meanwhile.
      const serves = entries.get(instance)?.serving === true;
      return serves ? add({ routes: routes.map(place), rules: unknown }) : new Map<string, KernelError>();
    });
    // They may be ours already, or others that we left behind: only a look tells.
    if (errors.size > 0) await look();
  }

  /** The kernel refuses no second one of a rule whose priority is left to it: what is there must be seen first. */
  async function withoutKnown(rules: readonly VirtualRule[]): Promise<readonly VirtualRule[]> {
    const unplaced = rules.filter(({ priority }) => priority === undefined);
    const families = new Set(unplaced.map(({ family }) => family));
    const found: VirtualRule[] = [];
    for (const family of families) {
      const there = await network.rules(family);
      if (there.ok) found.push(...there.value);
    }
    const known = new Set(foundOf({ routes: [], rules: unplaced }, { routes: [], rules: found }).rules);
    return rules.filter((rule) => !known.has(rule));
  }

  async function hold(floating: FloatingRoutes): Promise<void> {
    set(floating.instance, { floating, serving: true });
    await addNew(floating);
  }

  async function release(floating: FloatingRoutes): Promise<void> {
    set(floating.instance, { floating, serving: false });
    const names = new Set(namesOf(floating));
    failures = new Map([...failures].filter(([name]) => !names.has(name)));
    await working(() => remove(onlyOf(floating)));
  }

  async function change(before: FloatingRoutes, now: FloatingRoutes, serving: boolean): Promise<void> {
    const kept = new Set(namesOf(now));
    const old = new Set(namesOf(before));
    if (kept.size === old.size && [...kept].every((name) => old.has(name))) {
      if (entries.has(now.instance)) set(now.instance, { floating: now, serving });
      return;
    }
    const without = (floating: FloatingRoutes, names: ReadonlySet<string>): FloatingRoutes => ({
      instance: floating.instance,
      routes: floating.routes.filter((route) => !names.has(formatRoute(route))),
      rules: floating.rules.filter((rule) => !names.has(`rule ${formatRule(rule)}`)),
    });
    set(now.instance, { floating: now, serving });
    await working(() => remove(onlyOf(without(before, kept))));
    if (serving) await addNew(without(now, old));
  }

  /** What cannot be read (a kernel without IPv6) is left alone. */
  async function observe(): Promise<Observed> {
    const all = setOf(() => true);
    let found = nothing;
    const readable = new Set<Family>();
    for (const family of ['inet', 'inet6'] as const) {
      const named = ofFamilies(all, new Set([family]));
      const routes = named.routes.length > 0 ? await network.routes(family) : ok([]);
      const rules = named.rules.length > 0 ? await network.rules(family) : ok([]);
      if (!routes.ok || !rules.ok) continue;
      readable.add(family);
      found = {
        routes: [...found.routes, ...routes.value],
        rules: [...found.rules, ...rules.value],
      };
    }
    return { found, readable };
  }

  /** One at a time; a cause that comes meanwhile asks for another. */
  async function look(): Promise<void> {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      for (let attempt = 0; attempt < attemptsMax && entries.size > 0; attempt += 1) {
        const before = generation;
        const observed = await observe();
        if (generation !== before || busy > 0) continue;
        await mend(observed);
        break;
      }
    } finally {
      looking = false;
      if (entries.size > 0) lookLater();
    }
    if (!again) return;
    again = false;
    checkSoon();
  }

  async function mend({ found, readable }: Observed): Promise<void> {
    const goal = {
      wanted: ofFamilies(wantedNow(), readable),
      unwanted: ofFamilies(
        setOf(({ serving }) => !serving),
        readable,
      ),
    };
    const diff = diffFloating(goal, found);
    if (namesIn(diff.remove).length > 0) await remove(diff.remove);
    const errors = namesIn(diff.add).length > 0 ? await add(diff.add) : new Map<string, KernelError>();
    noteFailures(errors);
    const restored = new Set(namesIn(diff.add).filter((name) => !errors.has(name)));
    const removed = new Set(namesIn(foundOf(goal.unwanted, diff.remove)));
    for (const { floating, serving } of entries.values()) {
      const concerned = serving ? restored : removed;
      const names = namesOf(floating).filter((name) => concerned.has(name));
      tell(serving ? 'restored' : 'removed', floating, names);
    }
  }

  function tell(what: 'restored' | 'removed', { instance }: FloatingRoutes, names: readonly string[]): void {
    const [route, ...others] = names;
    if (route === undefined) return;
    const event = what === 'restored' ? 'vrrp.route_restored' : 'vrrp.route_removed';
    limit.note(`${instance} ${event}`, (count) =>
      emit({ event, instance, route, others: others.length, count }),
    );
  }

  function checkSoon(): void {
    if (entries.size > 0) pace.soon(() => void look());
  }

  return {
    ...{ hold, release, change, checkSoon },
    forget: (instance) => set(instance, undefined),
    missing: (instance) => {
      const entry = entries.get(instance);
      if (entry?.serving !== true) return [];
      return namesOf(entry.floating).flatMap((what) => {
        const reason = failures.get(what);
        return reason === undefined ? [] : [{ what, reason }];
      });
    },
    close: () => {
      entries.clear();
      pace.cancel();
      cancelLater();
    },
  };
}

/** For who is not there any more. One that is not there is no matter. */
export async function removeFloating(
  { routes, rules }: FloatingRoutes,
  { network, view }: Pick<FloatingPorts, 'network' | 'view'>,
): Promise<void> {
  await network.removeRules([...rules].reverse());
  await network.removeRoutes([...routes].reverse().map((route) => placedRoute(route, view)));
}

/** With the index of its device; 0, which is none, where that is not there. */
export const placedRoute = (route: VirtualRoute, view: NetworkView): PlacedRoute => {
  const index = route.device === undefined ? undefined : (view.linkNamed(route.device)?.index ?? 0);
  return { route, ...(index !== undefined && { interfaceIndex: index }) };
};

const namesOf = ({ routes, rules }: FloatingRoutes): readonly string[] =>
  namesIn({ routes: routes.map((route) => ({ route })), rules });

const ofFamilies = ({ routes, rules }: FloatingSet, families: ReadonlySet<Family>): FloatingSet => ({
  routes: routes.filter(({ route }) => families.has(routeFamily(route))),
  rules: rules.filter(({ family }) => families.has(family)),
});

const unique = <T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] => [
  ...new Map(items.map((item) => [nameOf(item), item])).values(),
];
