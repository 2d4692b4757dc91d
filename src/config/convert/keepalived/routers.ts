// vrrp_instance as entries of `vrrp`: which of them can run here, and their parts, each read in a file of its own. Source:
// keepalived.conf(5), keepalived/vrrp/vrrp_parser.c, keepalived/vrrp/vrrp.c.
import type { Family } from '../../../net/ip.ts';
import type { Fields, Noting } from '../converted.ts';
import { floatingOf, type Taken, vmacOf } from './addresses.ts';
import { advertsOf } from './adverts.ts';
import { announcementKeys, announcementsOf } from './announcements.ts';
import { type Election, electionOf } from './election.ts';
import { noteUnknown } from './left-out.ts';
import type { Mails } from './mails.ts';
import { notifiesOf, notifyKeys } from './notifies.ts';
import { rivalKeys, rivalryOf } from './rivals.ts';
import { type RulePriorities, routesOf, rulesOf } from './routes.ts';
import { nameOf, type References } from './tracking.ts';
import { trackKeys, tracksOf } from './tracks.ts';
import { isSet, lastFitting, lastOf, type Statement, wholeWithin, wordOf } from './tree.ts';

export type VrrpSurroundings = {
  readonly note: Noting;
  readonly globals: readonly Statement[];
  readonly references: References;
  /** Members of sync groups whose weights keepalived leaves out. */
  readonly weightless: ReadonlySet<string>;
  readonly priorities: RulePriorities;
  readonly mails: Mails;
};

export const defaultDevice = (globals: readonly Statement[]): string =>
  wordOf(globals, 'default_interface') ?? 'eth0';

/** What earlier instances have. */
type Seen = {
  readonly names: Map<string, Statement>;
  readonly routers: Map<string, Statement>;
  readonly addresses: Taken;
  readonly vmacs: Set<string>;
};

/** Read here, in the files that are imported, in director.ts, or without a need for anything. */
const known: ReadonlySet<string> = new Set([
  ...['interface', 'virtual_router_id', 'version', 'priority', 'advert_int', 'nopreempt', 'preempt'],
  ...[
    'preempt_delay',
    'state',
    'strict_mode',
    'accept',
    'no_accept',
    'use_vmac',
    'vmac_xmit_base',
    'v3_checksum_as_v2',
  ],
  ...['virtual_ipaddress', 'virtual_ipaddress_excluded', 'virtual_routes', 'virtual_rules'],
  ...['unicast_peer', 'unicast_src_ip', 'mcast_src_ip', 'authentication', 'check_unicast_src', 'debug'],
  ...['mcast_dst_ip', 'dont_track_primary', 'smtp_alert'],
  ...['lvs_sync_daemon_interface', ...announcementKeys, ...rivalKeys, ...trackKeys, ...notifyKeys],
]);

export function instancesOf(statements: readonly Statement[], around: VrrpSurroundings): readonly Fields[] {
  const seen: Seen = { names: new Map(), routers: new Map(), addresses: new Map(), vmacs: new Set() };
  return statements.flatMap((each) => instanceOf(each, around, seen));
}

function instanceOf(statement: Statement, around: VrrpSurroundings, seen: Seen): readonly Fields[] {
  const { note, globals, references } = around;
  const { block, at } = statement;
  const leaveOut = (kind: 'missing' | 'ignored', reason: string): readonly Fields[] => {
    note(at, kind, `vrrp_instance ${statement.text}: left out, as ${reason}`);
    return [];
  };
  if (statement.words.length !== 1) return leaveOut('ignored', 'keepalived wants one word for its name');
  const name = nameOf(statement);
  const namesake = seen.names.get(name);
  if (namesake !== undefined)
    return leaveOut(
      namesake.words[0] === statement.words[0] ? 'ignored' : 'missing',
      `the name stands in line ${namesake.at.line}, and keepalived takes the first`,
    );
  seen.names.set(name, statement);
  noteUnknown(block ?? [], known, 'vrrp_instance', note);
  const device = wordOf(block, 'interface') ?? defaultDevice(globals);
  const { family, addresses, excluded, isTaken } = floatingOf(statement, device, seen.addresses, note);
  const vrid = vridOf(block);
  if (vrid === undefined) return leaveOut('missing', 'it has no virtual_router_id');
  const election = electionOf({ instance: statement, globals, inet6: family === 'inet6', note });
  if (addresses.length === 0 && !mayElectAlone(family, election))
    return isTaken
      ? leaveOut('missing', 'another vrrp_instance has all of its addresses')
      : leaveOut('ignored', 'it has no virtual_ipaddress, which keepalived refuses here too');
  const adverts = advertsOf(statement, election, { globals, family, note });
  // A group of their own parts two; a MAC by the VRID they would share.
  const group = lastOf(block, 'use_vmac') === undefined ? adverts.mcast_dst_ip : undefined;
  const router = `${vrid} on ${device}, ${family} ${group ?? ''}`;
  const twin = seen.routers.get(router);
  if (twin !== undefined)
    return leaveOut(
      'missing',
      `a VRID is once on an interface here, and ${vrid} stands in line ${twin.at.line}`,
    );
  seen.routers.set(router, statement);
  const fields: Fields = {
    name,
    interface: device,
    dont_track_primary: lastOf(block, 'dont_track_primary') && 'yes',
    virtual_router_id: `${vrid}`,
    ...election.fields,
    virtual_ipaddress: addresses.length === 0 ? undefined : addresses,
    virtual_ipaddress_excluded: excluded,
    virtual_routes: routesOf(block, note),
    virtual_rules: rulesOf(block, around.priorities, note),
    ...adverts,
    use_vmac: vmacOf(block, { vrid: `${vrid}`, family, used: seen.vmacs }, note),
    vmac_xmit_base: fromBaseOf(block, election, note),
    checksum: checksumOf(block, globals),
    ...announcementsOf(block, globals, note),
    ...rivalryOf(block, election, globals, note),
    ...tracksOf(statement, { references, note, device, weightless: weightlessOf(name, election, around) }),
    ...notifiesOf(statement, note),
    smtp_alert: around.mails.ofRouter(statement),
  };
  return [fields];
}

/** The last that is one. */
function vridOf(block: Statement['block']): number | undefined {
  const read = (text: string | undefined) => wholeWithin(text, 1, 255);
  return read(lastFitting(block, 'virtual_router_id', (text) => read(text) !== undefined)?.words[0]);
}

/** keepalived sends unicast from nowhere else, and in strict mode from the macvlan alone. */
function fromBaseOf(block: Statement['block'], { strict }: Election, note: Noting): string | undefined {
  const given = lastOf(block, 'vmac_xmit_base');
  const unicast = lastOf(block, 'unicast_peer', 'unicast_src_ip') !== undefined;
  const hasMacvlan = lastOf(block, 'use_vmac') !== undefined;
  const reason = !hasMacvlan ? 'without use_vmac' : strict ? 'in strict mode' : undefined;
  if (reason === undefined) return given !== undefined || unicast ? 'yes' : undefined;
  if (given !== undefined)
    note(given.at, 'ignored', `vmac_xmit_base: left out, as keepalived has no effect of it ${reason}`);
  return undefined;
}

const checksumOf = (block: Statement['block'], globals: readonly Statement[]): string | undefined =>
  isSet(lastOf(block, 'v3_checksum_as_v2') === undefined ? globals : block, 'v3_checksum_as_v2')
    ? 'rfc9568'
    : undefined;

const weightlessOf = (name: string, { priority }: Election, { weightless }: VrrpSurroundings) =>
  weightless.has(name) ? 'sync group' : priority === 255 ? 'priority 255' : undefined;

/** keepalived runs an instance without addresses in version 2 that is not strict (vrrp.c, vrrp_complete_instance). */
const mayElectAlone = (family: Family, { version, strict }: Election): boolean =>
  version === '2' && !strict && family === 'inet';
