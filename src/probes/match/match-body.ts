// Whether a regular expression matches a text, without ever stalling the event loop. What is no expression is searched
// for as it is; what repeats nothing runs here, by JavaScript's engine; all else that RE2 knows runs here by RE2's, in
// a time that the text's length bounds, unless text and pattern are both large. What is left (look-around,
// back-references) can take for ever, and runs in a worker thread. Patterns come from the config, texts from servers.
import type { RE2JS } from 're2js';
import { parsePattern } from '../../net/pattern/parse-pattern.ts';
import { literalOf, looksBeyond, type PatternTree, repeatsNothing } from '../../net/pattern/pattern-tree.ts';
import { writeJavaScript } from '../../net/pattern/write-javascript.ts';
import { writeRe2 } from '../../net/pattern/write-re2.ts';
import { encodeText, rawByte } from '../../net/raw-bytes.ts';
import { type MatchOutcome, matchInTurn } from './match-in-turn.ts';
import type { PatternJob } from './pattern-worker.ts';

export type Asker = {
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Whose text it is: whoever takes too long is served behind the others. */
  readonly server: string;
  /** Frames what may take long: its deadline is then the matching's own. */
  readonly judge: <T>(work: Promise<T>) => Promise<T>;
};

/** Characters of text times steps of the pattern; some 40 ms at the worst, most take a hundredth of it. */
const workHereMax = 500_000;
/** Of an expression that repeats nothing, a step is a comparison. */
const simpleWorkMax = 40 * workHereMax;

/** Unanchored, case-sensitive, no flags (ldirectord's receive). */
export const matchBody = (pattern: string, text: string, asker: Asker): Promise<MatchOutcome> =>
  matchLines(pattern, [text], asker);

/** As {@link matchBody}; one of the lines, each by itself, must match. */
export function matchLines(pattern: string, lines: readonly string[], asker: Asker): Promise<MatchOutcome> {
  const isText = ![pattern, ...lines].some((each) => rawByte.test(each));
  return isText ? matchText(pattern, lines, asker) : matchText(bytesOf(pattern), lines.map(bytesOf), asker);
}

/** A character a byte, for what is not all text. */
const bytesOf = (text: string): string => encodeText(text).toString('latin1');

async function matchText(pattern: string, lines: readonly string[], asker: Asker): Promise<MatchOutcome> {
  const compiled = known.get(pattern) ?? (await compile(pattern));
  const length = Math.max(...lines.map((line) => line.length));
  const some = (test: (line: string) => boolean): MatchOutcome => (lines.some(test) ? 'yes' : 'no');
  switch (compiled.kind) {
    case 'none':
      return 'badPattern';
    case 'literal':
      return some((line) => line.includes(compiled.text));
    case 'simple':
      if (length * pattern.length <= simpleWorkMax) return some((line) => compiled.regexp.test(line));
      return inTurn({ engine: 'backtracking', pattern: compiled.regexp.source, texts: lines }, asker);
    case 'linear':
      if (length * compiled.size <= workHereMax) return some((line) => compiled.regexp.test(line));
      return inTurn({ engine: 'linear', pattern: compiled.source, texts: lines }, asker);
    case 'backtracking':
      return inTurn({ engine: 'backtracking', pattern: compiled.source, texts: lines }, asker);
  }
}

/**
 * For a body that may never end: what it says of a beginning it will say of the whole. Cheap, or false.
 * @returns undefined for a pattern of which that does not hold
 */
export async function matcherOfBeginnings(pattern: string): Promise<((text: string) => boolean) | undefined> {
  const compiled = known.get(pattern) ?? (await compile(pattern));
  if (compiled.kind === 'none' || compiled.looksBeyond) return undefined;
  switch (compiled.kind) {
    case 'literal':
      return (text) => text.includes(compiled.text);
    case 'simple':
      return (text) => text.length * pattern.length <= simpleWorkMax && compiled.regexp.test(text);
    case 'linear':
      return (text) => text.length * compiled.size <= workHereMax && compiled.regexp.test(text);
    case 'backtracking':
      return undefined;
  }
}

const inTurn = (job: PatternJob, asker: Asker): Promise<MatchOutcome> =>
  asker.judge(matchInTurn(job, asker.server, asker.signal));

type Compiled =
  | { readonly kind: 'none' }
  | (Engine & {
      /** A match in a beginning is not for sure one in the whole. */
      readonly looksBeyond: boolean;
    });

type Engine =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'simple'; readonly regexp: RegExp }
  | { readonly kind: 'linear'; readonly regexp: RE2JS; readonly source: string; readonly size: number }
  | { readonly kind: 'backtracking'; readonly source: string };

/** Those of configurations that were dropped long ago must not add up. */
const known = new Map<string, Compiled>();
const knownMax = 10_000;

async function compile(pattern: string): Promise<Compiled> {
  const compiled = await choose(pattern);
  if (known.size >= knownMax) known.clear();
  known.set(pattern, compiled);
  return compiled;
}

async function choose(pattern: string): Promise<Compiled> {
  const parsed = parsePattern(pattern);
  if ('refused' in parsed) return { kind: 'none' };
  const engine = await engineOf(parsed.tree);
  return engine === undefined ? { kind: 'none' } : { ...engine, looksBeyond: looksBeyond(parsed.tree) };
}

async function engineOf(tree: PatternTree): Promise<Engine | undefined> {
  const text = literalOf(tree);
  if (text !== undefined) return { kind: 'literal', text };
  if (repeatsNothing(tree)) return { kind: 'simple', regexp: new RegExp(writeJavaScript(tree), 'u') };
  const source = writeRe2(tree);
  const regexp = source === undefined ? undefined : await compileLinear(source);
  if (source !== undefined && regexp !== undefined) {
    return { kind: 'linear', regexp, source, size: regexp.programSize() };
  }
  const javascript = writeJavaScript(tree);
  return isCompiled(javascript) ? { kind: 'backtracking', source: javascript } : undefined;
}

/** @returns undefined for what is too large for it */
async function compileLinear(source: string): Promise<RE2JS | undefined> {
  const { RE2JS } = await import('re2js');
  try {
    return RE2JS.compile(source);
  } catch {
    return undefined;
  }
}

function isCompiled(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
