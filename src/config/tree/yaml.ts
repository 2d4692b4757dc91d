// YAML text to a tree of texts with positions, by js-yaml and its `listener` (opened and closed nodes with the
// parser's offset). Failsafe schema: every scalar stays as written, so a password 0123 and a name "no" survive.
// Duplicate keys are reported here, all of them; a syntax error ends the reading at its place, and so does a document
// that is deeper, longer or, by its aliases, larger than any config is: yaml-limits.ts.
import jsYaml from 'js-yaml';
import type { Position, Problem } from '../../model/config/problem.ts';
import { errorAt, shownKey } from '../problem.ts';
import { type ConfigNode, type MapEntry, positioner, scalar } from './node.ts';
import { noKeys, type SchemaKeys } from './schema-keys.ts';
import { shownLine } from './shown-line.ts';
import { createBudget, limitOf, type NodeBudget, refuseSize } from './yaml-limits.ts';

export type YamlResult = { readonly root?: ConfigNode; readonly problems: readonly Problem[] };

type Parsed = {
  readonly start: number;
  readonly end: number;
  /** mapping, sequence or scalar; null for an alias and for an absent value. */
  readonly kind: string | null;
  readonly result: unknown;
  readonly children: readonly Parsed[];
};
type Frame = { readonly start: number; readonly children: Parsed[] };
/** What js-yaml's parser state holds while the listener runs; its published type leaves `kind` and `result` loose. */
type ParserState = { readonly position: number; readonly kind?: string; readonly result?: unknown };

export type YamlOptions = {
  /** Those of the schema that the text is for: what of it may be shown in a complaint. */
  readonly keys?: SchemaKeys;
  /** The line of `file` that the text begins with. */
  readonly firstLine?: number;
};

/** @param text without a byte order mark. */
export function parseYaml(
  text: string,
  file: string,
  { keys = noKeys, firstLine = 1 }: YamlOptions = {},
): YamlResult {
  const at = positioner(file, text, firstLine);
  const roots: Parsed[] = [];
  const listener = recordNodes(text, roots);
  try {
    jsYaml.load(text, { schema: jsYaml.FAILSAFE_SCHEMA, json: true, listener });
  } catch (error) {
    return { problems: [syntaxProblem(error, { text, file, at, keys })] };
  }
  const problems: Problem[] = [];
  const [root] = roots;
  if (root === undefined || root.kind === null) return { problems };
  const budget = createBudget();
  const tree = toNode(root, { text, at, keys, problems, anchored: new Map(), budget });
  // What is too large to be spelled out is not read at all.
  if (!budget.isSpent()) return { root: tree, problems };
  return { problems: [...problems, errorAt(tree.at, 'read YAML', budget.rule, 'more')] };
}

function syntaxProblem(
  error: unknown,
  { text, file, at, keys }: Pick<Reading, 'text' | 'at' | 'keys'> & { readonly file: string },
): Problem {
  const limit = limitOf(error);
  if (limit !== undefined) return errorAt(at(limit.offset), 'read YAML', limit.rule, 'more');
  // A pattern of the parser's that has no room left, on a word of millions of characters.
  if (error instanceof RangeError) return errorAt(at(0), 'read YAML', 'shorter words', error.message);
  if (!(error instanceof jsYaml.YAMLException)) throw error;
  // js-yaml leaves the mark out where no one place is wrong (a second document in the stream).
  const { line, column } = (error.mark as typeof error.mark | undefined) ?? { line: 0, column: 0 };
  const place: Position = { file, line: line + 1, column: column + 1 };
  return errorAt(
    place,
    'parse YAML',
    `well-formed text (${plainReason(error.reason)})`,
    shownLine(text, line, keys),
  );
}

/** Without what it quotes of the file: `*x`, `!x` and `&x` may be the beginning of a password. */
const plainReason = (reason: string): string =>
  reason
    .replace(/\s*(?:["'`!<].*|: .*)$/s, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Builds the tree of nodes bottom up; the parser may step back and read a node again, which replaces it. */
function recordNodes(text: string, roots: Parsed[]) {
  const open: Frame[] = [];
  let nodes = 0;
  return (event: string, state: ParserState): void => {
    if (event === 'open') {
      const start = skipBlanks(text, state.position);
      const siblings = open.at(-1)?.children ?? roots;
      for (let last = siblings.at(-1); last !== undefined; last = siblings.at(-1)) {
        if (last.start < start || last.end === start) break;
        siblings.pop();
      }
      open.push({ start, children: [] });
      nodes += 1;
      refuseSize(open.length, nodes, start);
      return;
    }
    const frame = open.pop();
    if (frame === undefined) return;
    const { kind, result, position } = state;
    // A collection that might have been a key (`- {a: 1}`) is opened twice: its only child is itself.
    const [only] = frame.children;
    const same = frame.children.length === 1 && typeof result === 'object' && only?.result === result;
    const siblings = open.at(-1)?.children ?? roots;
    const { start, children } = frame;
    siblings.push(
      same && only !== undefined ? only : { start, end: position, kind: kind ?? null, result, children },
    );
  };
}

/** The offset of the next thing that is neither blank nor comment. By codes: it is asked twice a node. */
function skipBlanks(text: string, offset: number): number {
  for (let at = offset; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === HASH) {
      const end = text.indexOf('\n', at);
      if (end < 0) return text.length;
      at = end;
    } else if (code !== SPACE && code !== LINE_FEED && code !== RETURN && code !== TAB) return at;
  }
  return text.length;
}

const [HASH, SPACE, LINE_FEED, RETURN, TAB] = [0x23, 0x20, 0x0a, 0x0d, 0x09];

type Reading = {
  readonly text: string;
  readonly at: (offset: number) => Position;
  readonly keys: SchemaKeys;
  readonly problems: Problem[];
  /** Collections by the value that js-yaml made of them, so that an alias finds its anchor's node. */
  readonly anchored: Map<unknown, ConfigNode>;
  readonly budget: NodeBudget;
};

function toNode(parsed: Parsed, reading: Reading): ConfigNode {
  const at = reading.at(Math.min(parsed.start, parsed.end));
  const { result } = parsed;
  if (typeof result === 'string') return scalar(result, at);
  if (parsed.kind === null && typeof result === 'object' && result !== null) {
    const known = reading.anchored.get(result);
    if (known !== undefined) return reading.budget.repeat(known) ? known : scalar('', at);
  }
  const node = toCollection(parsed, reading, at);
  if (node.kind !== 'scalar') reading.anchored.set(result, node);
  return node;
}

function toCollection(parsed: Parsed, reading: Reading, at: Position): ConfigNode {
  if (parsed.kind === 'sequence') {
    return { kind: 'list', items: parsed.children.map((child) => toNode(child, reading)), at };
  }
  if (parsed.kind === 'mapping') return { kind: 'map', entries: toEntries(parsed, reading), at };
  return scalar('', at);
}

/** Keys and values alternate, but a key of `{a, b: 1}` may stand without a value. */
function toEntries(parsed: Parsed, reading: Reading): readonly MapEntry[] {
  const entries = new Map<string, MapEntry>();
  const merged: MapEntry[] = [];
  const children = parsed.children.values();
  for (const child of children) {
    // The mark that ends a document, which the parser tries as a key.
    if (child.kind === null && child.result === null && reading.text.startsWith('...', child.start)) continue;
    const hasValue = reading.text[skipBlanks(reading.text, child.end)] === ':';
    const key = typeof child.result === 'string' ? child.result : '';
    const keyAt = reading.at(child.start);
    const valueChild = hasValue ? children.next().value : undefined;
    const value = isAbsent(valueChild) ? scalar('', keyAt) : toNode(valueChild, reading);
    if (key === '<<') merged.push(...mergedEntries(value, reading));
    else if (entries.has(key))
      reading.problems.push(
        errorAt(keyAt, `read ${shownKey(key, reading.keys.all)}`, 'each key once', 'it again'),
      );
    else entries.set(key, { key, keyAt, value });
  }
  for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  return [...entries.values()];
}

const isAbsent = (child: Parsed | undefined): child is undefined =>
  child === undefined || (child.kind === null && child.result === null);

/** `<<: *defaults`: the entries of a map, or of a list of maps, that the map itself does not name. */
function mergedEntries(value: ConfigNode, { budget }: Reading): readonly MapEntry[] {
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.flatMap((each) => (each.kind === 'map' && budget.repeat(each) ? each.entries : []));
}
