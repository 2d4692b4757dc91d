// The one form of every complaint about a config: "FILE:LINE:COLUMN: Cannot <act>: expected <rule>, got <value>".

import type { Position, Problem } from '../model/config/problem.ts';
import { hideFromName } from '../net/hide-secrets.ts';
import { shown } from '../net/shown.ts';
import { didYouMean } from './values/suggest.ts';

/** Longer than anything that a person wrote into one value. */
const gotLengthMax = 2000;

/** A value of a key that holds a secret: its length tells what is wrong with most. */
export const unshown = (value: string): string =>
  value.trim() === '' ? value : `a text of ${value.length} character(s), which is not shown`;

/** A key that is not known: some other text may have slipped into its place, so that only what looks like a key is shown. */
export function shownKey(key: string, known: readonly string[] = []): string {
  if (known.includes(key) || /^[a-z]{1,20}\d{0,2}(?:[-_./]?[a-z]{1,20}\d{0,2}){0,6}$/.test(key))
    return `"${key}"`;
  const near = didYouMean(key, known) !== '' && /^[\w-]+$/.test(key);
  return near ? `"${key}"` : 'a text that is not shown, as it looks like no key';
}

/** What was found, short enough for a line: a long value is cut, an empty one is called nothing. */
export function formatGot(value: string): string {
  const line = hideFromName(shown(value, gotLengthMax).replaceAll(/\s+/gu, ' '));
  if (line === '') return 'nothing';
  return line.length > 60 ? shown(line, 57) : line;
}

const problem =
  (severity: Problem['severity']) =>
  (at: Position, act: string, rule: string, got: string): Problem => ({
    severity,
    at,
    message: `Cannot ${act}: expected ${rule}, got ${formatGot(got)}`,
  });

/** Stands in the way of a Config. */
export const errorAt = problem('error');
/** Parses, but will not do what it says. */
export const warningAt = problem('warning');

/** Warns of what stands at a key of the entry that is being judged, or at the path of one further in. */
export type Warn = (
  key: string | readonly (string | number)[],
  act: string,
  rule: string,
  got: string,
) => void;

/** Of errors and of warnings, so many are shown; nobody reads more, and a log takes them all. */
export const shownMax = 100;

/** The first errors and the first warnings, and how many more there are of each. */
export function boundProblems(problems: readonly Problem[]): readonly Problem[] {
  const kinds = (['error', 'warning'] as const).map((kind) =>
    problems.filter(({ severity }) => severity === kind),
  );
  if (kinds.every(({ length }) => length <= shownMax)) return problems;
  const shown = new Set(kinds.flatMap((all) => all.slice(0, shownMax)));
  const rest = kinds.flatMap((all): readonly Problem[] => {
    const [first] = all.slice(shownMax);
    if (first === undefined) return [];
    const message = `Cannot show all: expected at most ${shownMax} ${first.severity}s, got ${all.length - shownMax} more`;
    return [{ ...first, message }];
  });
  return [...problems.filter((each) => shown.has(each)), ...rest];
}

/** By line, then column, then severity; the same complaint at the same place once, and one of the whole file once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((each) => [`${each.at.line}:${each.at.column}:${each.message}`, each]));
  const told = new Set<string>();
  return [...seen.values()]
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    .filter(({ isToldOnce, message }) => {
      const isAgain = isToldOnce === true && told.has(message);
      told.add(message);
      return !isAgain;
    });
}
