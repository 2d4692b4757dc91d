// A keepalived.conf as a document of ours: which block becomes what. The blocks themselves are read in
// services.ts, routers.ts and tracking.ts. Source: docs/reference/keepalived.md §1.
import { type Converted, collectNotes, type Fields, type Noting } from '../converted.ts';
import { sharedKeys as announcementKeys } from './announcements.ts';
import { userOf } from './commands.ts';
import { delayKeys, interfacesOf, processOf } from './delays.ts';
import { directorKeys, ipvsOf } from './director.ts';
import { identityOf } from './identity.ts';
import { noteLate } from './late.ts';
import { noteUnknown } from './left-out.ts';
import { readKeepalivedLines, type SourceFile, type Sources } from './lines.ts';
import { mailKeys, mailsOf } from './mails.ts';
import { fifoKeys, fifosOf } from './notifies.ts';
import { sharedRivalKeys } from './rivals.ts';
import { defaultDevice, instancesOf } from './routers.ts';
import { firstPriorities } from './routes.ts';
import { virtualsOf } from './services.ts';
import { noteUnheld, staticKeys, staticsOf } from './statics.ts';
import { syncGroupsOf, weightlessMembers } from './sync-groups.ts';
import { cleanName, nameOf, scriptOf, trackFileOf, trackProcessOf } from './tracking.ts';
import { isSet, lastOf, readStatements, type Statement } from './tree.ts';

const blocks: ReadonlySet<string> = new Set([
  ...[
    'global_defs',
    'virtual_server',
    'virtual_server_group',
    'vrrp_instance',
    'vrrp_sync_group',
    'vrrp_script',
    'SSL',
  ],
  ...['vrrp_track_file', 'track_file', 'vrrp_track_process', 'interface_up_down_delays'],
  ...staticKeys,
]);
/** Of global_defs: read below, or where an instance or a script leaves it out. */
const globalKeys: ReadonlySet<string> = new Set([
  ...[...directorKeys, ...delayKeys, ...announcementKeys, ...sharedRivalKeys, ...fifoKeys, ...mailKeys],
  ...[
    'vrrp_version',
    'default_interface',
    'script_user',
    'enable_script_security',
    'vrrp_strict',
    'v3_checksum_as_v2',
    'vrrp_mcast_group4',
    'vrrp_mcast_group6',
  ],
]);

/** Never throws for any text; pure but for `sources`. */
export function convertKeepalived(source: SourceFile, sources: Sources): Converted {
  const { note, notes } = collectNotes();
  const statements = readStatements(readKeepalivedLines(source, sources, note), note);
  const all = (...keys: readonly string[]): readonly Statement[] =>
    statements.filter(({ key, block }) => keys.includes(key) && block !== undefined);
  const globals = all('global_defs').flatMap(({ block }) => block ?? []);
  noteUnknown(statements, blocks, '', note);
  noteUnknown(globals, globalKeys, '', note);
  noteLate(statements, note);
  const named = (...keys: readonly string[]) => firstOfEach(all(...keys), note);
  const vrrp_script = named('vrrp_script').flatMap((each) => scriptOf(each, note));
  const trackedFiles = named('vrrp_track_file', 'track_file');
  const vrrp_track_file = trackedFiles.flatMap((each) => trackFileOf(each, note));
  const vrrp_track_process = named('vrrp_track_process').flatMap((each) => trackProcessOf(each, note));
  const references = {
    track_script: weights(vrrp_script, 0),
    track_file: weights(vrrp_track_file, 1),
    track_process: weights(vrrp_track_process, 0),
  };
  const syncGroups = all('vrrp_sync_group');
  const weightless = weightlessMembers(syncGroups, new Set(all('vrrp_instance').map(nameOf)));
  const priorities = { ...firstPriorities };
  // Before the instances, as files have them: keepalived counts priorities of rules down as it reads them.
  const statics = staticsOf(all, { note, priorities, device: defaultDevice(globals) });
  const mails = mailsOf(globals, all('virtual_server'), note);
  const vrrp = instancesOf(all('vrrp_instance'), {
    note,
    globals,
    references,
    weightless,
    priorities,
    mails,
  });
  if (vrrp.length === 0) noteUnheld(all, note);
  const trackFiles = new Map(vrrp_track_file.map(({ name, file }) => [String(name), String(file)]));
  const document: Fields = {
    script_user: userOf(lastOf(globals, 'script_user')),
    ...fifosOf(globals, note),
    mail: mails.mail,
    ...(vrrp.length > 0 && statics),
    ipvs: ipvsOf(globals, all('vrrp_instance', ...staticKeys), names(vrrp), note),
    vrrp_process: processOf(globals),
    vrrp_strict: vrrp.length > 0 && isSet(globals, 'vrrp_strict') ? 'yes' : undefined,
    vrrp_interface: interfacesOf(all('interface_up_down_delays'), note),
    vrrp,
    vrrp_script,
    vrrp_track_file,
    vrrp_track_process,
    vrrp_sync_group: syncGroupsOf(syncGroups, { instances: names(vrrp), references, note }),
    virtual: virtualsOf(all('virtual_server'), {
      ...{ note, mails },
      groups: groupsOf(all('virtual_server_group'), note),
      trackFiles,
      identity: identityOf(all('SSL'), note),
      hasFifo: globals.some(({ key }) => key === 'notify_fifo' || key === 'lvs_notify_fifo'),
      isThere: sources.isThere,
    }),
  };
  return { document, notes: notes() };
}

const names = (list: readonly Fields[]): ReadonlySet<string> =>
  new Set(list.map(({ name }) => cleanName(String(name))));

/** By name; a definition without one has keepalived's. */
const weights = (list: readonly Fields[], unset: number): ReadonlyMap<string, number> =>
  new Map(list.map(({ name, weight }) => [cleanName(String(name)), Number(weight ?? unset)]));

/** One without an entry is none to keepalived. */
function groupsOf(blocks: readonly Statement[], note: Noting): ReadonlyMap<string, Statement> {
  const filled = blocks.filter(({ block = [] }) => block.length > 0);
  return new Map(firstOfEach(filled, note).map((each) => [each.words[0] ?? '', each]));
}

/** keepalived takes the first of a name. */
function firstOfEach(statements: readonly Statement[], note: Noting): readonly Statement[] {
  const names = new Set<string>();
  return statements.filter((statement) => {
    const name = nameOf(statement);
    if (names.has(name))
      note(statement.at, 'ignored', `${statement.key} ${name}: left out, as it stands before`);
    const isFirst = !names.has(name);
    names.add(name);
    return isFirst;
  });
}
