// What the virtual routers should hold at their present roles, against what the kernel has: for `plan`. Changes
// nothing. Of a router whose role is not known nothing can be said.

import type { StaticAddress, VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Phase } from '../../model/vrrp.ts';
import { formatPrefix } from '../../net/prefix.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FilterKernel, NetworkKernel } from '../../ports/kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import type { SettingLine } from '../../reconcile/plan.ts';
import { servesIn } from '../../vrrp/become.ts';
import { diffFloating, type FloatingSet, namesIn } from '../../vrrp/diff-floating.ts';
import { filterTableOf } from '../vrrp/holdings/accept-filter.ts';
import { placedRoute } from '../vrrp/holdings/floating-kernel.ts';
import { settingsOfVmac } from '../vrrp/holdings/macvlan.ts';
import { createNetworkView, type NetworkView } from '../vrrp/network-view.ts';
import { deviceOfAddress, floatingAddresses } from '../vrrp/router-config.ts';

export type HeldPorts = {
  readonly network: NetworkKernel;
  readonly filter: FilterKernel;
  readonly sysctl: Sysctl;
  readonly clock: Clock;
};

/** @param phaseOf undefined where no daemon runs that would know. */
export async function planHeld(
  ports: HeldPorts,
  instances: readonly VrrpInstanceConfig[],
  phaseOf: (instance: string) => Phase | undefined,
): Promise<readonly SettingLine[]> {
  const known = instances.filter(({ name }) => phaseOf(name) !== undefined);
  if (known.length === 0) return [];
  const view = createNetworkView(ports.network, ports.clock);
  if ((await view.load()) !== undefined) return [];
  const serves = ({ name }: VrrpInstanceConfig) => servesIn(phaseOf(name) ?? 'initialize');
  const lines = known.map((config) => [
    ...addressLines(config, serves(config), view),
    ...deviceLines(config, view, ports.sysctl),
  ]);
  const statics = instances.flatMap((each) => each.statics ?? []);
  const filters = await Promise.all(known.map((config) => filterLines(config, ports.filter)));
  return [
    ...statics.flatMap(({ addresses }) => staticLines(addresses, view)),
    ...[...lines.flat(), ...(await routeLines(known, serves, { ...ports, view })), ...filters.flat()],
  ];
}

/** An owner's addresses may be the host's own. */
function addressLines(
  config: VrrpInstanceConfig,
  serving: boolean,
  view: NetworkView,
): readonly SettingLine[] {
  return floatingAddresses(config).flatMap((vip): readonly SettingLine[] => {
    const device = deviceOfAddress(config, vip);
    const index = view.linkNamed(device)?.index;
    const there = view
      .placesOf(vip.address)
      .some((each) => each.interfaceIndex === index && each.prefixLength === vip.length);
    const [setting, text] = [`${config.name} address`, `${formatPrefix(vip)} dev ${device}`];
    if (serving && !there) return [{ sign: '+', setting, after: text }];
    return !serving && there && config.priority !== 255 ? [{ sign: '-', setting, before: text }] : [];
  });
}

const staticLines = (addresses: readonly StaticAddress[], view: NetworkView): readonly SettingLine[] =>
  addresses.flatMap(({ device, ...prefix }): readonly SettingLine[] => {
    const index = view.linkNamed(device)?.index;
    const isThere = view.placesOf(prefix.address).some((each) => each.interfaceIndex === index);
    const after = `${formatPrefix(prefix)} dev ${device}`;
    return isThere ? [] : [{ sign: '+', setting: 'static address', after }];
  });

function deviceLines(config: VrrpInstanceConfig, view: NetworkView, sysctl: Sysctl): readonly SettingLine[] {
  if (config.vmac === undefined) return [];
  if (view.linkNamed(config.vmac) === undefined)
    return [{ sign: '+', setting: `${config.name} macvlan`, after: config.vmac }];
  return settingsOfVmac(config.vmac, config.interface).flatMap(({ key, value }): readonly SettingLine[] => {
    const before = sysctl.read(key);
    if (before === undefined || before === value) return [];
    return [{ sign: '~', setting: `${config.name} ${key}`, before, after: value }];
  });
}

async function routeLines(
  instances: readonly VrrpInstanceConfig[],
  serves: (config: VrrpInstanceConfig) => boolean,
  { network, view }: HeldPorts & { readonly view: NetworkView },
): Promise<readonly SettingLine[]> {
  const setOf = (some: readonly VrrpInstanceConfig[]): FloatingSet => ({
    routes: some.flatMap(({ virtualRoutes = [] }) => virtualRoutes.map((route) => placedRoute(route, view))),
    rules: some.flatMap(({ virtualRules = [] }) => virtualRules),
  });
  const statics = instances.flatMap((each) => each.statics ?? []);
  const served = setOf(instances.filter(serves));
  const goal = {
    wanted: {
      routes: [
        ...served.routes,
        ...statics.flatMap(({ routes }) => routes.map((each) => placedRoute(each, view))),
      ],
      rules: [...served.rules, ...statics.flatMap(({ rules }) => rules)],
    },
    unwanted: setOf(instances.filter((each) => !serves(each))),
  };
  if (namesIn(goal.wanted).length + namesIn(goal.unwanted).length === 0) return [];
  const families = ['inet', 'inet6'] as const;
  const routes = await Promise.all(families.map(network.routes));
  const rules = await Promise.all(families.map(network.rules));
  const found = {
    routes: routes.flatMap((answer) => (answer.ok ? answer.value : [])),
    rules: rules.flatMap((answer) => (answer.ok ? answer.value : [])),
  };
  const { add, remove } = diffFloating(goal, found);
  return [
    ...namesIn(remove).map((before): SettingLine => ({ sign: '-', setting: 'route', before })),
    ...namesIn(add).map((after): SettingLine => ({ sign: '+', setting: 'route', after })),
  ];
}

async function filterLines(
  config: VrrpInstanceConfig,
  filter: FilterKernel,
): Promise<readonly SettingLine[]> {
  if (config.acceptMode || config.priority === 255) return [];
  const table = filterTableOf(config.name);
  const addresses = floatingAddresses(config).map(({ address }) => address);
  const lines: SettingLine[] = [];
  for (const family of ['inet', 'inet6'] as const) {
    const found = await filter.isDropping(family, table, addresses);
    if (found.ok && !found.value)
      lines.push({ sign: '~', setting: `nftables ${table}`, before: 'altered', after: 'as configured' });
  }
  return lines;
}
