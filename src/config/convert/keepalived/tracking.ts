// What keepalived's virtual routers can track (docs/reference/keepalived.md §3): vrrp_script,
// track_file and vrrp_track_process. The track_ blocks that refer to them are read in tracks.ts.
import type { Fields, Noting } from '../converted.ts';
import { commandOf, noteRest, userOf } from './commands.ts';
import { noteUnknown } from './left-out.ts';
import {
  digitsWithin,
  firstOf,
  intOf,
  isPlainNumber,
  lastFitting,
  lastOf,
  type Statement,
  seconds,
  wholeWithin,
} from './tree.ts';

/** What track_script, track_file and track_process may refer to, with the weights that the definitions give. */
export type References = Readonly<Record<string, ReadonlyMap<string, number>>>;

const weightMax = 253;
const countMax = 65_535;

/** Names are of letters, digits, _, - and . here. */
export const cleanName = (name: string): string => name.replaceAll(/[^\w.-]/g, '_').slice(0, 64);
export const nameOf = ({ words }: Statement): string => cleanName(words[0] ?? '');

export const trackKeys = ['track_interface', 'track_script', 'track_file', 'track_process'] as const;

/** @param key of the block that it is of */
function weightOf(key: string, { at, words: [text] }: Statement, note: Noting): string | undefined {
  if (text === undefined) return undefined;
  const weight = intOf(text);
  if (Math.abs(weight) > weightMax + 1) {
    note(at, 'mended', `${key} weight ${text}: left out, as keepalived does beyond ${weightMax + 1}`);
    return undefined;
  }
  const within = Math.max(-weightMax, Math.min(weightMax, weight));
  if (!/^[-+]?\d+$/.test(text))
    note(at, 'mended', `${key} weight ${text}: ${within}, as keepalived makes of it`);
  else if (within !== weight)
    note(at, 'limited', `${key} weight ${text}: ${within}, which is the most there is here`);
  return `${within}`;
}

const scriptKeys = new Set(['script', 'interval', 'timeout', 'weight', 'rise', 'fall', 'user', 'init_fail']);
const fileKeys = new Set(['file', 'weight']);
const processKeys = new Set(['process', 'param_match', 'weight', 'quorum', 'quorum_max', 'full_command']);

/** A count from 1; keepalived takes 1 for what is none. */
function countOf(block: Statement['block'], key: string, note: Noting): string | undefined {
  const read = (word: string) => digitsWithin(word, 1, 2_147_483_647);
  const given = lastFitting(block, key, (word) => read(word) !== undefined);
  const text = given?.words[0];
  if (given === undefined || text === undefined) return undefined;
  const value = read(text);
  if (value === undefined || !isPlainNumber(text))
    note(given.at, 'mended', `${key} ${text}: ${value ?? 1}, as keepalived makes of it`);
  else if (value > countMax)
    note(given.at, 'limited', `${key} ${text}: ${countMax}, which is the most there is here`);
  return `${Math.min(value ?? 1, countMax)}`;
}

/** The most seconds that keepalived reads: UINT_MAX microseconds. */
const timeMax = 4294;

/** Seconds; of what is none an interval is 1, and a timeout the interval. */
function timeOf(block: Statement['block'], key: string, note: Noting): string | undefined {
  const given = lastOf(block, key);
  if (given === undefined) return undefined;
  const text = given.words[0] ?? '';
  const value = seconds(text);
  if (value !== undefined && Number(text) >= 0.01 && Number(text) <= timeMax) {
    if (text.includes('.'))
      note(
        given.at,
        'taken',
        `${key} ${text}: taken, though keepalived 2.2.7 has whole seconds and makes 1 of it`,
      );
    return value;
  }
  const kept = key === 'interval' ? '1' : undefined;
  note(given.at, 'mended', `${key} ${text}: ${kept ?? 'left out'}, as it is no time from 0.01 to ${timeMax}`);
  return kept;
}

export function scriptOf(statement: Statement, note: Noting): readonly Fields[] {
  const { block, at } = statement;
  noteUnknown(block ?? [], scriptKeys, 'vrrp_script', note);
  const given = lastOf(block, 'script');
  const script = given && commandOf(given, note);
  if (script === undefined) {
    note(at, 'missing', `vrrp_script ${statement.text}: left out, as it has no script`);
    return [];
  }
  const weight = lastOf(block, 'weight');
  if (weight?.words.includes('reverse')) note(weight.at, 'meaning', 'weight reverse: say it in track_script');
  noteRest(given, note);
  return [
    {
      name: nameOf(statement),
      script,
      interval: timeOf(block, 'interval', note),
      timeout: timeOf(block, 'timeout', note),
      weight: weight && weightOf(statement.key, weight, note),
      rise: countOf(block, 'rise', note),
      fall: countOf(block, 'fall', note),
      init_fail: firstOf(block, 'init_fail') && 'yes',
      user: userOf(lastOf(block, 'user')),
    },
  ];
}

export function trackFileOf(statement: Statement, note: Noting): readonly Fields[] {
  const { block, at } = statement;
  noteUnknown(block ?? [], fileKeys, statement.key, note);
  // keepalived takes the first of both.
  const file = firstOf(block, 'file')?.words[0];
  if (file === undefined || !file.startsWith('/')) {
    note(at, 'missing', `${statement.key} ${statement.text}: left out, as it has no absolute path`);
    return [];
  }
  const weight = firstOf(block, 'weight');
  return [{ name: nameOf(statement), file, weight: weight && weightOf(statement.key, weight, note) }];
}

export function trackProcessOf(statement: Statement, note: Noting): readonly Fields[] {
  const { block, at } = statement;
  noteUnknown(block ?? [], processKeys, statement.key, note);
  const given = lastOf(block, 'process');
  const [program, ...rest] = (given?.words ?? []).flatMap((word) => word.split(/\s+/));
  if (given?.words[0]?.includes(' ')) {
    const text = `${statement.key} process ${given.text}: with parameters, though keepalived takes all in quotes for a name`;
    note(given.at, 'taken', text);
  }
  if (program === undefined || program === '') {
    note(at, 'missing', `vrrp_track_process ${statement.text}: left out, as it names no process`);
    return [];
  }
  const weight = lastOf(block, 'weight');
  const counts = withoutCrossed(block ?? [], note);
  const parameters = rest.length === 0 ? undefined : rest.join(' ');
  const match = lastOf(block, 'param_match');
  if (parameters === undefined && match !== undefined)
    note(match.at, 'approximate', `param_match ${match.text}: left out, as process names no parameters`);
  return [
    {
      name: nameOf(statement),
      process: program,
      parameters,
      param_match: parameters === undefined ? undefined : match?.words[0],
      quorum: countOf(counts, 'quorum', note),
      quorum_max: countOf(counts, 'quorum_max', note),
      weight: weight && weightOf(statement.key, weight, note),
    },
  ];
}

/** keepalived passes over a quorum above the quorum_max before it, and a quorum_max below the quorum before it. */
function withoutCrossed(block: readonly Statement[], note: Noting): readonly Statement[] {
  let [quorum, most] = [1, Number.POSITIVE_INFINITY];
  return block.filter(({ key, words, at }) => {
    const count = wholeWithin(words[0], 0, countMax);
    if (count === undefined || (key !== 'quorum' && key !== 'quorum_max')) return true;
    const isCrossed = key === 'quorum' ? count > most : count < quorum;
    if (isCrossed) note(at, 'ignored', `${key} ${count}: left out, as keepalived does beside the other`);
    else if (key === 'quorum') quorum = count;
    else most = count;
    return !isCrossed;
  });
}
