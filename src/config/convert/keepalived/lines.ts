// A keepalived.conf and what it includes as the lines that are left when comments are gone, @conditions are decided,
// parameters are put in and ~SEQ and ~LST have made their copies: docs/reference/keepalived.md §1 and
// keepalived.conf(5) "Parameter substitution". What stands in a line is for tree.ts.
import type { Position } from '../../../model/config/problem.ts';
import type { Noting } from '../converted.ts';

export type SourceFile = { readonly file: string; readonly text: string };
export type Sources = {
  /** The files that an include's pattern means, as seen from the file that includes them. */
  readonly include: (pattern: string, from: string) => readonly SourceFile[];
  /** What @conditions are compared with: keepalived's -i, by default the first part of the host name. */
  readonly id: string;
  /** Whether a program is on this machine; absent: not looked at. */
  readonly isThere?: (program: string) => boolean;
};
export type Line = { readonly text: string; readonly at: Position };

/** The largest ~SEQ of keepalived's own manual makes 65,024 blocks of 20 lines. */
const linesMax = 2_000_000;
const depthMax = 32;

type Reading = {
  readonly sources: Sources;
  readonly note: Noting;
  readonly parameters: Map<string, readonly string[]>;
  readonly lines: Line[];
  readonly open: string[];
};

export function readKeepalivedLines(source: SourceFile, sources: Sources, note: Noting): readonly Line[] {
  const reading: Reading = { sources, note, parameters: new Map(), lines: [], open: [] };
  readFile(source, reading);
  return reading.lines;
}

function readFile({ file, text }: SourceFile, reading: Reading): void {
  if (reading.open.length >= depthMax) return;
  reading.open.push(file);
  const raw = text.split(/\r?\n/);
  for (let i = 0; i < raw.length; i += 1) {
    const at = { file, line: i + 1, column: 1 };
    const line = withoutComment(raw[i] ?? '').trim();
    noteSingleQuotes(line, at, reading);
    if (!/^(@\S+\s+)*\$\w+=\s*\\$/.test(line)) {
      process(line, at, reading, 0);
      continue;
    }
    const body: string[] = [];
    let more = true;
    while (more && i + 1 < raw.length) {
      i += 1;
      const next = withoutComment(raw[i] ?? '').trim();
      // It goes on behind a comment as well.
      more = (raw[i] ?? '').trimEnd().endsWith('\\') || next === '';
      if (next !== '') body.push(next.replace(/\\$/, '').trim());
    }
    define(line.replace(/\\$/, '').trim(), body, reading);
  }
  reading.open.pop();
}

/**
 * # and ! begin one, but not inside quotes nor behind a backslash, which goes where no double quotes are. A quote without its
 * end is none.
 */
const withoutComment = (text: string): string =>
  (/^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\.|[^#!\\])*\\?/s.exec(text)?.[0] ?? '').replaceAll(
    /"(?:[^"\\]|\\.)*"|\\([#!])|\\./gs,
    (whole, sign?: string) => sign ?? whole,
  );

/** keepalived looks for comments and braces within them as well, and then misses their end. */
function noteSingleQuotes(line: string, at: Position, { note }: Reading): void {
  if (!/'[^']*[#!{}][^']*'/.test(line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'))) return;
  const [key = ''] = line.split(/\s/, 1);
  note(at, 'taken', `${key}: taken, though keepalived 2.2.7 loses a line with # ! { or } in single quotes`);
}

/** @returns what is left behind its conditions; undefined where one does not hold. */
function withoutConditions(line: string, sources: Sources): string | undefined {
  const condition = /^@(\^?)(\S+)\s*(.*)$/s.exec(line);
  if (condition === null) return line;
  const [, not = '', id = '', rest = ''] = condition;
  if ((id === sources.id) === (not === '^')) return undefined;
  return withoutConditions(rest, sources);
}

function define(line: string, body: readonly string[], reading: Reading): void {
  const plain = withoutConditions(line, reading.sources);
  const name = /^\$(\w+)=/.exec(plain ?? '')?.[1];
  if (name !== undefined) reading.parameters.set(name, body);
}

function process(line: string, at: Position, reading: Reading, depth: number): void {
  const held = withoutConditions(line, reading.sources);
  if (held === undefined || held === '') return;
  const definition = /^\$([A-Za-z_]\w*)=(.*)$/s.exec(held);
  if (definition !== null) {
    reading.parameters.set(definition[1] ?? '', [(definition[2] ?? '').trim()]);
    return;
  }
  if (depth > depthMax || reading.lines.length > linesMax) {
    reading.note(
      at,
      'unreadable',
      'cut off here, as parameters and sequences make more lines than there can be',
    );
    return;
  }
  const block = /^~(SEQx?|LST)\(((?:[^()]|\{[^}]*\})*)\)\s*(.*)$/s.exec(held);
  if (block !== null) {
    const [, kind = '', inside = '', rest = ''] = block;
    repeat({ kind, inside, rest }, at, reading, depth);
    return;
  }
  const expanded = substitute(held, at, reading);
  if (expanded.length > 1 || expanded[0] !== held) {
    for (const each of expanded) process(each.trim(), at, reading, depth + 1);
    return;
  }
  if (!included(held, at, reading)) {
    const literal = held.replaceAll(/\$\{_HASH\}/g, '#').replaceAll(/\$\{_BANG\}/g, '!');
    reading.lines.push({ text: literal, at });
  }
}

/** The first parameter of the line is put in; the caller comes again until there is none left. */
function substitute(line: string, at: Position, reading: Reading): readonly string[] {
  for (const match of line.matchAll(/\$\{(\w+)((?:\s+[^\s}]+)*)\}|\$([A-Za-z_]\w*)(?=[\s,)]|$)/g)) {
    const name = match[1] ?? match[3] ?? '';
    const value = reading.parameters.get(name) ?? predefined(name, at, reading);
    if (value === undefined) continue;
    const before = line.slice(0, match.index);
    const after = line.slice(match.index + match[0].length);
    if (value.length <= 1) return [`${before}${value[0] ?? ''}${after}`];
    return value.map((each, i) => {
      const head = i === 0 ? before : '';
      return `${head}${each}${i === value.length - 1 ? after : ''}`;
    });
  }
  return [line];
}

function predefined(name: string, at: Position, { sources, note }: Reading): readonly string[] | undefined {
  if (name === '_PWD') return [at.file.includes('/') ? at.file.replace(/\/[^/]*$/, '') || '/' : '.'];
  if (name === '_INSTANCE') return [sources.id];
  if (name === '_RANDOM' || name === '_ENV') {
    note(at, 'approximate', `\${${name}}: left empty, as it has another value each time`);
    return [''];
  }
  return undefined;
}

/** ~SEQ(v, start, step, end), ~SEQ(v, start, end), ~SEQ(v, end); ~LST(v, a, b), ~LST({v, w}, {a, b}, {c, d}). */
function repeat(
  { kind, inside, rest }: { readonly kind: string; readonly inside: string; readonly rest: string },
  at: Position,
  reading: Reading,
  depth: number,
): void {
  const [filled = ''] = [expandWhole(inside, at, reading)];
  const parts = [...filled.matchAll(/\{([^}]*)\}|([^,{}]+)/g)]
    .map((match) => (match[1] ?? match[2] ?? '').trim())
    .filter((part) => part !== '');
  const [first = '', ...values] = parts;
  const names = first.split(',').map((name) => name.trim());
  const rows =
    kind === 'LST'
      ? values.map((value) => value.split(',').map((each) => each.trim()))
      : sequence(kind, values);
  if (rows === undefined || rows.length === 0) {
    reading.note(at, 'missing', `~${kind}(${inside}): left out, as it is no sequence`);
    return;
  }
  for (const row of rows) {
    for (const [i, name] of names.entries()) reading.parameters.set(name, [row[i] ?? '']);
    process(rest, at, reading, depth + 1);
  }
  for (const name of names) reading.parameters.delete(name);
}

function expandWhole(text: string, at: Position, reading: Reading): string {
  let now = text;
  for (let i = 0; i < depthMax; i += 1) {
    const [next = ''] = substitute(now, at, reading);
    if (next === now) break;
    now = next;
  }
  return now;
}

function sequence(kind: string, texts: readonly string[]): readonly (readonly string[])[] | undefined {
  const numbers = texts.map((text) => (/^-?(0x[0-9a-f]+|\d+)$/i.test(text) ? signed(text) : Number.NaN));
  const end = numbers.at(-1);
  if (end === undefined || numbers.some(Number.isNaN) || numbers.length > 3) return undefined;
  const start = numbers.length > 1 ? (numbers[0] ?? 1) : end > 0 ? 1 : -1;
  const step = numbers.length === 3 ? (numbers[1] ?? 1) : end >= start ? 1 : -1;
  const count = step === 0 ? 0 : Math.floor((end - start) / step) + 1;
  if (count < 1 || count > 65_536) return undefined;
  const radix = kind === 'SEQx' ? 16 : 10;
  return Array.from({ length: count }, (_, i) => [(start + i * step).toString(radix)]);
}

const signed = (text: string): number => (text.startsWith('-') ? -Number(text.slice(1)) : Number(text));

/** include and its forms: a missing file is never fatal here, and always told. */
function included(line: string, at: Position, reading: Reading): boolean {
  const match = /^include[abmrw]*\s+(.+)$/.exec(line);
  if (match === null) return false;
  const pattern = (match[1] ?? '').replaceAll(/^["']|["']$/g, '');
  const files = reading.sources.include(pattern, at.file);
  if (files.length === 0) reading.note(at, 'missing', `include ${pattern}: no file that can be read`);
  for (const each of files) {
    if (reading.open.includes(each.file))
      reading.note(at, 'ignored', `include ${each.file}: left out, as it is being read`);
    else readFile(each, reading);
  }
  return true;
}
