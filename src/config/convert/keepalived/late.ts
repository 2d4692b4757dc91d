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
