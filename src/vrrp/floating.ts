// The routes and rules of several routers that float, as sets: what they want together, what is one's alone, and what is
// left of it without some. Pure; what of it is there is diff-floating.ts's.
import type { Family } from '../net/ip.ts';
import { formatRoute, formatRule, routeFamily, type VirtualRoute, type VirtualRule } from '../net/route.ts';
import { type FloatingSet, namesIn, type PlacedRoute } from './diff-floating.ts';

/** Of one router. */
export type FloatingRoutes = {
  readonly instance: string;
  readonly routes: readonly VirtualRoute[];
  readonly rules: readonly VirtualRule[];
};

export const isEmpty = ({ routes, rules }: FloatingRoutes): boolean => routes.length + rules.length === 0;

/** As events and people call them. */
export const namesOf = ({ routes, rules }: FloatingRoutes): readonly string[] =>
  namesIn({ routes: routes.map((route) => ({ route })), rules });

export const isSameFloating = (a: FloatingRoutes, b: FloatingRoutes): boolean => {
  const [names, others] = [new Set(namesOf(a)), new Set(namesOf(b))];
  return names.size === others.size && [...names].every((name) => others.has(name));
};

/** Each once, whoever else wants it too. */
export function floatingSet(
  all: readonly FloatingRoutes[],
  place: (route: VirtualRoute) => PlacedRoute,
): FloatingSet {
  const routes = unique(
    all.flatMap((each) => each.routes),
    formatRoute,
  );
  const rules = unique(
    all.flatMap((each) => each.rules),
    formatRule,
  );
  return { routes: routes.map(place), rules };
}

const unique = <T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] => [
  ...new Map(items.map((item) => [nameOf(item), item])).values(),
];

/** What nobody of `others` wants too. */
export function without(floating: FloatingRoutes, others: readonly FloatingRoutes[]): FloatingRoutes {
  const names = new Set(others.flatMap(namesOf));
  return {
    instance: floating.instance,
    routes: floating.routes.filter((route) => !names.has(formatRoute(route))),
    rules: floating.rules.filter((rule) => !names.has(`rule ${formatRule(rule)}`)),
  };
}

export const ofFamilies = ({ routes, rules }: FloatingSet, families: ReadonlySet<Family>): FloatingSet => ({
  routes: routes.filter(({ route }) => families.has(routeFamily(route))),
  rules: rules.filter(({ family }) => families.has(family)),
});
