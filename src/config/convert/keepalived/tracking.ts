// What keepalived's virtual routers track and whom they tell (docs/reference/keepalived.md §3, §4): vrrp_script,
// track_file, vrrp_track_process, sync groups, the track_ blocks that refer to them, and notify scripts.
import { commandWords } from '../../values/command-words.ts';
import type { Fields, Noting } from '../converted.ts';
import { lastOf, type Statement, seconds, wordOf } from './tree.ts';

/** The names that track_script, track_file and track_process may refer to. */
export type References = Readonly<Record<string, ReadonlySet<string>>>;

const weightMax = 253;

/** Names are of letters, digits, _, - and . here. */
export const cleanName = (name: string): string => name.replaceAll(/[^\w.-]/g, '_').slice(0, 64);
export const nameOf = ({ words }: Statement): string => cleanName(words[0] ?? '');

/** keepalived looks a program up in PATH; here its path is absolute, and no shell runs. */
export function commandOf(statement: Statement, note: Noting): string | undefined {
  const text = statement.words[0]?.trim() ?? '';
  if (text === '') return undefined;
  if (commandWords(text) !== undefined) return text;
  const isPlain = commandWords(`/usr/bin/env ${text}`) !== undefined && !/[<>|&;$`*?]/.test(text);
  const command = isPlain ? `/usr/bin/env ${text}` : `/bin/sh -c "${text.replaceAll(/["\\$`]/g, '\\$&')}"`;
  note(statement.at, `${statement.key}: ${command}, as a command begins with an absolute path`);
  return command;
}

export function notifiesOf({ block }: Statement, note: Noting): Fields {
  const keys = ['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'];
  return Object.fromEntries(
    keys.map((key) => {
      const statement = lastOf(block, key);
      return [key, statement && commandOf(statement, note)];
    }),
  );
}

export function tracksOf({ block }: Statement, references: References, note: Noting): Fields {
  return Object.fromEntries(
    ['track_interface', 'track_script', 'track_file', 'track_process'].map((key) => {
      const lines = (lastOf(block, key)?.block ?? []).flatMap((line) => trackOf(line, key, references, note));
      return [key, lines.length === 0 ? undefined : lines];
    }),
  );
}

function trackOf(line: Statement, key: string, references: References, note: Noting): readonly string[] {
  const name = key === 'track_interface' ? line.key : cleanName(line.key);
  if (references[key]?.has(name) === false) {
    note(line.at, `${key} ${line.key}: left out, as it is defined nowhere`);
    return [];
  }
  const at = line.words.indexOf('weight');
  const weight = at < 0 ? undefined : weightOf(line.words[at + 1], line, note);
  const reverse = line.words.includes('reverse') ? ' reverse' : '';
  return [`${name}${weight === undefined ? '' : ` weight ${weight}`}${reverse}`];
}

function weightOf(text: string | undefined, { at }: Statement, note: Noting): string | undefined {
  const weight = Number(text);
  if (text === undefined || !Number.isInteger(weight)) return undefined;
  const within = Math.max(-weightMax, Math.min(weightMax, weight));
  if (within !== weight) note(at, `weight ${text}: ${within}, which is the most there is here`);
  return `${within}`;
}

function leftOut(statement: Statement, known: readonly string[], note: Noting): void {
  for (const { key, at } of statement.block ?? []) {
    if (!known.includes(key)) note(at, `${statement.key} ${key}: left out, as nothing corresponds to it`);
  }
}

export function scriptOf(statement: Statement, note: Noting): readonly Fields[] {
  const { block, at } = statement;
  leftOut(statement, ['script', 'interval', 'timeout', 'weight', 'rise', 'fall', 'user'], note);
  const given = lastOf(block, 'script');
  const script = given && commandOf(given, note);
  if (script === undefined) {
    note(at, `vrrp_script ${statement.text}: left out, as it has no script`);
    return [];
  }
  const weight = lastOf(block, 'weight');
  if (weight?.words.includes('reverse')) note(weight.at, 'weight reverse: say it in track_script');
  return [
    {
      name: nameOf(statement),
      script,
      interval: seconds(wordOf(block, 'interval')),
      timeout: seconds(wordOf(block, 'timeout')),
      weight: weight && weightOf(weight.words[0], weight, note),
      rise: wordOf(block, 'rise'),
      fall: wordOf(block, 'fall'),
      user: wordOf(block, 'user'),
    },
  ];
}

export function trackFileOf(statement: Statement, note: Noting): readonly Fields[] {
  const { block, at } = statement;
  leftOut(statement, ['file', 'weight'], note);
  const file = wordOf(block, 'file');
  if (file === undefined || !file.startsWith('/')) {
    note(at, `${statement.key} ${statement.text}: left out, as it has no absolute path`);
    return [];
  }
  const weight = lastOf(block, 'weight');
  return [{ name: nameOf(statement), file, weight: weight && weightOf(weight.words[0], weight, note) }];
}

export function trackProcessOf(statement: Statement, note: Noting): readonly Fields[] {
  const { block, at } = statement;
  leftOut(statement, ['process', 'param_match', 'weight', 'quorum', 'quorum_max', 'full_command'], note);
  const [program, ...rest] = (lastOf(block, 'process')?.words ?? []).flatMap((word) => word.split(/\s+/));
  if (program === undefined || program === '') {
    note(at, `vrrp_track_process ${statement.text}: left out, as it names no process`);
    return [];
  }
  const weight = lastOf(block, 'weight');
  const parameters = rest.length === 0 ? undefined : rest.join(' ');
  return [
    {
      name: nameOf(statement),
      process: program,
      parameters,
      param_match: parameters === undefined ? undefined : wordOf(block, 'param_match'),
      quorum: wordOf(block, 'quorum'),
      quorum_max: wordOf(block, 'quorum_max'),
      weight: weight && weightOf(weight.words[0], weight, note),
    },
  ];
}

/** The members stand in group {...}, or, as of old, in the block itself. */
export function syncGroupOf(
  statement: Statement,
  instances: ReadonlySet<string>,
  references: References,
  note: Noting,
): readonly Fields[] {
  const { block, at } = statement;
  const inner = lastOf(block, 'group')?.block;
  const bare = (block ?? []).filter((each) => each.words.length === 0 && instances.has(cleanName(each.key)));
  const members = (inner ?? bare).flatMap(({ key, words }) => [key, ...words]).map(cleanName);
  const group = [...new Set(members.filter((name) => instances.has(name)))];
  for (const name of members.filter((each) => !instances.has(each))) {
    note(at, `vrrp_sync_group ${statement.text}: without ${name}, which is no virtual router`);
  }
  for (const { key, at: place } of block ?? []) {
    const known = ['group', 'track_interface', 'track_script', 'track_file', 'track_process'].includes(key);
    if (!known && !(inner === undefined && instances.has(cleanName(key)))) {
      note(place, `vrrp_sync_group ${key}: left out, as nothing corresponds to it`);
    }
  }
  if (group.length > 0) return [{ name: nameOf(statement), group, ...tracksOf(statement, references, note) }];
  note(at, `vrrp_sync_group ${statement.text}: left out, as it has no member`);
  return [];
}
