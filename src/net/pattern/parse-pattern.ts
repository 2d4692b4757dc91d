// A regular expression as Perl reads one that comes from a variable, as ldirectord's `receive` does ($text =~ /$receive/):
// perlre(1), perlrebackslash(1), perlrecharclass(1). What Perl would read otherwise than it could be matched here, what
// its versions read differently and what it passes through with a warning is refused, with what to write instead.
import { allBut, type CodePoints, one } from './code-points.ts';
import {
  createReader,
  type Flags,
  isAtEnd,
  isNext,
  isRefusal,
  noFlags,
  type PatternReader,
  refusal,
  skipIgnored,
  take,
  takeIf,
} from './pattern-reader.ts';
import { hasPart, lengthOf, type PatternTree, type Place } from './pattern-tree.ts';
import { readBrackets, withCase } from './read-brackets.ts';
import { readEscape, referTo } from './read-escape.ts';

export type Parsed =
  | {
      readonly tree: PatternTree;
      /** (?i) over letters beyond ASCII, of which it takes the case as written. */
      readonly foldsBeyondAscii: boolean;
    }
  | { readonly refused: string };

export function parsePattern(text: string): Parsed {
  if (/\p{Cs}/u.test(text)) return { refused: 'half a character' };
  const reader = createReader(text);
  try {
    const tree = readChoice(reader);
    if (!isAtEnd(reader)) throw refusal('a group is closed that was not opened', String.raw`\)`);
    if (reader.octalFrom <= reader.captures) {
      throw refusal(`\\${reader.octalFrom} refers to no group before it`);
    }
    return { tree, foldsBeyondAscii: reader.foldsBeyondAscii };
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}

/** To the end, or to the bracket that closes the group. */
function readChoice(reader: PatternReader): PatternTree {
  const certain = reader.certain;
  const ways = [readSequence(reader)];
  let common = reader.certain;
  while (takeIf(reader, /\|/) !== undefined) {
    reader.certain = certain;
    ways.push(readSequence(reader));
    common = new Set([...common].filter((each) => reader.certain.has(each)));
  }
  reader.certain = common;
  const [first, ...others] = ways;
  return first !== undefined && others.length === 0 ? first : { kind: 'choice', ways };
}

function readSequence(reader: PatternReader): PatternTree {
  const parts: PatternTree[] = [];
  for (;;) {
    skipIgnored(reader);
    if (isAtEnd(reader) || isNext(reader, /[|)]/)) break;
    const before = { certain: reader.certain, at: reader.at };
    const atom = readAtom(reader);
    const part = readRepeat(reader, atom, before);
    if (part !== undefined) parts.push(part);
  }
  const [first, ...others] = parts;
  return first !== undefined && others.length === 0 ? first : { kind: 'sequence', parts };
}

/** @returns undefined for a change of flags */
function readAtom(reader: PatternReader): PatternTree | undefined {
  if (isNext(reader, quantifier)) throw refusal('a repetition of nothing', 'a backslash before it');
  const at = (place: Place): PatternTree => ({ kind: 'place', place });
  const character = take(reader);
  switch (character) {
    case '^':
      return at(reader.flags.m ? 'lineStart' : 'start');
    case '$':
      return at(reader.flags.m ? 'lineEnd' : 'end');
    case '.':
      return { kind: 'character', of: allBut(reader.flags.s ? [] : one(10)) };
    case '[':
      return readBracketsOrName(reader);
    case '(':
      return readGroup(reader);
    case '\\':
      return readEscapeWithCase(reader);
    default:
      return literal(reader, one(character.codePointAt(0) ?? 0)); // also ] and }, and { where it repeats nothing
  }
}

const literal = (reader: PatternReader, of: CodePoints): PatternTree => ({
  kind: 'character',
  of: withCase(reader, of),
});

function readBracketsOrName(reader: PatternReader): PatternTree {
  const name = /^:\^?\w+:\]/.exec(reader.text.slice(reader.at))?.[0];
  if (name !== undefined) throw refusal(`[${name} is a class only within brackets`, `[[${name}]`);
  return readBrackets(reader);
}

/** Only single characters have another case: \W and the like have it by themselves, or not. */
function readEscapeWithCase(reader: PatternReader): PatternTree {
  const [next = ''] = reader.text.slice(reader.at);
  const tree = readEscape(reader);
  const isSingle = tree.kind === 'character' && tree.of.length === 1 && tree.of[0]?.[0] === tree.of[0]?.[1];
  if (/[A-Za-z0-9]/.test(next) && isNext(reader, /\{(?!\d+(?:,\d*)?\})/)) {
    throw refusal('{ after a backslash and a letter', String.raw`\{`);
  }
  return isSingle ? literal(reader, tree.of) : tree;
}

/** What Perl takes for one, in one version or another. */
const quantifier = /[*+?]|\{[ \t]*(?:\d+[ \t]*(?:,[ \t]*\d*[ \t]*)?|,[ \t]*\d+[ \t]*)\}/;
/** Perl's own bound was this before it became 65535. */
const timesMax = 32_766;

/** @param before what was certain without it, and where it began */
function readRepeat(
  reader: PatternReader,
  atom: PatternTree | undefined,
  before: { readonly certain: ReadonlySet<number>; readonly at: number },
): PatternTree | undefined {
  skipIgnored(reader);
  const written = takeIf(reader, quantifier)?.[0];
  if (written === undefined) return atom;
  if (atom === undefined || atom.kind === 'place' || atom.kind === 'look') {
    throw refusal('a repetition of what takes no character', 'it without the repetition');
  }
  const [min, max] = timesOf(written);
  skipIgnored(reader);
  const isLazy = takeIf(reader, /\?/) !== undefined;
  if (!isLazy && isNext(reader, /\+/)) {
    throw refusal(`a possessive repetition (a${written}+)`, `a${written}`);
  }
  skipIgnored(reader);
  if (isNext(reader, quantifier)) throw refusal('a repetition of a repetition', 'a group, (?:...)');
  // What a round that takes nothing leaves in a group is another thing in each engine.
  if (min === 0 || (max > 1 && lengthOf(atom).min === 0)) reader.certain = before.certain;
  return { kind: 'repeat', of: atom, min, max, isLazy };
}

function timesOf(written: string): readonly [min: number, max: number] {
  if (written === '*') return [0, Number.POSITIVE_INFINITY];
  if (written === '+') return [1, Number.POSITIVE_INFINITY];
  if (written === '?') return [0, 1];
  const [, from, comma, to = ''] = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}$/.exec(written) ?? [];
  if (from === undefined) {
    // Plain text to some versions of Perl, and a repetition, or an error, to others.
    const plain = written
      .replaceAll(/[ \t]/g, '')
      .replace('{,', '{0,')
      .replaceAll(/\b0+(?=\d)/g, '');
    throw refusal(
      `${written} is not the same to all versions of Perl`,
      String.raw`${plain}, or \{ for a brace`,
    );
  }
  const min = Number(from);
  const max = comma === undefined ? min : to === '' ? Number.POSITIVE_INFINITY : Number(to);
  if (max < min) throw refusal(`${written} counts backwards`);
  if (Math.max(min, Number(to)) > timesMax) throw refusal(`more than ${timesMax} repetitions`);
  return [min, max];
}

/** The opening bracket has been taken. */
function readGroup(reader: PatternReader): PatternTree | undefined {
  if (isNext(reader, /\*/)) throw refusal('(*...) is not known', String.raw`\* for a star`);
  const flags = takeIf(reader, /\?(\^?)([a-z]*)(?:-([a-z]*))?([:)])/);
  if (flags !== undefined) return readFlags(reader, flags);
  const look = takeIf(reader, /\?(<?)([=!])/);
  if (look !== undefined) return readLook(reader, { isBehind: look[1] === '<', isNot: look[2] === '!' });
  const reference = takeIf(reader, /\?P=(\w+)\)/);
  if (reference !== undefined)
    return referTo(reader, reader.names.get(reference[1] ?? ''), `(${reference[0]}`);
  const name = takeIf(reader, /\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/);
  if (name === undefined && isNext(reader, /\?/)) throw refusedGroup(reader);
  return readCapture(reader, name?.[1] ?? name?.[2]);
}

function readCapture(reader: PatternReader, name: string | undefined): PatternTree {
  reader.captures += 1;
  const number = reader.captures;
  if (name !== undefined) {
    if (reader.names.has(name)) throw refusal(`two groups are named ${name}`, 'two names');
    reader.names.set(name, number);
  }
  const of = readToClose(reader, reader.flags);
  reader.certain = new Set([...reader.certain, number]);
  return { kind: 'capture', of };
}

/** Nobody writes more, and whatever walks the tree calls itself as often. */
const depthMax = 200;

function readToClose(reader: PatternReader, flags: Flags): PatternTree {
  const outside = reader.flags;
  reader.flags = flags;
  reader.depth += 1;
  if (reader.depth > depthMax) throw refusal(`more than ${depthMax} groups in groups`);
  const tree = readChoice(reader);
  reader.depth -= 1;
  reader.flags = outside;
  if (takeIf(reader, /\)/) === undefined)
    throw refusal('a group is not closed', String.raw`\( for a bracket`);
  return tree;
}

/** (?i) holds to the end of the group around it, (?i:...) in itself; (?^...) begins anew. */
function readFlags(
  reader: PatternReader,
  [written, anew, on = '', off = '', end]: RegExpExecArray,
): PatternTree | undefined {
  const unknown = /[^imsx]|x.*x/.exec(`${on}${off}`)?.[0];
  if (unknown !== undefined) throw refusal(`(${written} is not known`, '(?i), (?m), (?s) or (?x)');
  if (anew === '^' && off !== '') throw refusal(`(${written} is not known`);
  const base = anew === '^' ? noFlags : reader.flags;
  const flagOf = (flag: keyof Flags) => !off.includes(flag) && (on.includes(flag) || base[flag]);
  const flags = { i: flagOf('i'), s: flagOf('s'), m: flagOf('m'), x: flagOf('x') };
  if (end === ':') return readToClose(reader, flags);
  reader.flags = flags;
  return undefined;
}

/** Perl's own bound. */
const behindMax = 255;

function readLook(
  reader: PatternReader,
  { isBehind, isNot }: { readonly isBehind: boolean; readonly isNot: boolean },
): PatternTree {
  const { certain, isInLookBehind } = reader;
  reader.isInLookBehind = isInLookBehind || isBehind;
  const of = readToClose(reader, reader.flags);
  reader.isInLookBehind = isInLookBehind;
  if (isNot || isBehind) reader.certain = certain;
  const { min, max } = lengthOf(of);
  // Perl counts a part that is repeated no times as if it were repeated.
  const isFixed = min === max && !hasPart(of, (part) => part.kind === 'repeat' && part.max === 0);
  if (isBehind && !isFixed) throw refusal('a look-behind of more than one length', 'one of each length');
  if (isBehind && max > behindMax) throw refusal(`a look-behind of more than ${behindMax} characters`);
  return { kind: 'look', isBehind, isNot, of };
}

function refusedGroup(reader: PatternReader) {
  const start = reader.text.slice(reader.at, reader.at + 3);
  if (start.startsWith('?>')) return refusal('(?>...) is not known', '(?:...)');
  if (start.startsWith('?|')) return refusal('(?|...) is not known', '(?:...)');
  if (/^\?[{?]/.test(start)) return refusal('code in a pattern', 'a plain group');
  if (/^\?(?:[R0-9&+-]|P>|\()/.test(start)) return refusal('a recursion or condition', 'a plain group');
  return refusal(`(${start}... is not known`, String.raw`\( for a bracket`);
}
