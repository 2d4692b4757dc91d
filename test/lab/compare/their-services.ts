// What keepalived made of virtual_server and its servers, out of the dump of its checkers: a service for each address and
// mark of a group. Source: keepalived/check/check_data.c (dump_vs, dump_rs, dump_vsg).
import { parseIp } from '../../../src/net/ip.ts';
import { belowOf, type Dump, type Dumped, saidOf } from './dump.ts';
import { type Facts, fieldsOf, type Thing } from './facts.ts';
import { addressesOf, blockName, flagBits, serviceName, tableName } from './names.ts';
import { commandIn } from './their-routers.ts';

/** A service as it is dumped, before its group is told apart. */
export type TheirService = {
  /** As the lines of checkers have it: "[g]:0", "[192.0.2.1]:tcp:80", "FWM 7". */
  readonly label: string;
  readonly protocol: string;
  readonly block: string;
  /** Names of ours: as many as a group has members. */
  readonly names: readonly string[];
  readonly below: readonly Dumped[];
  readonly servers: readonly (readonly Dumped[])[];
};

export function theirServicesOf({ sections }: Dump): readonly TheirService[] {
  const lines = sections.get('LVS Topology') ?? [];
  const groups = groupsOf(lines);
  return lines.flatMap(({ text, below }) => {
    const [own = [], ...servers] = split(below);
    const protocol = (saidOf(own, 'protocol') ?? 'none').toLowerCase();
    const family = saidOf(own, 'Address family') === 'inet6' ? 'inet6' : 'inet';
    const group = /^VS GROUP = \[(.*)\]:/.exec(text)?.[1];
    const mark = /^VS FWMARK = (\d+)/.exec(text)?.[1];
    const [, address, port] = /^VS VIP = (\S+), VPORT = (\d+)/.exec(text) ?? [];
    const shared = { protocol, below: own, servers };
    if (group !== undefined) {
      const members = (groups.get(group) ?? []).map((member) => memberName(member, protocol, family));
      const names = [...new Set(members)];
      return [{ ...shared, label: text.slice(11), block: blockName(['group', group]), names }];
    }
    if (mark !== undefined) {
      const names = [serviceName({ mark, family })];
      return [{ ...shared, label: `FWM ${mark}`, block: blockName(['fwmark', mark]), names }];
    }
    if (address === undefined || port === undefined) return [];
    const label = `[${address}]:${protocol}:${port}`;
    return [
      {
        ...shared,
        label,
        block: blockName([address, port]),
        names: [serviceName({ address, port, protocol })],
      },
    ];
  });
}

type Member =
  | { readonly address: string; readonly port: string }
  | { readonly mark: string; readonly family?: string };

const memberName = (member: Member, protocol: string, family: string): string =>
  'mark' in member
    ? serviceName({ mark: member.mark, family: member.family ?? family })
    : serviceName({ ...member, protocol });

/** Members of each group, ranges told apart. */
function groupsOf(lines: readonly Dumped[]): ReadonlyMap<string, readonly Member[]> {
  const groups = new Map<string, readonly Member[]>();
  for (const { text, below } of lines) {
    const name = /^Virtual Server Group = (.*), IPv4 = /.exec(text)?.[1];
    if (name === undefined) continue;
    const members = below.flatMap((line): readonly Member[] => {
      const [, mark, six] = /^FWMARK = (\d+)( IPv6)?/.exec(line.text) ?? [];
      if (mark !== undefined) return [{ mark, ...(six !== undefined && { family: 'inet6' }) }];
      const [, range, port] = /^VIP(?: Range)? = (\S+), VPORT = (\d+)/.exec(line.text) ?? [];
      if (range === undefined || port === undefined) return [];
      return addressesOf(range).map((address) => ({ address, port }));
    });
    // keepalived looks for the first of a name.
    if (!groups.has(name)) groups.set(name, members);
  }
  return groups;
}

/** What is said of the service, and of each of its servers. */
function split(below: readonly Dumped[]): readonly (readonly Dumped[])[] {
  const parts: Dumped[][] = [[]];
  for (const line of below) {
    if (line.text.startsWith('------< Real server')) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts;
}

export const theirServices = (services: readonly TheirService[]): Facts =>
  services.flatMap((service) => service.names.flatMap((name) => serviceOf(service, name)));

function serviceOf(service: TheirService, name: string): readonly Thing[] {
  const { below, block, servers } = service;
  const value = (key: string) => saidOf(below, key);
  const [, quorum, hysteresis] = /(\d+), hysteresis = (\d+)/.exec(value('quorum') ?? '') ?? [];
  const flags = ['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback', 'flag-1', 'flag-2', 'flag-3'];
  return [
    {
      name,
      block,
      fields: fieldsOf({
        scheduler: value('lvs_sched'),
        schedflags: flagBits(flags.filter((flag) => value(flag) === 'enabled')),
        ops: value('One packet scheduling')?.startsWith('enabled'),
        persistent: value('persistence timeout'),
        netmask: value('persistence granularity'),
        quorum,
        hysteresis,
        quorum_up: commandIn(value('Quorum up notify script')),
        quorum_down: commandIn(value('Quorum down notify script')),
        fallback: fallbackOf(below, name),
      }),
    },
    ...servers.map((server) => serverOf(server, service, name)),
  ];
}

const forwards = new Map([
  ['NAT', 'masq'],
  ['DR', 'gate'],
  ['TUN', 'ipip'],
]);

/** "TUN, type = GUE, port = 6080, checksum". */
function forwardIn(text = ''): string {
  const [method = '', ...rest] = text.split(', ');
  const more = rest
    .filter((word) => word !== 'type = IPIP' && word !== 'no checksum')
    .map((word) => word.replace(' = ', ' '));
  return [forwards.get(method) ?? method, ...more.map((word) => word.toLowerCase())].join(' ');
}

function fallbackOf(below: readonly Dumped[], name: string): string | undefined {
  const sorry = ['sorry server', 'sorry server (duplicates rs)']
    .map((title) => saidOf(below, title))
    .find((each) => each !== undefined);
  const [, address, port] = /^\[(\S+)\]:\w+:(\d+)/.exec(sorry ?? '') ?? [];
  if (address === undefined || port === undefined) return undefined;
  const forward = forwardIn(saidOf(belowOf(below, 'sorry server'), 'forwarding method'));
  return `${tableName(name, { address, port, forward })} ${forward}`;
}

export function serverKey(server: readonly Dumped[], name: string): string {
  const [, address = '', port = ''] = /(\S+), RPORT = (\d+)/.exec(saidOf(server, 'RIP') ?? '') ?? [];
  const forward = forwardIn(saidOf(server, 'forwarding method'));
  return tableName(name, { address: parseIp(address) ?? address, port, forward });
}

function serverOf(server: readonly Dumped[], { block, below }: TheirService, name: string): Thing {
  const value = (key: string) => saidOf(server, key);
  const [, lower, upper] = /(\d+) -> (\d+)/.exec(value('connection limit range') ?? '') ?? [];
  const inhibits = [server, below].some((lines) => lines.some(({ text }) => text === inhibitLine));
  return {
    name: `real_server ${name} -> ${serverKey(server, name)}`,
    block,
    fields: fieldsOf({
      weight: value('initial weight'),
      forward: forwardIn(value('forwarding method')),
      uthreshold: upper,
      lthreshold: lower,
      inhibit_on_failure: inhibits,
    }),
  };
}
const inhibitLine = 'Inhibit on failure is ON';
