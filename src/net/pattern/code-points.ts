// Sets of characters by their code points, and those that Perl has names for. \w, \d, \s, \b, the POSIX classes and
// (?i) go by ASCII whatever the text, as Perl has it for bytes, which is what ldirectord compares (perlre(1) "/aa");
// \h, \v and \R are the same for bytes and characters (perlrecharclass(1) "Whitespace").

/** From and to, ascending, none beside another. */
export type CodePoints = readonly (readonly [from: number, to: number])[];

const last = 0x10ffff;

export const one = (code: number): CodePoints => [[code, code]];

export function union(...sets: readonly CodePoints[]): CodePoints {
  const merged: [number, number][] = [];
  for (const [from, to] of sets.flat().sort((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before !== undefined && from <= before[1] + 1) before[1] = Math.max(before[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function allBut(set: CodePoints): CodePoints {
  const others: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) others.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= last) others.push([next, last]);
  return others;
}

export const contains = (set: CodePoints, code: number): boolean =>
  set.some(([from, to]) => from <= code && code <= to);

/** (?i): the ASCII letters of it in both cases. */
export function foldCase(set: CodePoints): CodePoints {
  const folded = (from: number, to: number, first: number, by: number): CodePoints => {
    const [low, high] = [Math.max(from, first), Math.min(to, first + 25)];
    return low > high ? [] : [[low + by, high + by]];
  };
  const others = set.flatMap(([from, to]) => [...folded(from, to, 65, 32), ...folded(from, to, 97, -32)]);
  return union(set, others);
}

/** Whether Perl would find another case of it, in a text of characters, where {@link foldCase} does not. */
export function hasCaseBeyondAscii(set: CodePoints): boolean {
  return set.some(([from, to]) => {
    const first = Math.max(from, 0x80);
    if (to - first > 1000) return true;
    for (let code = first; code <= to; code += 1) {
      const character = String.fromCodePoint(code);
      if (character.toLowerCase() !== character || character.toUpperCase() !== character) return true;
    }
    return false;
  });
}

/** Of characters and pairs of them: `('az', '__')`. */
const spans = (...pairs: readonly string[]): CodePoints =>
  union(pairs.map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const));

const upper = spans('AZ');
const lower = spans('az');
const digit = spans('09');
const alpha = union(upper, lower);
const alnum = union(alpha, digit);
const word = union(alnum, spans('__'));
const space = spans('\t\r', '  ');

export const lineEnds: CodePoints = [...spans('\n\r'), [0x85, 0x85], [0x2028, 0x2029]];
const blanks: CodePoints = union(
  spans('\t\t', '  ', '\u00a0\u00a0', '\u1680\u1680', '\u2000\u200a'),
  spans('\u202f\u202f', '\u205f\u205f', '\u3000\u3000'),
);

/** Those of a backslash and a letter; in upper case it is all others. */
export const letterClasses: Readonly<Record<string, CodePoints>> = {
  d: digit,
  w: word,
  s: space,
  h: blanks,
  v: lineEnds,
};

/** POSIX's, as in [[:alpha:]]. */
export const posixClasses: Readonly<Record<string, CodePoints>> = {
  ...{ upper, lower, digit, alpha, alnum, word, space },
  ascii: [[0, 127]],
  blank: spans('\t\t', '  '),
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  graph: spans('!~'),
  print: spans(' ~'),
  punct: spans('!/', ':@', '[`', '{~'),
  xdigit: spans('09', 'AF', 'af'),
};
