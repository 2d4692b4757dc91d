// vrrp_instance as an entry of `vrrp` (docs/reference/keepalived.md §2): values are taken over where the schema knows
// them, each address, route and rule only where it can be read.
import { familyOf, parseIp } from '../../../net/ip.ts';
import { parseRoute, parseRule } from '../../../net/route.ts';
import { parseVirtualAddress } from '../../../net/virtual-address.ts';
import { spellTrack } from '../../../net/word-pairs.ts';
import type { Fields, Noting } from '../converted.ts';
import { nameOf, notifiesOf, type References, tracksOf } from './tracking.ts';
import { isSet, lastOf, type Statement, seconds, wordOf } from './tree.ts';

export type VrrpSurroundings = {
  readonly note: Noting;
  readonly globals: readonly Statement[];
  readonly references: References;
  /** Addresses that an earlier instance has. */
  readonly taken: Set<string>;
};

/** Read here, in tracking.ts and director.ts, or without a need for anything. */
const known: ReadonlySet<string> = new Set([
  ...[
    'interface',
    'virtual_router_id',
    'version',
    'priority',
    'advert_int',
    'nopreempt',
    'preempt',
    'preempt_delay',
  ],
  ...[
    'accept',
    'no_accept',
    'virtual_ipaddress',
    'virtual_ipaddress_excluded',
    'virtual_routes',
    'virtual_rules',
  ],
  ...[
    'unicast_peer',
    'unicast_src_ip',
    'mcast_src_ip',
    'authentication',
    'use_vmac',
    'state',
    'v3_checksum_as_v2',
  ],
  ...[
    'garp_master_repeat',
    'garp_master_delay',
    'garp_master_refresh',
    'garp_master_refresh_repeat',
    'garp_interval',
  ],
  ...['track_interface', 'track_script', 'track_file', 'track_process', 'check_unicast_src', 'debug'],
  'lvs_sync_daemon_interface',
  ...['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'],
]);

export function instanceOf(statement: Statement, around: VrrpSurroundings): readonly Fields[] {
  const { note, globals } = around;
  const { block, at } = statement;
  for (const { key, at: place } of block ?? []) {
    if (!known.has(key)) note(place, `vrrp_instance ${key}: left out, as nothing corresponds to it`);
  }
  const addresses = addressesOf(statement, around);
  const vrid = wordOf(block, 'virtual_router_id');
  if (addresses.length === 0 || vrid === undefined) {
    const lacks = vrid === undefined ? 'virtual_router_id' : 'virtual_ipaddress';
    note(at, `vrrp_instance ${statement.text}: left out, as it has no ${lacks}`);
    return [];
  }
  const inet6 = addresses.some((address) => address.split(' ', 1)[0]?.includes(':'));
  const version = inet6 ? '3' : (wordOf(block, 'version') ?? wordOf(globals, 'vrrp_version') ?? '2');
  const fields: Fields = {
    name: nameOf(statement),
    interface: wordOf(block, 'interface') ?? wordOf(globals, 'default_interface') ?? 'eth0',
    virtual_router_id: vrid,
    version,
    priority: wordOf(block, 'priority') ?? '100',
    advert_int: advertIntervalOf(lastOf(block, 'advert_int'), version, note),
    ...preemptionOf(statement, note),
    accept: isSet(block, 'no_accept') ? 'no' : undefined,
    virtual_ipaddress: addresses,
    virtual_ipaddress_excluded: readable(block, 'virtual_ipaddress_excluded', addressOf, note),
    virtual_routes: readable(block, 'virtual_routes', routeOf, note),
    virtual_rules: readable(block, 'virtual_rules', ruleOf, note),
    unicast_peer: (lastOf(block, 'unicast_peer')?.block ?? []).map((peer) => peerOf(peer, note)),
    unicast_src_ip: wordOf(block, 'unicast_src_ip', 'mcast_src_ip'),
    use_vmac: vmacOf(lastOf(block, 'use_vmac'), note),
    auth_pass: passwordOf(block, version, note),
    checksum: isSet(block, 'v3_checksum_as_v2') ? 'rfc9568' : undefined,
    ...announcementsOf(block, globals),
    ...tracksOf(statement, around.references, note),
    ...notifiesOf(statement, note),
  };
  return [fields];
}

function peerOf(peer: Statement, note: Noting): string {
  if (parseIp(peer.key) === undefined) {
    note(peer.at, `unicast_peer ${peer.key}: taken, though keepalived skips a name`);
  }
  return lineOf(peer);
}

const lineOf = ({ key, words }: Statement): string => [key, ...words].join(' ');

/** Version 2 counts whole seconds. */
function advertIntervalOf(given: Statement | undefined, version: string, note: Noting): string | undefined {
  const text = given?.words[0];
  if (given === undefined || text === undefined) return undefined;
  if (version !== '2' || /^\d+$/.test(text)) return seconds(text);
  const rounded = `${Math.max(1, Math.round(Number(text)) || 1)}`;
  note(given.at, `advert_int ${text}: ${rounded}, as version 2 has whole seconds`);
  return rounded;
}

/** keepalived drops nopreempt and preempt_delay of a router that starts as master. */
function preemptionOf({ block }: Statement, note: Noting): Fields {
  const nopreempt = lastOf(block, 'nopreempt');
  const delay = seconds(wordOf(block, 'preempt_delay'));
  const state = lastOf(block, 'state');
  const wants = nopreempt !== undefined && isSet(block, 'nopreempt');
  if (state?.words[0] === 'MASTER') {
    note(state.at, 'state MASTER: left out, as the priority decides who is active');
    if (wants)
      note(nopreempt.at, 'nopreempt: left out, as keepalived has no effect of it beside state MASTER');
    return {};
  }
  return { nopreempt: wants ? 'yes' : undefined, preempt_delay: delay };
}

/** Of version 2 alone; keepalived takes the first eight bytes. */
function passwordOf(block: Statement['block'], version: string, note: Noting): string | undefined {
  const given = lastOf(block, 'authentication');
  const password = wordOf(given?.block, 'auth_pass');
  if (given === undefined || password === undefined) return undefined;
  const type = wordOf(given.block, 'auth_type')?.toUpperCase() ?? 'PASS';
  if (type === 'PASS' && version === '2') return password.slice(0, 8);
  note(
    given.at,
    `authentication: left out, as ${type === 'PASS' ? 'VRRP version 3 has none' : `${type} is not spoken`}`,
  );
  return undefined;
}

function vmacOf(given: Statement | undefined, note: Noting): string | undefined {
  if (given === undefined) return undefined;
  const [first, ...rest] = given.words;
  if (rest.length > 0) note(given.at, `use_vmac ${rest.join(' ')}: left out, as nothing corresponds to it`);
  return first === undefined || first.includes(':') ? 'yes' : first;
}

const announcements = {
  garp_master_repeat: ['garp_master_repeat', 'vrrp_garp_master_repeat'],
  garp_master_delay: ['garp_master_delay', 'vrrp_garp_master_delay'],
  garp_master_refresh: ['garp_master_refresh', 'vrrp_garp_master_refresh'],
  garp_master_refresh_repeat: ['garp_master_refresh_repeat', 'vrrp_garp_master_refresh_repeat'],
  garp_interval: ['garp_interval', 'vrrp_garp_interval'],
} as const;

const announcementsOf = (block: Statement['block'], globals: readonly Statement[]): Fields =>
  Object.fromEntries(
    Object.entries(announcements).map(([key, [own, shared]]) => [
      key,
      seconds(wordOf(block, own) ?? wordOf(globals, shared)),
    ]),
  );

/** One family an instance: keepalived takes that of the first. No address twice. */
function addressesOf({ block }: Statement, { note, taken }: VrrpSurroundings): readonly string[] {
  const lines = readable(block, 'virtual_ipaddress', addressOf, note);
  const found = lines.flatMap((text) => parseVirtualAddress(text) ?? []);
  const family = found[0] && familyOf(found[0].address);
  const at = lastOf(block, 'virtual_ipaddress')?.at;
  return lines.filter((text, i) => {
    const address = found[i]?.address;
    if (address === undefined || at === undefined) return false;
    const problem = taken.has(address)
      ? 'it stands before'
      : familyOf(address) !== family
        ? 'the first is of the other family'
        : undefined;
    if (problem !== undefined) note(at, `virtual_ipaddress ${text}: left out, as ${problem}`);
    else taken.add(address);
    return problem === undefined;
  });
}

/** The lines of a block that `read` makes sense of. */
function readable(
  block: Statement['block'],
  key: string,
  read: (words: readonly string[]) => string | undefined,
  note: Noting,
): readonly string[] {
  return (lastOf(block, key)?.block ?? []).flatMap((line) => {
    const text = read([line.key, ...line.words]);
    if (text === undefined) note(line.at, `${key} ${lineOf(line)}: left out, as it cannot be said`);
    else if (text.split(' ').length < line.words.length + 1)
      note(line.at, `${key} ${lineOf(line)}: only ${text}`);
    return text ?? [];
  });
}

/** Words that stand alone behind an address or a route, and those with a value, that nothing corresponds to. */
const loose = new Set(['-nodad', 'nodad', 'home', 'mngtmpaddr', 'noprefixroute', 'autojoin', 'use_vmac']);
const pairs = new Set(['preferred_lft', 'track_group', 'peer']);

const plain = (words: readonly string[]): readonly string[] =>
  spellTrack(
    words.filter((word, i) => !loose.has(word) && !pairs.has(word) && !pairs.has(words[i - 1] ?? '')),
  );

function addressOf(words: readonly string[]): string | undefined {
  const text = plain(words).join(' ');
  return parseVirtualAddress(text) === undefined ? undefined : text;
}

function routeOf(words: readonly string[]): string | undefined {
  const text = plain(words)
    .map((word) => (word === 'gw' ? 'via' : word))
    .join(' ');
  return parseRoute(text) === undefined ? undefined : text;
}

function ruleOf(words: readonly string[]): string | undefined {
  const text = plain(words).join(' ');
  return parseRule(text) === undefined ? undefined : text;
}
