// The routes and rules that should float here, compared with those of ours that are there: what is to be added, and
// what is to be removed. Pure; what is neither wanted nor named by the configuration stays, whoever made it.
import { ipBytes, ipFromBytes } from '../net/ip.ts';
import type { Prefix } from '../net/prefix.ts';
import { formatRoute, formatRule, routeFamily, type VirtualRoute, type VirtualRule } from '../net/route.ts';

/** A route with the index of its device, where it has one. */
export type PlacedRoute = { readonly route: VirtualRoute; readonly interfaceIndex?: number };
export type FloatingSet = { readonly routes: readonly PlacedRoute[]; readonly rules: readonly VirtualRule[] };
export type FloatingDiff = { readonly add: FloatingSet; readonly remove: FloatingSet };

/** IP6_RT_PRIO_USER of the kernel: what a route of IPv6 has that is given none. */
const metricDefault = { inet: 0, inet6: 1024 } as const;

/**
 * @param wanted what should be there. @param unwanted what the configuration names and should not be there now
 * @param found all of ours that is there
 */
export function diffFloating(
  { wanted, unwanted }: { readonly wanted: FloatingSet; readonly unwanted: FloatingSet },
  found: FloatingSet,
): FloatingDiff {
  const missing = wanted.routes.filter((route) => !found.routes.some((each) => isSameRoute(route, each)));
  const stray = found.routes.filter(
    (each) =>
      !wanted.routes.some((route) => isSameRoute(route, each)) &&
      (unwanted.routes.some((route) => isSameRoute(route, each)) ||
        missing.some((route) => keyOf(route) === keyOf(each))),
  );
  const isStray = (rule: VirtualRule, at: number) => {
    const named = wanted.rules.filter((each) => isSameRule(each, rule));
    if (named.length === 0) return unwanted.rules.some((each) => isSameRule(each, rule));
    // Of one whose priority is left to the kernel there can be several: the first is enough.
    return named.every((each) => found.rules.findIndex((other) => isSameRule(each, other)) < at);
  };
  return {
    add: {
      routes: missing,
      rules: wanted.rules.filter((rule) => !found.rules.some((each) => isSameRule(rule, each))),
    },
    remove: { routes: stray, rules: found.rules.filter(isStray) },
  };
}

/** One of each is all that the kernel has room for. */
const keyOf = ({ route }: PlacedRoute): string =>
  [route.table, textOf(route.destination), metricOf(route)].join(' ');

const metricOf = (route: VirtualRoute): number => route.metric ?? metricDefault[routeFamily(route)];

/** A device that the configuration leaves to the kernel is any. */
function isSameRoute(wanted: PlacedRoute, found: PlacedRoute): boolean {
  const [a, b] = [wanted.route, found.route];
  return (
    keyOf(wanted) === keyOf(found) &&
    a.kind === b.kind &&
    a.gateway === b.gateway &&
    a.source === b.source &&
    a.mtu === b.mtu &&
    (a.device === undefined || wanted.interfaceIndex === found.interfaceIndex)
  );
}

/** A priority that the configuration leaves to the kernel is any. */
const isSameRule = (wanted: VirtualRule, found: VirtualRule): boolean =>
  identityOf(wanted) === identityOf(found) &&
  (wanted.priority === undefined || wanted.priority === found.priority);

function identityOf({ priority: _, from, to, ...rule }: VirtualRule): string {
  const isSome = (prefix: Prefix | undefined): prefix is Prefix => prefix !== undefined && prefix.length > 0;
  const text = formatRule({
    ...rule,
    ...(isSome(from) && { from: networkOf(from) }),
    ...(isSome(to) && { to: networkOf(to) }),
  });
  return `${rule.family} ${text}`;
}

const textOf = (prefix: Prefix): string => {
  const { address, length } = networkOf(prefix);
  return `${address}/${length}`;
};

/** Without the bits behind its length, which the kernel does not keep. */
function networkOf({ address, length }: Prefix): Prefix {
  const bytes = ipBytes(address).map((byte, index) => {
    const bits = Math.min(8, Math.max(0, length - 8 * index));
    return byte & ((0xff << (8 - bits)) & 0xff);
  });
  return { address: ipFromBytes(bytes), length };
}

/** Those of `named` that are among `found`. */
export const foundOf = (named: FloatingSet, found: FloatingSet): FloatingSet => ({
  routes: named.routes.filter((route) => found.routes.some((each) => isSameRoute(route, each))),
  rules: named.rules.filter((rule) => found.rules.some((each) => isSameRule(rule, each))),
});

/** As events and people call them. */
export const namesIn = ({ routes, rules }: FloatingSet): readonly string[] => [
  ...routes.map(({ route }) => formatRoute(route)),
  ...rules.map((rule) => `rule ${formatRule(rule)}`),
];
