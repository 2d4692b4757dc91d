// Routes and rules that float, asked of the kernel: in an order in which each finds what it needs, and seen again by
// family. Which are wanted is floating-routes.ts's.
import type { Family } from '../../../net/ip.ts';
import { ok } from '../../../net/result.ts';
import type { VirtualRoute, VirtualRule } from '../../../net/route.ts';
import type { KernelError, NetworkKernel } from '../../../ports/kernel.ts';
import { type FloatingSet, foundOf, namesIn, type PlacedRoute } from '../../../vrrp/diff-floating.ts';
import { type FloatingRoutes, floatingSet, ofFamilies } from '../../../vrrp/floating.ts';
import type { NetworkView } from '../network-view.ts';

/** By their names. */
export type Refusals = ReadonlyMap<string, KernelError>;
export const noRefusals: Refusals = new Map();

/** With the index of its device; 0, which is none, where that is not there. */
export const placedRoute = (route: VirtualRoute, view: NetworkView): PlacedRoute => {
  const index = route.device === undefined ? undefined : (view.linkNamed(route.device)?.index ?? 0);
  return { route, ...(index !== undefined && { interfaceIndex: index }) };
};

export const placedSet = (all: readonly FloatingRoutes[], view: NetworkView): FloatingSet =>
  floatingSet(all, (route) => placedRoute(route, view));

/** Routes first: a rule must not lead into a table that is still empty. */
export async function addFloating({ routes, rules }: FloatingSet, network: NetworkKernel): Promise<Refusals> {
  const errors = [
    ...(routes.length === 0 ? [] : await network.addRoutes(routes)),
    ...(rules.length === 0 ? [] : await network.addRules(rules)),
  ];
  const names = namesIn({ routes, rules });
  return new Map(names.flatMap((name, i) => (errors[i] === undefined ? [] : [[name, errors[i]] as const])));
}

/** The last first. One that is not there is no error. */
export async function removeFloating({ routes, rules }: FloatingSet, network: NetworkKernel): Promise<void> {
  if (rules.length > 0) await network.removeRules([...rules].reverse());
  if (routes.length > 0) await network.removeRoutes([...routes].reverse());
}

/** What there is of their families. */
export type Observed = { readonly found: FloatingSet; readonly readable: ReadonlySet<Family> };

/** What cannot be read (a kernel without IPv6) is left alone. */
export async function observeFloating(all: FloatingSet, network: NetworkKernel): Promise<Observed> {
  let found: FloatingSet = { routes: [], rules: [] };
  const readable = new Set<Family>();
  for (const family of ['inet', 'inet6'] as const) {
    const named = ofFamilies(all, new Set([family]));
    const routes = named.routes.length > 0 ? await network.routes(family) : ok([]);
    const rules = named.rules.length > 0 ? await network.rules(family) : ok([]);
    if (!routes.ok || !rules.ok) continue;
    readable.add(family);
    found = { routes: [...found.routes, ...routes.value], rules: [...found.rules, ...rules.value] };
  }
  return { found, readable };
}

/** The kernel refuses no second one of a rule whose priority is left to it: what is there must be seen first. */
export async function withoutPresent(
  rules: readonly VirtualRule[],
  network: NetworkKernel,
): Promise<readonly VirtualRule[]> {
  const unplaced = rules.filter(({ priority }) => priority === undefined);
  const found: VirtualRule[] = [];
  for (const family of new Set(unplaced.map((rule) => rule.family))) {
    const there = await network.rules(family);
    if (there.ok) found.push(...there.value);
  }
  const present = new Set(foundOf({ routes: [], rules: unplaced }, { routes: [], rules: found }).rules);
  return rules.filter((rule) => !present.has(rule));
}
