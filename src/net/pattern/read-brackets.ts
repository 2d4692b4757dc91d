// A list of characters in brackets, as perlrecharclass(1) has it.
import {
  allBut,
  type CodePoints,
  foldCase,
  hasCaseBeyondAscii,
  one,
  posixClasses,
  union,
} from './code-points.ts';
import { isAtEnd, isNext, type PatternReader, refusal, take, takeIf } from './pattern-reader.ts';
import type { PatternTree } from './pattern-tree.ts';
import { readCharacterEscape, readClassEscape } from './read-escape.ts';

/** The opening bracket has been taken. */
export function readBrackets(reader: PatternReader): PatternTree {
  const isNot = takeIf(reader, /\^/) !== undefined;
  const sets: CodePoints[] = [];
  // A bracket that comes first is one of the characters.
  while (sets.length === 0 || takeIf(reader, /\]/) === undefined) {
    if (isAtEnd(reader)) throw refusal('brackets that are not closed', String.raw`\[ for a bracket`);
    sets.push(readRange(reader));
  }
  const of = union(...sets);
  const taken = isNot ? allBut(of) : of;
  // Perl panics over one that is repeated.
  if (taken.length === 0) throw refusal('brackets that leave no character', '(?!) for what never matches');
  return { kind: 'character', of: taken };
}

/** As (?i) has it where that is on. */
export function withCase(reader: PatternReader, set: CodePoints): CodePoints {
  if (!reader.flags.i) return set;
  if (hasCaseBeyondAscii(set)) reader.foldsBeyondAscii = true;
  return foldCase(set);
}

function readRange(reader: PatternReader): CodePoints {
  const from = readMember(reader);
  if (typeof from !== 'number') return withHyphen(reader, from);
  if (takeIf(reader, /-(?!\])/) === undefined) return withCase(reader, one(from));
  if (isAtEnd(reader)) return one(from);
  const to = readMember(reader);
  if (typeof to !== 'number') return union(withCase(reader, one(from)), hyphen, withHyphen(reader, to));
  if (to < from) throw refusal('a range of characters backwards');
  return withCase(reader, [[from, to]]);
}

const hyphen = one(0x2d);

/** Before a class and behind one it is a character, and begins no range itself. */
const withHyphen = (reader: PatternReader, of: CodePoints): CodePoints =>
  takeIf(reader, /-(?!\])/) === undefined ? of : union(of, hyphen);

/** A character by its code, or a class. */
function readMember(reader: PatternReader): number | CodePoints {
  const posix = takeIf(reader, /\[:(\^?)(\w+):\]/);
  if (posix !== undefined) {
    const of = posixClasses[posix[2] ?? ''];
    if (of === undefined) throw refusal(`${posix[0]} is no class of characters`);
    // Upper and lower case are letters where case does not count.
    const cased = reader.flags.i ? foldCase(of) : of;
    return posix[1] === '^' ? allBut(cased) : cased;
  }
  if (isNext(reader, /\[[:.=]/)) {
    throw refusal(`${reader.text.slice(reader.at, reader.at + 2)} in brackets`, String.raw`\[ for a bracket`);
  }
  if (takeIf(reader, /\\/) === undefined) return take(reader).codePointAt(0) ?? 0;
  if (takeIf(reader, /b/) !== undefined) return 8;
  const wrong = takeIf(reader, /[BAzZRNXGK]/)?.[0];
  if (wrong !== undefined) throw refusal(`\\${wrong} in brackets`, 'it beside them');
  return readClassEscape(reader) ?? readCharacterEscape(reader);
}
