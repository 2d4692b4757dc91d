// What may be shown of a line of a file that makes no sense: nobody knows which value it belongs to. A line is shown
// where it begins with a known key that holds no secret, and nothing above it is left open that might.
import type { SchemaKeys } from './schema-keys.ts';

/** The patterns below take their time with a line of millions. */
const lineMax = 1000;
const linesBack = 1000;

/** @param line from 0 */
export function shownLine(text: string, line: number, keys: SchemaKeys): string {
  const lines = text.split('\n');
  const found = lines[line] ?? '';
  if (found.trim() === '') return '';
  if (found.length > lineMax) return `a line of ${found.length} characters`;
  const named = [...found.matchAll(/([A-Za-z_]\w*)\s*:/g)].map(([, key = '']) => key);
  const isPlain = keyOf(found) !== undefined && named.every((key) => isPlainKey(key, keys));
  // A quote, a bracket or a text in lines may have begun further up, below a key that holds a secret.
  const before = lines.slice(Math.max(0, line - linesBack), line).map((each) => each.slice(0, lineMax));
  const last = before.findLast((each) => keyOf(each) !== undefined && !/^\s*#/.test(each)) ?? '';
  const isBelowSecret = before.some((each) => isOpen(each, keys)) || isSecretLine(last, keys);
  return isPlain && !/[&*!|>"']/.test(found) && !isBelowSecret
    ? found
    : 'a line that is not shown, as it may hold a secret';
}

const keyOf = (line: string): string | undefined => /^\s*(?:- +)*([A-Za-z_]\w*)\s*:(?:\s|$)/.exec(line)?.[1];

const isPlainKey = (key: string, keys: SchemaKeys): boolean => keys.isKnown(key) && !keys.isSecret(key);

function isSecretLine(line: string, keys: SchemaKeys): boolean {
  const key = keyOf(line);
  return key !== undefined && !isPlainKey(key, keys);
}

/** An odd number of quotes, or a value that goes on. */
const isOpen = (line: string, keys: SchemaKeys): boolean =>
  isSecretLine(line, keys) &&
  (/[|>][-+\d]*\s*$/.test(line) || (line.split('"').length + line.split("'").length) % 2 === 1);
