// Which directive may stand where in an ldirectord.cf, and how its value is read (docs/reference/ldirectord.md §2),
// with the extensions that lvs-director adds to the grammar: rise, fall, the keys of TLS, HTTP and DNS checks that
// ldirectord has not, and the keys of `vrrp=` sections.

import { textCheckShape } from '../checks/text.ts';
import { interfaceSchema } from '../router/delays.ts';
import { vrrpSchema } from '../router/keys.ts';
import { drainingShape } from '../service/draining.ts';
import { flappingShape } from '../service/flapping.ts';
import { quorumShape } from '../service/quorum.ts';
import { fileSchema, processSchema, scriptSchema } from '../tracking/definitions.ts';
import { groupSchema } from '../tracking/sync-groups.ts';
import { trackShape } from '../tracking/track.ts';
import * as read from './values.ts';

export type Keys = ReadonlyMap<string, read.ValueRule>;

const shared: readonly (readonly [string, read.ValueRule])[] = [
  ['checktimeout', read.number],
  ['negotiatetimeout', read.number],
  ['connecttimeout', read.replacedBy('negotiatetimeout')],
  ['checkinterval', read.number],
  ['checkcount', read.number],
  ['failurecount', read.number],
  ['fallback', read.fallback],
  ['fallback6', read.fallback],
  ['quiescent', read.yesNo],
  ['cleanstop', read.yesNo],
  ['emailalert', read.mailAddress],
  ['emailalertfreq', read.number],
  ['emailalertstatus', read.mailStatus],
  ['smtp', read.mailHost],
  ['rise', read.number],
  ['fall', read.number],
  ...Object.keys({ ...quorumShape, ...flappingShape, ...drainingShape }).map(
    (key) => [key, read.extension] as const,
  ),
];

export const globalKeys: Keys = new Map<string, read.ValueRule>([
  ...shared,
  ['timeout', read.replacedBy('checktimeout and negotiatetimeout')],
  ['fallbackcommand', read.verbatim],
  ['readdquiescent', read.yesNo],
  ['autoreload', read.yesNo],
  ['callback', read.quoted],
  ['fork', read.yesNo],
  ['supervised', read.yesNo],
  ['logfile', read.quoted],
  ['execute', read.verbatim],
  ['emailalertfrom', read.verbatim],
  ['maintenancedir', read.verbatim],
  ['script_user', read.extension],
]);

export const virtualKeys: Keys = new Map<string, read.ValueRule>([
  ...shared,
  ['real', read.real],
  ['real6', read.real],
  ['checktype', read.checktype],
  ['service', read.word],
  ['checkcommand', read.maybeQuoted],
  ['checkport', read.number],
  ['request', read.quoted],
  ['receive', read.quoted],
  ['httpmethod', read.httpMethod],
  ['virtualhost', read.virtualhost],
  ['login', read.quoted],
  ['passwd', read.quoted],
  ['database', read.quoted],
  ['secret', read.quoted],
  ['load', read.quoted],
  ['scheduler', read.scheduler],
  ['schedflags', read.flags],
  ['persistent', read.number],
  ['netmask', read.netmask],
  ['protocol', read.protocol],
  ['ops', read.yesNo],
  ['monitorfile', read.maybeQuoted],
  ['fallbackcommand', read.maybeQuoted],
  ['servicename', read.verbatim],
  ['comment', read.verbatim],
  ['verify', read.yesNo],
  ['sni', read.extension],
  ['ca', read.extension],
  ['checkuser', read.extension],
  ['misc_dynamic', read.extension],
  ['status', read.extension],
  ['json', read.extension],
  ['digest', read.extension],
  ['body', read.extension],
  ['headers', read.extension],
  ['http_version', read.extension],
  ['weight_header', read.extension],
  ['certificate_expiry', read.extension],
  ['dns_type', read.extension],
  ['dns_rcode', read.extension],
  ...Object.keys(textCheckShape).map((key) => [key, read.extension] as const),
]);

const extensions = ({ shape }: { readonly shape: object }): Keys =>
  new Map(Object.keys(shape).map((key) => [key, read.extension]));

/** The sections that are our extension, by the key that opens them. */
export const vrrpSections = {
  vrrp: extensions(vrrpSchema),
  vrrp_script: extensions(scriptSchema),
  vrrp_track_file: extensions(fileSchema),
  vrrp_track_process: extensions(processSchema),
  vrrp_interface: extensions(interfaceSchema),
  vrrp_sync_group: extensions(groupSchema),
} as const;
export type VrrpSection = keyof typeof vrrpSections;

/** Lists whose entries are several words: only commas part them. */
export const commaKeys: ReadonlySet<string> = new Set(Object.keys(trackShape));

/** Keys whose lines add up; every other key's last line wins. */
export const listKeys: ReadonlySet<string> = new Set([
  'real',
  'execute',
  'headers',
  'virtual_ipaddress',
  'virtual_ipaddress_excluded',
  'virtual_routes',
  'virtual_rules',
  'unicast_peer',
  'group',
  ...commaKeys,
  'interfaces',
]);
