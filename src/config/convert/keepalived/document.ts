// A keepalived.conf as a document of ours: which block becomes what. The blocks themselves are read in
// services.ts, routers.ts and tracking.ts. Source: docs/reference/keepalived.md §1.
import { type Converted, collectNotes, type Fields } from '../converted.ts';
import { delayKeys, interfacesOf, processOf } from './delays.ts';
import { directorKeys, ipvsOf } from './director.ts';
import { readKeepalivedLines, type SourceFile, type Sources } from './lines.ts';
import { instanceOf } from './routers.ts';
import { virtualsOf } from './services.ts';
import { cleanName, scriptOf, syncGroupOf, trackFileOf, trackProcessOf } from './tracking.ts';
import { readStatements, type Statement, wordOf } from './tree.ts';

const blocks: ReadonlySet<string> = new Set([
  ...[
    'global_defs',
    'virtual_server',
    'virtual_server_group',
    'vrrp_instance',
    'vrrp_sync_group',
    'vrrp_script',
  ],
  ...['vrrp_track_file', 'track_file', 'vrrp_track_process', 'track_process', 'interface_up_down_delays'],
]);
/** Of global_defs: read below, or where an instance or a script leaves it out. */
const globalKeys: ReadonlySet<string> = new Set([
  ...directorKeys,
  ...delayKeys,
  ...[
    'vrrp_version',
    'default_interface',
    'script_user',
    'vrrp_garp_master_repeat',
    'vrrp_garp_master_delay',
  ],
  ...[
    'vrrp_garp_master_refresh',
    'vrrp_garp_master_refresh_repeat',
    'vrrp_garp_interval',
    'enable_script_security',
  ],
]);

/** Never throws for any text; pure but for `sources`. */
export function convertKeepalived(source: SourceFile, sources: Sources): Converted {
  const { note, notes } = collectNotes();
  const statements = readStatements(readKeepalivedLines(source, sources, note), note);
  const all = (...keys: readonly string[]): readonly Statement[] =>
    statements.filter(({ key, block }) => keys.includes(key) && block !== undefined);
  const globals = all('global_defs').flatMap(({ block }) => block ?? []);
  for (const { key, at } of [
    ...statements.filter((each) => !blocks.has(each.key)),
    ...globals.filter((each) => !globalKeys.has(each.key)),
  ]) {
    note(at, `${key}: left out, as nothing corresponds to it`);
  }
  const vrrp_script = named(all('vrrp_script').flatMap((each) => scriptOf(each, note)));
  const vrrp_track_file = named(
    all('vrrp_track_file', 'track_file').flatMap((each) => trackFileOf(each, note)),
  );
  const processes = all('vrrp_track_process', 'track_process');
  const vrrp_track_process = named(processes.flatMap((each) => trackProcessOf(each, note)));
  const references = {
    track_script: names(vrrp_script),
    track_file: names(vrrp_track_file),
    track_process: names(vrrp_track_process),
  };
  const taken = new Set<string>();
  const vrrp = all('vrrp_instance').flatMap((each) => instanceOf(each, { note, globals, references, taken }));
  const trackFiles = new Map(vrrp_track_file.map(({ name, file }) => [String(name), String(file)]));
  const groups = new Map(all('virtual_server_group').map((each) => [each.words[0] ?? '', each]));
  const groupNames = (each: Statement) => syncGroupOf(each, names(vrrp), references, note);
  const document: Fields = {
    script_user: wordOf(globals, 'script_user'),
    ipvs: ipvsOf(globals, all('vrrp_instance'), names(vrrp), note),
    vrrp_process: processOf(globals),
    vrrp_interface: interfacesOf(all('interface_up_down_delays'), note),
    vrrp,
    vrrp_script,
    vrrp_track_file,
    vrrp_track_process,
    vrrp_sync_group: all('vrrp_sync_group').flatMap(groupNames),
    virtual: all('virtual_server').flatMap((each) => virtualsOf(each, { note, groups, trackFiles })),
  };
  return { document, notes: notes() };
}

const names = (list: readonly Fields[]): ReadonlySet<string> =>
  new Set(list.map(({ name }) => cleanName(String(name))));

/** The last of a name, as keepalived takes it. */
const named = (list: readonly Fields[]): readonly Fields[] => [
  ...new Map(list.map((each) => [String(each.name), each])).values(),
];
