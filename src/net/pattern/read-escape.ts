// A backslash and what follows it, as perlrebackslash(1) has it. The pattern comes from a variable, so what Perl does to
// strings in quotes (\Q \E \u \l \U \L \N{}) does not happen, and is refused as what cannot have been meant.
import { allBut, type CodePoints, letterClasses, one } from './code-points.ts';
import { isAtEnd, isNext, type PatternReader, refusal, take, takeIf } from './pattern-reader.ts';
import type { PatternTree, Place } from './pattern-tree.ts';

/** What it is called, and what to write. */
const refused: Readonly<Record<string, readonly [construct: string, instead: string]>> = {
  Q: [String.raw`\Q has no meaning in a variable`, 'a backslash before each special character'],
  E: [String.raw`\E has no meaning in a variable`, 'a backslash before each special character'],
  U: [String.raw`\U has no meaning in a variable`, 'the letters in upper case'],
  L: [String.raw`\L has no meaning in a variable`, 'the letters in lower case'],
  F: [String.raw`\F has no meaning in a variable`, '(?i)'],
  u: [String.raw`\u has no meaning in a variable`, String.raw`\x{HHHH}, or the letter itself`],
  l: [String.raw`\l has no meaning in a variable`, 'the letter itself'],
  G: [String.raw`\G is where nothing has matched before`, '^'],
  K: [String.raw`\K keeps nothing here`, '(?<=...)'],
  X: [String.raw`\X is not known`, 'a dot'],
  C: [String.raw`\C is not known`, 'a dot'],
  p: [String.raw`\p{...} is not known`, 'a list of characters in brackets'],
  P: [String.raw`\P{...} is not known`, 'a list of characters in brackets'],
};

const places: Readonly<Record<string, Place>> = {
  b: 'wordEdge',
  B: 'noWordEdge',
  A: 'start',
  z: 'textEnd',
  Z: 'end',
};

/** Outside of brackets; the backslash has been taken. */
export function readEscape(reader: PatternReader): PatternTree {
  if (isNext(reader, /[bB]\{/)) throw refusal(String.raw`\b{...} is not known`, String.raw`\b`);
  const place = places[takeIf(reader, /[bBAzZ]/)?.[0] ?? ''];
  if (place !== undefined) return { kind: 'place', place };
  if (takeIf(reader, /R/) !== undefined) return { kind: 'lineBreak' };
  if (isNext(reader, /N\{(?!\d+(?:,\d*)?\})/)) {
    throw refusal(String.raw`\N{...} has no meaning in a variable`, String.raw`\x{...}`);
  }
  if (takeIf(reader, /N/) !== undefined) return { kind: 'character', of: allBut(one(10)) };
  const of = readClassEscape(reader);
  if (of !== undefined) return { kind: 'character', of };
  return readReference(reader) ?? { kind: 'character', of: one(readCharacterEscape(reader)) };
}

/** \d and the like, the same in brackets. */
export function readClassEscape(reader: PatternReader): CodePoints | undefined {
  const letter = takeIf(reader, /[dDwWsShHvV]/)?.[0];
  if (letter === undefined) return undefined;
  const of = letterClasses[letter.toLowerCase()] ?? [];
  return letter === letter.toLowerCase() ? of : allBut(of);
}

/** Perl has \1 to \9 for captures only, and larger numbers where there are as many. */
function readReference(reader: PatternReader): PatternTree | undefined {
  const named = takeIf(reader, /k(?:<(\w+)>|'(\w+)'|\{(\w+)\})|g\{([A-Za-z_]\w*)\}/);
  if (named !== undefined) {
    const name = named.slice(1).find((each) => each !== undefined) ?? '';
    return referTo(reader, reader.names.get(name), `\\${named[0]}`);
  }
  const relative = takeIf(reader, /g(?:-(\d+)|\{-(\d+)\})/);
  if (relative !== undefined) {
    const back = Number(relative[1] ?? relative[2]);
    return referTo(reader, reader.captures + 1 - back, `\\${relative[0]}`);
  }
  const absolute = takeIf(reader, /g(?:(\d+)|\{(\d+)\})/);
  if (absolute !== undefined) return referTo(reader, Number(absolute[1] ?? absolute[2]), `\\${absolute[0]}`);
  const digits = /^[1-9]\d*/.exec(reader.text.slice(reader.at, reader.at + 6))?.[0];
  if (digits === undefined) return undefined;
  if (Number(digits) > 9 && Number(digits) > reader.captures && /^[1-7]/.test(digits)) {
    reader.octalFrom = Math.min(reader.octalFrom, Number(digits));
    return undefined;
  }
  reader.at += digits.length;
  return referTo(reader, Number(digits), `\\${digits}`);
}

/** @param as how it was written */
export function referTo(reader: PatternReader, capture: number | undefined, as: string): PatternTree {
  if (capture === undefined || capture < 1) throw refusal(`${as} refers to no group before it`);
  if (reader.isInLookBehind) throw refusal(`${as} in a look-behind`, 'the look-behind without it');
  if (!reader.certain.has(capture)) {
    // JavaScript would take nothing for what such a group took, where Perl does not match.
    throw refusal(`${as} refers to a group that may not have matched`, 'the alternatives at length');
  }
  return { kind: 'reference', capture };
}

const controls: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, f: 12, r: 13, e: 27 };

/** A single character by its code; the same in brackets, where \1 is octal. */
export function readCharacterEscape(reader: PatternReader): number {
  const control = controls[takeIf(reader, /[atnfre]/)?.[0] ?? ''];
  if (control !== undefined) return control;
  const letter = takeIf(reader, /c([A-Za-z])/)?.[1];
  if (letter !== undefined) return letter.charCodeAt(0) % 32;
  const hex = takeIf(reader, /x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{1,2}))/);
  if (hex !== undefined) return codeOf(hex[1] ?? hex[2] ?? '', 16);
  const octal = takeIf(reader, /o\{([0-7]+)\}|([0-7]{1,3})/);
  if (octal !== undefined) return codeOf(octal[1] ?? octal[2] ?? '', 8);
  if (isAtEnd(reader)) throw refusal('a backslash at the end', String.raw`\\`);
  const next = take(reader);
  if (!/[0-9A-Za-z]/.test(next)) return next.codePointAt(0) ?? 0;
  const [construct, instead] = refused[next] ?? [`\\${next} has no meaning`, insteadOf(next)];
  throw refusal(construct, instead);
}

function insteadOf(letter: string): string {
  if (letter === 'x' || letter === 'c') return String.raw`\x{HH}`;
  if (letter === 'o') return String.raw`\o{NNN}`;
  if (letter === 'k' || letter === 'g') return String.raw`\1`;
  return letter;
}

function codeOf(digits: string, base: number): number {
  const code = Number.parseInt(digits, base);
  if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return code;
  throw refusal(`${digits} is the code of no character`);
}
