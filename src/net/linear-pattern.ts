// A regular expression in the spelling of RE2, whose engine takes time in proportion to the text whatever the pattern:
// every pattern that JavaScript takes keeps the meaning it has there (no flags), and what Perl has beside it is taken
// as Perl means it. Look-around, back-references and the like are beyond RE2 and stay with the engine that backtracks.
// Source: ECMA-262 §22.2 with Annex B.1.2; perlre(1); RE2's syntax page (github.com/google/re2/wiki/Syntax).

export type Linear =
  /** What RE2 is given; `perl` where JavaScript would read the pattern otherwise or not at all. */
  | { readonly source: string; readonly perl: boolean }
  /** What of it RE2 does not have; undefined: the pattern makes no sense. */
  | { readonly beyond: string | undefined };

/** ECMA-262 §12.2 and §12.3: what \s is, and what a dot leaves out. RE2's own are shorter. */
const space = String.raw`\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const notSpace = String.raw`\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`;
const dot = String.raw`[^\n\r\x{2028}\x{2029}]`;

/** RE2 repeats nothing more often, also not by repetitions in repetitions. */
const repeatMax = 1000;

type Reader = {
  readonly text: string;
  at: number;
  perl: boolean;
  /** (?s): the dot takes everything. */
  readonly dotAll: boolean[];
};

/** Thrown to the top: what RE2 does not have, or undefined for nonsense. */
type Stop = { readonly beyond: string | undefined };
const stop = (beyond?: string): Stop => ({ beyond });

export function toLinear(pattern: string): Linear {
  const reader: Reader = { text: pattern, at: 0, perl: false, dotAll: [false] };
  try {
    const { source } = readAlternatives(reader);
    if (reader.at < pattern.length) return { beyond: undefined }; // a bracket that closes nothing
    return { source, perl: reader.perl };
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'beyond' in error) return error as Stop;
    throw error;
  }
}

/** `times`: how often what is in it is repeated at most. */
type Part = { readonly source: string; readonly times: number };

function readAlternatives(reader: Reader): Part {
  let [source, times] = ['', 1];
  while (reader.at < reader.text.length && reader.text[reader.at] !== ')') {
    if (reader.text[reader.at] === '|') {
      source += '|';
      reader.at += 1;
      continue;
    }
    const atom = readAtom(reader);
    const part = readRepeats(reader, atom);
    source += part.source;
    times = Math.max(times, part.times);
  }
  return { source, times };
}

/** An atom, or an assertion, which cannot be repeated. */
type Atom = Part & { readonly fixed?: true };
const atom = (source: string): Atom => ({ source, times: 1 });
const fixed = (source: string): Atom => ({ source, times: 1, fixed: true });
const literal = (character: string): Atom => atom(codeOf(character.codePointAt(0) ?? 0));

/** A character as RE2 takes it anywhere. */
function codeOf(code: number): string {
  const character = String.fromCodePoint(code);
  return /^[\w ,:;=@"'<>~!%&`/#]$/.test(character) ? character : String.raw`\x{${code.toString(16)}}`;
}

function take(reader: Reader): string {
  const character = String.fromCodePoint(reader.text.codePointAt(reader.at) ?? 0);
  // Half a pair is a character of JavaScript's and none of RE2's.
  if (/\p{Cs}/u.test(character)) throw stop('half a character');
  reader.at += character.length;
  return character;
}

function takeIf(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  const sticky = new RegExp(pattern.source, 'y');
  sticky.lastIndex = reader.at;
  const match = sticky.exec(reader.text);
  if (match === null) return undefined;
  reader.at += match[0].length;
  return match;
}

function readAtom(reader: Reader): Atom {
  const character = take(reader);
  switch (character) {
    case '^':
      return fixed('^');
    case '$':
      return fixed('$');
    case '.':
      return atom(reader.dotAll.at(-1) === true ? '(?s:.)' : dot);
    case '[':
      return readClass(reader);
    case '(':
      return readGroup(reader);
    case '\\':
      return readEscape(reader);
    case '*':
    case '+':
    case '?':
      throw stop();
    default:
      return literal(character); // also a bracket or brace that opens or closes nothing (Annex B)
  }
}

function readRepeats(reader: Reader, { source, times, fixed: isFixed }: Atom): Part {
  const braces = takeIf(reader, /\{(\d+)(?:(,)(\d*))?\}/);
  const mark = braces === undefined ? takeIf(reader, /[*+?]/)?.[0] : undefined;
  if (braces === undefined && mark === undefined) return { source, times };
  if (isFixed === true) throw stop();
  const lazy = takeIf(reader, /\?/) === undefined ? '' : '?';
  if (takeIf(reader, /\+/) !== undefined) throw stop('a possessive repetition (a++)');
  if (/^[*?]|^\{\d+(?:,\d*)?\}/.test(reader.text.slice(reader.at, reader.at + 12))) throw stop();
  if (mark !== undefined) return { source: `${source}${mark}${lazy}`, times };
  const [, from = '', comma, to = ''] = braces ?? [];
  if (to !== '' && Number(to) < Number(from)) throw stop();
  const most = Math.max(1, Number(from), Number(to));
  if (most * times > repeatMax) throw stop(`more than ${repeatMax} repetitions`);
  const range =
    comma === undefined ? `{${Number(from)}}` : `{${Number(from)},${to === '' ? '' : Number(to)}}`;
  return { source: `(?:${source})${range}${lazy}`, times: most * times };
}

function readGroup(reader: Reader): Atom {
  const { dotAll } = reader;
  const isDotAll = dotAll.at(-1) ?? false;
  if (takeIf(reader, /\?#[^)]*\)/) !== undefined) {
    reader.perl = true;
    return fixed('');
  }
  const flags = takeIf(reader, /\?(?=[\w-])([ims]*)(?:-([ims]+))?([:)])/);
  if (flags !== undefined) return readFlags(reader, flags);
  const named = takeIf(reader, /\?(P?)<([A-Za-z_$][\w$]*)>/);
  if (named?.[1] === 'P') reader.perl = true;
  if (named === undefined && takeIf(reader, /\?:/) === undefined && reader.text[reader.at] === '?') {
    throw stop(groupName(reader.text.slice(reader.at, reader.at + 3)));
  }
  return closeGroup(reader, '(?:', isDotAll);
}

function closeGroup(reader: Reader, opening: string, isDotAll: boolean): Atom {
  reader.dotAll.push(isDotAll);
  const { source, times } = readAlternatives(reader);
  reader.dotAll.pop();
  if (takeIf(reader, /\)/) === undefined) throw stop();
  return { source: `${opening}${source})`, times };
}

/** (?i) holds to the end of the group around it, (?i:...) in itself. */
function readFlags(reader: Reader, [, on = '', off = '', end = '']: RegExpExecArray): Atom {
  reader.perl = true;
  const opening = `(?${on}${off === '' ? '' : `-${off}`}`;
  const isDotAll = on.includes('s') || (!off.includes('s') && reader.dotAll.at(-1) === true);
  if (end === ':') return closeGroup(reader, `${opening}:`, isDotAll);
  reader.dotAll[reader.dotAll.length - 1] = isDotAll;
  return fixed(`${opening})`);
}

const groupName = (start: string): string => {
  if (/^\?<?[=!]/.test(start)) return 'look-around';
  return start.startsWith('?>') ? '(?>...)' : `(${start}...`;
};

/** \d and the like, the same in JavaScript, Perl and RE2. */
const sameClasses: Readonly<Record<string, string>> = {
  ...{ d: '0-9', w: '0-9A-Za-z_', s: space, S: notSpace },
  D: String.raw`\x{0}-/\x{3a}-\x{10ffff}`,
  W: String.raw`\x{0}-/\x{3a}-@\x{5b}-\x{5e}\x{60}\x{7b}-\x{10ffff}`,
};
const perlClasses: Readonly<Record<string, string>> = {
  h: String.raw`\t \x{a0}`,
  H: String.raw`\x{0}-\x{8}\x{a}-\x{1f}!-\x{9f}\x{a1}-\x{10ffff}`,
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

function readEscape(reader: Reader): Atom {
  const assertion = takeIf(reader, /[bBAzZ]/)?.[0];
  if (assertion !== undefined) return readAssertion(reader, assertion);
  if (takeIf(reader, /Q/) !== undefined) return readQuote(reader);
  if (takeIf(reader, /E/) !== undefined) {
    reader.perl = true;
    return fixed('');
  }
  if (takeIf(reader, /R/) !== undefined) {
    reader.perl = true;
    return atom(String.raw`(?:\r\n|[\n-\r\x{85}\x{2028}\x{2029}])`);
  }
  const ranges = readClassEscape(reader);
  if (ranges !== undefined) return atom(`[${ranges}]`);
  if (takeIf(reader, /[1-9]/) !== undefined) throw stop('a back-reference');
  return atom(codeOf(readCharacterEscape(reader)));
}

function readAssertion(reader: Reader, letter: string): Atom {
  if (letter === 'b' || letter === 'B') return fixed(`\\${letter}`);
  reader.perl = true;
  if (letter !== 'Z') return fixed(`\\${letter}`);
  // Before a last line end as well; RE2 cannot look ahead, but nothing comes behind it.
  const rest = reader.text.slice(reader.at);
  if (rest !== '' && !/^[|)]/.test(rest)) throw stop(String.raw`\Z before something else`);
  return fixed(String.raw`(?:\n?\z)`);
}

/** \Q...\E: as it is written. */
function readQuote(reader: Reader): Atom {
  reader.perl = true;
  const [, text = ''] = takeIf(reader, /((?:(?!\\E)[\s\S])*)(?:\\E)?/) ?? [];
  const letters = [...text];
  if (letters.some((each) => /\p{Cs}/u.test(each))) throw stop('half a character');
  return { source: `(?:${letters.map((each) => codeOf(each.codePointAt(0) ?? 0)).join('')})`, times: 1 };
}

/** The ranges of \d, \h and the like. */
function readClassEscape(reader: Reader): string | undefined {
  const same = takeIf(reader, /[dDwWsS]/)?.[0];
  if (same !== undefined) return sameClasses[same];
  const perl = takeIf(reader, /[hH]/)?.[0];
  if (perl === undefined) return undefined;
  reader.perl = true;
  return perlClasses[perl];
}

function readCharacterEscape(reader: Reader): number {
  const control = takeIf(reader, /[tnvfr]/)?.[0];
  if (control !== undefined) return controls[control] ?? 0;
  const letter = takeIf(reader, /c([A-Za-z])/)?.[1];
  if (letter !== undefined) return letter.charCodeAt(0) % 32;
  if (takeIf(reader, /0(?!\d)/) !== undefined) return 0;
  const braced = takeIf(reader, /x\{([0-9A-Fa-f]{1,6})\}/)?.[1];
  if (braced !== undefined) reader.perl = true;
  const hex = braced ?? takeIf(reader, /x([0-9A-Fa-f]{2})/)?.[1] ?? takeIf(reader, /u([0-9A-Fa-f]{4})/)?.[1];
  if (hex !== undefined) {
    const code = Number.parseInt(hex, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw stop('half a character');
    return code;
  }
  // What is left of letters and digits has other meanings in each engine, or none.
  if (reader.at >= reader.text.length) throw stop();
  const next = take(reader);
  if (/[0-9A-Za-z]/.test(next)) throw stop(`\\${next}`);
  return next.codePointAt(0) ?? 0;
}

/** RE2's ASCII classes, which are Perl's with /a. */
const posix =
  /\[:(\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit)):\]/;

function readClass(reader: Reader): Atom {
  const not = takeIf(reader, /\^/) === undefined ? '' : '^';
  if (reader.text[reader.at] === ']') throw stop('an empty class'); // nothing in JavaScript, a bracket in Perl
  let source = '';
  while (takeIf(reader, /\]/) === undefined) {
    if (reader.at >= reader.text.length) throw stop();
    source += readRange(reader);
  }
  return atom(`[${not}${source}]`);
}

function readRange(reader: Reader): string {
  const name = takeIf(reader, posix)?.[1];
  if (name !== undefined) {
    reader.perl = true;
    return `[:${name}:]`;
  }
  const from = readMember(reader);
  if (typeof from === 'string') return from;
  if (takeIf(reader, /-(?!\])/) === undefined) return codeOf(from);
  const to = readMember(reader);
  if (typeof to === 'string') return `${codeOf(from)}\\x{2d}${to}`; // Annex B: a hyphen
  if (to < from) throw stop();
  return `${codeOf(from)}-${codeOf(to)}`;
}

/** A character by its code, or ranges. */
function readMember(reader: Reader): number | string {
  if (takeIf(reader, /\\/) === undefined) return take(reader).codePointAt(0) ?? 0;
  if (takeIf(reader, /b/) !== undefined) return 8;
  return readClassEscape(reader) ?? readCharacterEscape(reader);
}
