// Routes and policy rules that float with a virtual router, as values, in the words of ip-route(8) and ip-rule(8):
// "10.1.0.0/16 via 192.168.6.1 src 192.168.6.240 table 100", "from 192.168.6.240 table 100 priority 1000".
// The part of those languages that floats; devices stay names. The kernel judges what goes together beyond that.
import { type Family, familyOf, type Ip, ip, parseIp } from './ip.ts';
import { formatPrefix, type Prefix, parsePrefix } from './prefix.ts';
import { readInterfaceName, readNumber, readPairs, readTrack, spellTrack } from './word-pairs.ts';

export type RouteKind = 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';

export type VirtualRoute = {
  readonly kind: RouteKind;
  /** 0.0.0.0/0 and ::/0 are the default. */
  readonly destination: Prefix;
  readonly gateway?: Ip;
  readonly device?: string;
  /** Preferred source of packets that take it. */
  readonly source?: Ip;
  readonly metric?: number;
  /** 254 is main. */
  readonly table: number;
  readonly mtu?: number;
  /** The gateway need not be on a connected network. */
  readonly onlink?: true;
  /** Only false is said: the state of its device does not matter to its virtual router. */
  readonly track?: false;
};

export type VirtualRule = {
  readonly family: Family;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly inputDevice?: string;
  readonly outputDevice?: string;
  readonly mark?: { readonly value: number; readonly mask: number };
  /** Absent: the kernel chooses. */
  readonly priority?: number;
  /** A table to look in, or what becomes of the packet. */
  readonly action: number | Exclude<RouteKind, 'unicast'>;
  /** As of a route. */
  readonly track?: false;
};

const mainTable = 254;
const tables: ReadonlyMap<string, number> = new Map([
  ['default', 253],
  ['main', mainTable],
  ['local', 255],
]);
const kinds: readonly RouteKind[] = ['unicast', 'blackhole', 'unreachable', 'prohibit'];

/**
 * [unicast|blackhole|unreachable|prohibit] [to] PREFIX|default [via ADDRESS] [dev IF] [src ADDRESS] [metric N]
 * [table N|main|local|default] [mtu N] [onlink] [track yes|no]; undefined for anything else.
 */
export function parseRoute(text: string): VirtualRoute | undefined {
  const words = spellTrack(text.trim().split(/\s+/));
  const onlink = words.includes('onlink');
  const { kind, rest } = leadingKind(words.filter((word) => word !== 'onlink'));
  // The destination may stand alone, in front or behind other options.
  const bare = rest.findIndex(
    (word, i) => i % 2 === 0 && (word === 'default' || parsePrefix(word) !== undefined),
  );
  const pairs = bare < 0 ? rest : [...rest.slice(0, bare), 'to', ...rest.slice(bare)];
  const given = readPairs(pairs, {
    to: (value) => (value === 'default' ? value : parsePrefix(value)),
    via: parseIp,
    dev: readInterfaceName,
    src: parseIp,
    metric: readNumber,
    table: readTable,
    mtu: readNumber,
    track: readTrack,
  });
  if (given?.to === undefined) return undefined;
  const { via: gateway, dev: device, src: source, metric, table = mainTable, mtu } = given;
  const family = familyOf((given.to === 'default' ? (gateway ?? source) : given.to.address) ?? ip('0.0.0.0'));
  const destination = given.to === 'default' ? everything(family) : given.to;
  if (![gateway, source].every((address) => address === undefined || familyOf(address) === family))
    return undefined;
  if ((kind === 'unicast') !== (gateway !== undefined || device !== undefined)) return undefined;
  return {
    kind,
    destination,
    ...(gateway !== undefined && { gateway }),
    ...(device !== undefined && { device }),
    ...(source !== undefined && { source }),
    ...(metric !== undefined && { metric }),
    table,
    ...(mtu !== undefined && { mtu }),
    ...(onlink && { onlink }),
    ...(given.track === false && { track: false }),
  };
}

/**
 * [inet6] [blackhole|unreachable|prohibit] [from PREFIX] [to PREFIX] [iif IF] [oif IF] [fwmark N[/MASK]]
 * [priority N] [table N] [track yes|no]; undefined for anything else.
 */
export function parseRule(text: string): VirtualRule | undefined {
  const words = spellTrack(text.trim().split(/\s+/));
  const { kind, rest } = leadingKind(words.filter((word) => word !== 'inet' && word !== 'inet6'));
  const given = readPairs(rest, {
    from: readSelector,
    to: readSelector,
    iif: readInterfaceName,
    oif: readInterfaceName,
    fwmark: readMark,
    priority: readNumber,
    pref: readNumber,
    table: readTable,
    lookup: readTable,
    track: readTrack,
  });
  if (given === undefined) return undefined;
  const { from = 'all', to = 'all', iif: inputDevice, oif: outputDevice, fwmark: mark } = given;
  const priority = given.priority ?? given.pref;
  const action = kind === 'unicast' ? (given.table ?? given.lookup) : kind;
  const prefixes = [from, to].filter((each) => each !== 'all');
  const families = new Set(prefixes.map(({ address }) => familyOf(address)));
  const family = [...families][0] ?? (words.includes('inet6') ? 'inet6' : 'inet');
  if (action === undefined || families.size > 1) return undefined;
  return {
    family,
    ...(from !== 'all' && { from }),
    ...(to !== 'all' && { to }),
    ...(inputDevice !== undefined && { inputDevice }),
    ...(outputDevice !== undefined && { outputDevice }),
    ...(mark !== undefined && { mark }),
    ...(priority !== undefined && { priority }),
    action,
    ...(given.track === false && { track: false }),
  };
}

export const routeFamily = ({ destination }: VirtualRoute): Family => familyOf(destination.address);

/** For people and as an identity. */
export function formatRoute(route: VirtualRoute): string {
  const { kind, destination, gateway, device, source, metric, table, mtu, onlink } = route;
  return [
    ...(kind === 'unicast' ? [] : [kind]),
    formatPrefix(destination),
    ...words({ via: gateway, dev: device, src: source, metric, mtu }),
    ...(onlink === true ? ['onlink'] : []),
    ...(table === mainTable ? [] : [`table ${table}`]),
  ].join(' ');
}

/** For people and as an identity. */
export function formatRule({
  from,
  to,
  inputDevice,
  outputDevice,
  mark,
  priority,
  action,
}: VirtualRule): string {
  return [
    ...(typeof action === 'number' ? [] : [action]),
    `from ${from === undefined ? 'all' : formatPrefix(from)}`,
    ...words({
      to: to && formatPrefix(to),
      iif: inputDevice,
      oif: outputDevice,
      fwmark: mark && `${mark.value}/${mark.mask}`,
    }),
    ...(typeof action === 'number' ? [`table ${action}`] : []),
    ...words({ priority }),
  ].join(' ');
}

const words = (pairs: Readonly<Record<string, string | number | undefined>>): readonly string[] =>
  Object.entries(pairs).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]));

function leadingKind(words: readonly string[]): {
  readonly kind: RouteKind;
  readonly rest: readonly string[];
} {
  const kind = kinds.find((each) => each === words[0]);
  return kind === undefined ? { kind: 'unicast', rest: words } : { kind, rest: words.slice(1) };
}

const everything = (family: Family): Prefix => ({
  address: ip(family === 'inet' ? '0.0.0.0' : '::'),
  length: 0,
});

const readSelector = (text: string) =>
  text === 'all' || text === 'default' ? ('all' as const) : parsePrefix(text);

/** Table 0 is none. */
const readTable = (text: string) => tables.get(text) ?? (readNumber(text) || undefined);

function readMark(text: string) {
  const [value, mask] = text.split('/', 2).map(readNumber);
  if (value === undefined || (text.includes('/') && mask === undefined)) return undefined;
  return { value, mask: mask ?? 0xffff_ffff };
}
