// Which directive may stand where in an ldirectord.cf, and how its value is read: ldirectord's own
// (docs/reference/ldirectord.md §2), and those that lvs-director adds to the grammar, which follow from the schema.

import { interfaceSchema } from '../router/delays.ts';
import { vrrpSchema } from '../router/keys.ts';
import { checkProcessesShape } from '../service/check-processes.ts';
import { scriptUserShape, sharedShape, virtualSchema } from '../service/keys.ts';
import { fileSchema, processSchema, scriptSchema } from '../tracking/definitions.ts';
import { fifoShape } from '../tracking/fifos.ts';
import { priorityChangesShape } from '../tracking/notify.ts';
import { groupSchema } from '../tracking/sync-groups.ts';
import { trackShape } from '../tracking/track.ts';
import * as read from './values.ts';

export type Keys = ReadonlyMap<string, read.ValueRule>;

/** ldirectord's own, at the top and in a block. */
const stockShared: readonly (readonly [string, read.ValueRule])[] = [
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
];

const stockGlobal = new Map<string, read.ValueRule>([
  ...stockShared,
  ['timeout', read.replacedBy('checktimeout and negotiatetimeout')],
  ['fallbackcommand', read.verbatim],
  ['readdquiescent', read.yesNo],
  ['autoreload', read.yesNo],
  ['callback', read.quotedOrNone],
  ['fork', read.yesNo],
  ['supervised', read.yesNo],
  ['logfile', read.quotedOrNone],
  ['execute', read.verbatim],
  ['emailalertfrom', read.verbatim],
  ['maintenancedir', read.verbatim],
]);

const stockVirtual = new Map<string, read.ValueRule>([
  ...stockShared,
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
]);

/** Keys of our own that are read as ldirectord reads one like them. */
const ownRules: ReadonlyMap<string, read.ValueRule> = new Map([
  ['rise', read.number],
  ['fall', read.number],
  ['verify', read.yesNo],
]);

/** Not in this grammar: what the line that opens a block says, and values that are maps or whole files. */
const yamlOnly: ReadonlySet<string> = new Set([
  ...['address', 'addresses', 'fwmark', 'family', 'marks', 'urls', 'checks', 'real_file'],
  ...['persistence_engine', 'slow_start', 'readdquiescent'],
]);

/** Every other key of the schema is one of ours: a new directive needs no line here. */
const ownKeys = (shape: object, stock: Keys): Keys =>
  new Map(
    Object.keys(shape)
      .filter((key) => !stock.has(key) && !yamlOnly.has(key))
      .map((key) => [key, ownRules.get(key) ?? read.extension]),
  );

/** Our extensions, at the top and in a virtual service (docs/config.md lists them). */
export const ownGlobalKeys = ownKeys(
  { ...sharedShape, ...checkProcessesShape, ...scriptUserShape, ...fifoShape, ...priorityChangesShape },
  stockGlobal,
);
export const ownVirtualKeys = ownKeys(virtualSchema.shape, stockVirtual);

export const globalKeys: Keys = new Map([...stockGlobal, ...ownGlobalKeys]);
export const virtualKeys: Keys = new Map([...stockVirtual, ...ownVirtualKeys]);

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
