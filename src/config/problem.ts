// The one form of every complaint about a config: "FILE:LINE:COLUMN: Cannot <act>: <rule>, got <value>".
import type { Position, Problem } from './config.ts';

/** What was found, short enough for a line: a long value is cut, an empty one is called nothing. */
export function formatGot(value: string): string {
  const line = value.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') return 'nothing';
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

const problem =
  (severity: Problem['severity']) =>
  (at: Position, act: string, rule: string, got: string): Problem => ({
    severity,
    at,
    message: `Cannot ${act}: ${rule}, got ${formatGot(got)}`,
  });

/** Stands in the way of a Config. */
export const errorAt = problem('error');
/** Parses, but will not do what it says. */
export const warningAt = problem('warning');

/** By line, then column, then severity; the same complaint at the same place once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((each) => [`${each.at.line}:${each.at.column}:${each.message}`, each]));
  return [...seen.values()].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}
