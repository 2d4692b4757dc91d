// virtual_server and virtual_server_group as entries of `virtual` (docs/reference/keepalived.md §5). A group, which
// keepalived makes a service of the kernel of for each address and mark, is one entry with `addresses`.
import { parseHostName } from '../../../net/host-name.ts';
import { ipBytes, ipFromBytes, parseIp } from '../../../net/ip.ts';
import { parsePrefix } from '../../../net/prefix.ts';
import { schedulers } from '../../service/scheduling.ts';
import { type Fields, joinPort, type Noting, type Value } from '../converted.ts';
import { checkers, checkOf } from './checks.ts';
import { forwardingOf } from './forward.ts';
import { quorumKeys, quorumOf } from './quorum.ts';
import { isSet, lastOf, type Statement, seconds, wordOf } from './tree.ts';

export type Surroundings = {
  readonly note: Noting;
  readonly groups: ReadonlyMap<string, Statement>;
  readonly trackFiles: ReadonlyMap<string, string>;
};

/** Services: of an address or a range with a port ("0" where none is given), or of a mark. */
type Addresses = { readonly addresses: string; readonly port: string };
type Target = Addresses | { readonly fwmark: string; readonly family?: string };
type Targets = readonly [Target, ...Target[]];

const flags = ['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback', 'flag-1', 'flag-2', 'flag-3'] as const;
const known: ReadonlySet<string> = new Set([
  ...[
    'protocol',
    'lb_algo',
    'lvs_sched',
    'lb_kind',
    'lvs_method',
    'ops',
    'persistence_timeout',
    'delay_loop',
  ],
  ...['persistence_granularity', 'persistence_engine', 'connect_timeout', 'retry', 'alpha', 'sorry_server'],
  ...[
    'sorry_server_lvs_method',
    'inhibit_on_failure',
    'weight',
    'virtualhost',
    'ip_family',
    'real_server',
    'snmp_name',
  ],
  ...flags,
  ...quorumKeys,
]);
const knownOfReal: ReadonlySet<string> = new Set([
  ...[
    'weight',
    'lvs_method',
    'inhibit_on_failure',
    'uthreshold',
    'lthreshold',
    'retry',
    'connect_timeout',
    'alpha',
  ],
  ...['delay_loop', 'virtualhost', 'snmp_name'],
  ...checkers,
]);
const weightMax = 65_535;

export function virtualsOf(statement: Statement, around: Surroundings): readonly Fields[] {
  const { note } = around;
  const targets = targetsOf(statement, around);
  const [first] = targets;
  if (first === undefined)
    note(statement.at, `virtual_server ${statement.text}: left out, as it names no service`);
  for (const { key, at } of statement.block ?? []) {
    if (!known.has(key)) note(at, `virtual_server ${key}: left out, as nothing corresponds to it`);
  }
  const granularity = lastOf(statement.block, 'persistence_granularity');
  if (granularity !== undefined && statement.words[0] === 'group') {
    note(
      granularity.at,
      'persistence_granularity: taken, though keepalived 2.2.7 has no effect of it for a group',
    );
  }
  const reals = (statement.block ?? []).filter(({ key }) => key === 'real_server');
  return first === undefined ? [] : [serviceOf([first, ...targets.slice(1)], statement, reals, around)];
}

function serviceOf(
  targets: Targets,
  statement: Statement,
  reals: readonly Statement[],
  around: Surroundings,
): Fields {
  const { block } = statement;
  const persistent = persistenceOf(targets, statement);
  const servers = reals.flatMap((real) => realOf(real, statement, targets, around.note));
  return {
    ...identityOf(targets, statement, reals, around.note),
    ...schedulingOf(statement, around.note),
    persistent,
    netmask: persistent === undefined ? undefined : wordOf(block, 'persistence_granularity'),
    persistence_engine: persistent === undefined ? undefined : wordOf(block, 'persistence_engine'),
    ...serviceCheckOf(statement, reals, around),
    quiescent: quiescentOf(statement, reals, around.note),
    fallback: fallbackOf(statement, around.note),
    ...quorumOf(
      statement,
      servers.map(({ weight }) => Number(weight)),
      around.note,
    ),
    real: servers,
  };
}

function identityOf(
  targets: Targets,
  { block, at }: Statement,
  reals: readonly Statement[],
  note: Noting,
): Fields {
  const inet6 = reals[0]?.words[0]?.includes(':') ? 'inet6' : undefined;
  const family = wordOf(block, 'ip_family') ?? inet6;
  const given = wordOf(block, 'protocol')?.toLowerCase();
  const hasAddress = targets.some((target) => 'addresses' in target);
  if (hasAddress && given === undefined) {
    note(at, 'protocol: udp, which is what keepalived takes where none is named');
  }
  const protocol = hasAddress ? (given ?? 'udp') : undefined;
  const [target] = targets;
  if (targets.length === 1 && 'fwmark' in target) {
    note(
      at,
      `fwmark ${target.fwmark}: set by your firewall as before; with marks beside it, by the daemon itself`,
    );
    return { fwmark: target.fwmark, family: target.family ?? family };
  }
  if (targets.length === 1 && 'addresses' in target && isSingle(target))
    return { address: joinPort(target.addresses, target.port), protocol };
  return { addresses: targets.map((each) => memberOf(each, family)), protocol };
}

const isSingle = ({ addresses }: Addresses): boolean => !addresses.includes('-');

function memberOf(target: Target, family: string | undefined): string {
  if ('addresses' in target) return joinPort(target.addresses, target.port);
  return `${(target.family ?? family) === 'inet6' ? 'fwmark6' : 'fwmark'} ${target.fwmark}`;
}

function schedulingOf({ block, at }: Statement, note: Noting): Fields {
  const given = wordOf(block, 'lb_algo', 'lvs_sched');
  const isKnown = schedulers.some((name) => name === given);
  if (!isKnown) note(at, `lb_algo ${given ?? 'nowhere'}: wlc, which is what keepalived takes then`);
  const schedflags = flags.filter((flag) => isSet(block, flag)).join(',');
  return {
    scheduler: isKnown ? given : 'wlc',
    schedflags: schedflags === '' ? undefined : schedflags,
    ops: isSet(block, 'ops') ? 'yes' : undefined,
  };
}

/** Bare: 360 s. Port 0 stands for all ports, which only a persistent service can have. */
function persistenceOf(targets: Targets, { block }: Statement): string | undefined {
  const given = lastOf(block, 'persistence_timeout');
  if (given !== undefined) return seconds(given.words[0]) ?? '360';
  return targets.some((target) => 'port' in target && target.port === '0') ? '360' : undefined;
}

function serviceCheckOf(virtual: Statement, reals: readonly Statement[], around: Surroundings): Fields {
  const { note, trackFiles } = around;
  const all = reals.map((real) =>
    (real.block ?? [])
      .filter(({ key }) => checkers.has(key))
      .map((checker) => ({ checker, real, fields: checkOf({ checker, real, virtual, note, trackFiles }) })),
  );
  const first = all.find((checks) => checks.length > 0)?.[0];
  if (first === undefined) return { checktype: 'on' };
  const wanted = JSON.stringify(first.fields);
  for (const [i, checks] of all.entries()) {
    const real = reals[i] ?? first.real;
    if (checks.length === 0)
      note(real.at, `real_server without a check: gets that of line ${first.checker.at.line}`);
    for (const [j, { checker, fields }] of checks.entries()) {
      if (checker === first.checker || (j === 0 && JSON.stringify(fields) === wanted)) continue;
      note(
        checker.at,
        `${checker.key}: left out, as all servers of a service have the check of line ${first.checker.at.line}`,
      );
    }
  }
  return first.fields;
}

function quiescentOf({ block }: Statement, reals: readonly Statement[], note: Noting): string | undefined {
  if (isSet(block, 'inhibit_on_failure')) return 'yes';
  const inhibited = reals.filter((real) => isSet(real.block, 'inhibit_on_failure'));
  const [first] = inhibited;
  if (first !== undefined && inhibited.length < reals.length) {
    note(first.at, 'inhibit_on_failure: holds for all servers of the service (quiescent)');
  }
  return first === undefined ? undefined : 'yes';
}

function fallbackOf({ block }: Statement, note: Noting): Value | undefined {
  const sorry = lastOf(block, 'sorry_server');
  const [address, port] = sorry?.words ?? [];
  if (sorry === undefined || address === undefined) return undefined;
  const method = lastOf(block, 'sorry_server_lvs_method') ?? lastOf(block, 'lb_kind', 'lvs_method');
  const { forward, tunnel } = forwardingOf(method, note);
  const server = joinPort(address, port);
  return tunnel === undefined ? `${server} ${forward}` : { address: server, forward, tunnel };
}

function realOf(real: Statement, virtual: Statement, targets: Targets, note: Noting): readonly Fields[] {
  const { block, at, words } = real;
  const [address = '', port] = words;
  if (parseIp(address) === undefined) {
    if (parseHostName(address) === undefined) {
      note(at, `real_server ${real.text}: left out, as ${address || 'it'} is no address`);
      return [];
    }
    note(at, `real_server ${real.text}: taken, though keepalived skips a name`);
  }
  for (const { key, at: place } of block ?? []) {
    if (!knownOfReal.has(key)) note(place, `real_server ${key}: left out, as nothing corresponds to it`);
  }
  const { forward, tunnel } = forwardingOf(
    lastOf(block, 'lvs_method') ?? lastOf(virtual.block, 'lb_kind', 'lvs_method'),
    note,
  );
  const other = targets.find((each) => 'port' in each && each.port !== (port ?? each.port));
  if (forward !== 'masq' && other !== undefined && 'port' in other) {
    note(
      at,
      `port ${port}: only checked; ${forward} servers get packets on the service's port ${other.port}`,
    );
  }
  const weight = wordOf(block, 'weight') ?? wordOf(virtual.block, 'weight') ?? '1';
  if (Number(weight) > weightMax)
    note(at, `weight ${weight}: ${weightMax} instead, which is the most there is here`);
  const fields = {
    address: joinPort(address, port),
    forward,
    tunnel,
    weight: `${Math.min(Number(weight) || 0, weightMax)}`,
    upper_threshold: wordOf(block, 'uthreshold'),
    lower_threshold: wordOf(block, 'lthreshold'),
  };
  return [fields];
}

function targetsOf({ words, at }: Statement, { groups, note }: Surroundings): readonly Target[] {
  const [first = '', second] = words;
  if (first !== 'group') return targetOf(words);
  const group = groups.get(second ?? '');
  if (group === undefined) note(at, `group ${second ?? ''}: is nowhere`);
  return (group?.block ?? []).flatMap((entry) => {
    const targets = targetOf([entry.key, ...entry.words]);
    if (targets.length === 0) note(entry.at, `${entry.key}: left out, as it is no address, range or mark`);
    return targets;
  });
}

/** ADDRESS [PORT], a range, a prefix, or `fwmark N [inet|inet6]`. */
function targetOf([first = '', second, third]: readonly string[]): readonly Target[] {
  if (first === 'fwmark') {
    return second === undefined ? [] : [{ fwmark: second, ...(third !== undefined && { family: third }) }];
  }
  const addresses = addressesOf(first);
  return addresses === undefined ? [] : [{ addresses, port: second ?? '0' }];
}

/** "a.b.c.d-e", "x::1-f", "a-b", and "net/len" as such a range; undefined for anything else. */
export function addressesOf(text: string): string | undefined {
  if (parseIp(text) !== undefined) return text;
  const [from = '', to = ''] = text.split('-');
  if (parseIp(from) !== undefined && to !== '') {
    const end = parseIp(to) ?? parseIp(from.replace(/[^.:]*$/, to));
    return end === undefined ? undefined : text;
  }
  const prefix = text.includes('/') ? parsePrefix(text) : undefined;
  if (prefix === undefined) return undefined;
  const bytes = ipBytes(prefix.address);
  const mask = bytes.map((_, i) => 0xff >> Math.min(8, Math.max(0, prefix.length - 8 * i)));
  const low = ipFromBytes(bytes.map((byte, i) => byte & ~(mask[i] ?? 0)));
  const high = ipFromBytes(bytes.map((byte, i) => byte | (mask[i] ?? 0)));
  return low === high ? low : `${low}-${high}`;
}
