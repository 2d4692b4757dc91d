// The routes and policy rules that float with one instance: added once its addresses are there, as a preferred
// source must exist, and removed before those go. What others made is neither replaced nor removed. A route that
// the kernel took (with its link, or with the address that is its source) comes back with the next addAddresses.
import { formatRoute, formatRule, type VirtualRoute, type VirtualRule } from '../net/route.ts';
import type { KernelError, NetworkKernel } from '../ports/kernel.ts';
import type { NetworkView } from './vrrp-network.ts';
import type { Emit } from './vrrp-ports.ts';

export type FloatingRoutes = {
  readonly instance: string;
  readonly routes: readonly VirtualRoute[];
  readonly rules: readonly VirtualRule[];
};

export type RouteKeeper = {
  /** Settle when the kernel has answered. */
  readonly add: () => Promise<void>;
  readonly remove: () => Promise<void>;
  /** From `before` to what is wanted now; what stays is not touched. @param serving whether new ones are added */
  readonly change: (before: FloatingRoutes, serving: boolean) => Promise<void>;
};

/** Each request is one route or rule. */
type Item = {
  readonly text: string;
  readonly add: () => Promise<KernelError | undefined>;
  readonly remove: () => Promise<KernelError | undefined>;
};

type RoutePorts = { readonly network: NetworkKernel; readonly view: NetworkView; readonly emit: Emit };

export function createRouteKeeper(wanted: () => FloatingRoutes, ports: RoutePorts): RouteKeeper {
  /** Said, and not repeated until it works. */
  const failed = new Set<string>();

  function fail(text: string, { message }: KernelError): void {
    if (failed.has(text)) return;
    failed.add(text);
    ports.emit({ event: 'vrrp.route_failed', instance: wanted().instance, route: text, reason: message });
  }

  async function add(item: Item): Promise<void> {
    let error = await item.add();
    // One that we left behind, or one of somebody else: only ours can be removed.
    if (error?.code === 'EEXIST' && (await item.remove()) === undefined) error = await item.add();
    if (error === undefined) failed.delete(item.text);
    else fail(item.text, error);
  }

  return {
    add: async () => {
      for (const item of itemsOf(wanted(), ports)) await add(item);
    },
    remove: async () => {
      for (const item of itemsOf(wanted(), ports).reverse()) await item.remove();
    },
    change: async (before, serving) => {
      const [old, next] = [itemsOf(before, ports), itemsOf(wanted(), ports)];
      for (const item of missingIn(next, old).reverse()) await item.remove();
      if (serving) for (const item of missingIn(old, next)) await add(item);
    },
  };
}

const missingIn = (there: readonly Item[], items: readonly Item[]): Item[] =>
  items.filter(({ text }) => !there.some((each) => each.text === text));

/** Routes first: a rule must not lead into a table that is still empty. */
function itemsOf({ routes, rules }: FloatingRoutes, { network, view }: RoutePorts): Item[] {
  return [
    ...routes.map((route): Item => {
      const requests = () => {
        const index = route.device === undefined ? undefined : (view.linkNamed(route.device)?.index ?? 0);
        return [{ route, ...(index !== undefined && { interfaceIndex: index }) }];
      };
      return {
        text: formatRoute(route),
        add: async () => (await network.addRoutes(requests()))[0],
        remove: async () => (await network.removeRoutes(requests()))[0],
      };
    }),
    ...rules.map(
      (rule): Item => ({
        text: `rule ${formatRule(rule)}`,
        add: async () => (await network.addRules([rule]))[0],
        remove: async () => (await network.removeRules([rule]))[0],
      }),
    ),
  ];
}
