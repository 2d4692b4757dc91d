// A program of keepalived's as a command here: its words are keepalived's (script-words.ts), and no shell runs.
import { formatCommand } from '../../../net/format-command.ts';
import type { Fields, Noting } from '../converted.ts';
import { restOf, scriptWordsOf } from './script-words.ts';
import { lastOf, type Statement } from './tree.ts';

/** keepalived looks a program up in PATH; here its path is absolute. Undefined: there is none. */
export function commandOf(statement: Statement | undefined, note: Noting): string | undefined {
  if (statement === undefined || statement.text === '') return undefined;
  const words = scriptWordsOf(statement);
  if (words === undefined) {
    note(statement.at, 'ignored', `${statement.key}: left out, as keepalived cannot read it either`);
    return undefined;
  }
  if (words[0]?.startsWith('/')) return formatCommand(words);
  // What can be no program's name goes to a shell there, as it stands.
  const isName = /^(?:\[|[\w.+-][\w.+/-]*)$/.test(words[0] ?? '');
  const command = formatCommand(isName ? ['/usr/bin/env', ...words] : ['/bin/sh', '-c', words.join(' ')]);
  note(statement.at, 'respelled', `${statement.key}: ${command}, as a command begins with an absolute path`);
  return command;
}

/** Of what is behind a program that has no user there; keepalived takes one word, or what is in quotes. */
export function noteRest(statement: Statement | undefined, note: Noting): void {
  const rest = statement === undefined ? [] : restOf(statement);
  if (statement === undefined || rest.length === 0) return;
  const reason = 'left out, as keepalived takes the first word, or what is in quotes';
  note(statement.at, 'ignored', `${statement.key} ${rest.join(' ')}: ${reason}`);
}

/** A user and perhaps a group, as they stand in a statement of their own. */
export const userOf = (statement: Statement | undefined): string | undefined =>
  userAmong(statement?.words ?? []);

/** The same, as they stand behind a program. */
export const userBehind = (statement: Statement | undefined): string | undefined =>
  userAmong(statement === undefined ? [] : restOf(statement));

const userAmong = ([user, group]: readonly string[]): string | undefined =>
  group === undefined ? user : `${user}:${group}`;

/** quorum_up and quorum_down, or notify_up and notify_down: each with its user there, both with one here. */
export function upAndDownOf(block: Statement['block'], what: 'quorum' | 'notify', note: Noting): Fields {
  const [up, down] = [lastOf(block, `${what}_up`), lastOf(block, `${what}_down`)];
  const [user, other] = [userBehind(up), userBehind(down)];
  if (down !== undefined && user !== undefined && other !== user) {
    note(down.at, 'user', `${what}_down: as user ${user}, as both programs run as one`);
  }
  return {
    [`${what}_up`]: up && commandOf(up, note),
    [`${what}_down`]: down && commandOf(down, note),
    [`${what}_user`]: user ?? other,
  };
}
