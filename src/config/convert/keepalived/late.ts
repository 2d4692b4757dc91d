// What an instance or a group tracks before it is defined: keepalived knows it only below its definition, and then tracks
// nothing; it is tracked here, and a note at the definition says so. Source: keepalived/vrrp/vrrp_track.c.
import type { Noting } from '../converted.ts';
import { cleanName, nameOf } from './tracking.ts';
import { linesOf, type Statement } from './tree.ts';

const definitions = new Map([
  ['track_script', ['vrrp_script']],
  ['track_file', ['vrrp_track_file', 'track_file']],
  ['track_process', ['vrrp_track_process']],
]);
const trackers: ReadonlySet<string> = new Set(['vrrp_instance', 'vrrp_sync_group']);

/** @param statements of the whole file, in its order */
export function noteLate(statements: readonly Statement[], note: Noting): void {
  noteLateChecks(statements, note);
  for (const [key, kinds] of definitions) {
    const known = new Map<string, number>();
    for (const [place, each] of statements.entries()) {
      if (kinds.includes(each.key) && !known.has(nameOf(each))) known.set(nameOf(each), place);
    }
    for (const [place, { key: kind, block }] of statements.entries()) {
      for (const line of trackers.has(kind) ? linesOf(block, key) : []) {
        const definition = statements[known.get(cleanName(line.key)) ?? -1];
        if (definition === undefined || statements.indexOf(definition) < place) continue;
        const text = `${definition.key} ${line.key}: tracked by ${key} of line ${line.at.line}, though keepalived knows it only below this`;
        note(definition.at, 'taken', text);
      }
    }
  }
}

/** The same of FILE_CHECK, which keepalived then leaves out: the server is up. */
function noteLateChecks(statements: readonly Statement[], note: Noting): void {
  const known = new Set<string>();
  const defined = new Set(statements.filter(isTrackFile).map(nameOf));
  for (const statement of statements) {
    if (isTrackFile(statement)) known.add(nameOf(statement));
    if (statement.key !== 'virtual_server') continue;
    const checks = linesOf(statement.block, 'real_server').filter(({ key }) => key === 'FILE_CHECK');
    for (const { at, words } of checks.flatMap(({ block = [] }) => block)) {
      const name = cleanName(words[0] ?? '');
      if (defined.has(name) && !known.has(name))
        note(
          at,
          'taken',
          `FILE_CHECK ${name}: taken, though keepalived knows the track_file only below this`,
        );
    }
  }
}

const isTrackFile = ({ key }: Statement): boolean => key === 'vrrp_track_file' || key === 'track_file';
