// The tree of a config file (document.ts) to typed values, by the schema: unknown keys, wrong shapes, the value of
// this director out of a map of directors, the one-line form of a real server. Every problem is found in one
// pass, each where it stands. Nothing is looked up and no default is filled in.
import { z } from 'zod';
import type { Position, Problem } from './config.ts';
import { type ConfigNode, type MapNode, type ScalarNode, scalar } from './document.ts';
import { errorAt, warningAt } from './problem.ts';
import { type DocumentDraft, documentSchema } from './schema.ts';
import { sysctlSchema } from './schema-ipvs.ts';
import { trackSchema } from './schema-track.ts';
import { fallbackSchema, realSchema } from './schema-virtual.ts';
import { parseFallbackText, parseRealText } from './server-text.ts';
import { didYouMean } from './suggest.ts';
import { parseTrackText } from './track-text.ts';

/** Where the value at a path ("virtual", 0, "receive") stands; of an absent one, where its parent does. */
export type Sites = (...path: readonly (string | number)[]) => Position;
export type TreeResult<Draft> = {
  /** Without whatever an error is about. */
  readonly draft: Draft;
  readonly problems: readonly Problem[];
  readonly sites: Sites;
};
export type DocumentResult = TreeResult<DocumentDraft>;

type Path = readonly (string | number)[];
type Reading = {
  readonly director: string;
  readonly problems: Problem[];
  readonly positions: Map<string, Position>;
  readonly texts: Map<string, string>;
  /** Paths that have had their complaint: the schema need not add one for what is missing there. */
  readonly refused: Set<string>;
};

/** @param director the name that picks the value out of `{lvs1: 150, lvs2: 100}` */
export function readDocument(root: ConfigNode, director: string): DocumentResult {
  const { draft = {}, ...rest } = readTree(documentSchema, root, director);
  return { draft, ...rest };
}

/** As {@link readDocument}, of any schema; no draft where nothing of it can be read. */
export function readTree<Draft>(
  schema: z.ZodType<Draft>,
  root: ConfigNode,
  director: string,
): TreeResult<Draft | undefined> {
  const reading: Reading = {
    director,
    problems: [],
    positions: new Map(),
    texts: new Map(),
    refused: new Set(),
  };
  const plain = readNode(schema, root, [], reading);
  const sites: Sites = (...path) => positionOf(path, reading) ?? root.at;
  const { draft, issues } = parseTolerantly(schema, plain);
  const complaints = issues.flatMap((issue) => issueProblem(issue, reading, sites));
  return { draft, problems: [...reading.problems, ...complaints], sites };
}

/**
 * The values that do obey the schema, so that what follows can judge them in the same pass: first without the
 * values that do not, then without the entries (a virtual service, a real server) that lack them.
 */
function parseTolerantly<Draft>(schema: z.ZodType<Draft>, plain: unknown) {
  const first = schema.safeParse(plain);
  if (first.success) return { draft: first.data, issues: [] };
  const { issues } = first.error;
  for (const issue of issues) forget(plain, issue.path as Path);
  let parsed = schema.safeParse(plain);
  // Twice: a real server first, then the service whose list it leaves too short.
  for (let round = 0; round < 2 && !parsed.success; round++) {
    for (const issue of parsed.error.issues) forget(plain, entryOf(plain, issue.path as Path));
    parsed = schema.safeParse(plain);
  }
  return { draft: parsed.data, issues };
}

function forget(plain: unknown, path: Path): void {
  const parent = valueAt(plain, path.slice(0, -1));
  const key = path.at(-1);
  if (key !== undefined && isRecord(parent) && Object.hasOwn(parent, key)) parent[key] = undefined;
}

/** The path of the innermost list entry around `path` that is a map. */
function entryOf(plain: unknown, path: Path): Path {
  const lengths = path.map((_, index) => path.length - index);
  const length = lengths.find(
    (each) => typeof path[each - 1] === 'number' && isRecord(valueAt(plain, path.slice(0, each))),
  );
  return path.slice(0, length ?? 0);
}

const valueAt = (plain: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), plain);

const isRecord = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

const keyOf = (path: Path): string => path.join('/');

function positionOf(path: Path, reading: Reading): Position | undefined {
  for (let length = path.length; length >= 0; length--) {
    const position = reading.positions.get(keyOf(path.slice(0, length)));
    if (position !== undefined) return position;
  }
  return undefined;
}

function readNode(schema: z.ZodType, node: ConfigNode, path: Path, reading: Reading): unknown {
  reading.positions.set(keyOf(path), node.at);
  // This one map is from host names, not from directors: it was read before anything else.
  if (keyOf(path) === 'director/name' && node.kind === 'map') return reading.director;
  if (schema instanceof z.ZodOptional) return readNode(schema.unwrap() as z.ZodType, node, path, reading);
  if (schema instanceof z.ZodObject) return readObject(schema, node, path, reading);
  if (schema instanceof z.ZodArray) return readArray(schema, node, path, reading);
  if (node.kind === 'scalar') {
    reading.texts.set(keyOf(path), node.text);
    return node.text;
  }
  if (node.kind === 'map') return readDirectorsValue(schema, node, path, reading);
  return refuse(node.at, path, 'one value, or one for each director', 'a list', reading);
}

/** As sysctl(8) writes it, or as a path below /proc/sys. */
const sysctlPrefix = /^net([./])ipv4\1vs\1/;

function readObject(schema: z.ZodObject, node: ConfigNode, path: Path, reading: Reading): unknown {
  if (node.kind === 'scalar') {
    if (schema === realSchema) return readObject(schema, realNode(node, path, reading), path, reading);
    if (schema === fallbackSchema)
      return readObject(schema, fallbackNode(node, path, reading), path, reading);
    if (schema === trackSchema && node.text !== '') {
      return readObject(schema, mapOf(parseTrackText(node.text), node), path, reading);
    }
    if (node.text === '') return undefined;
  }
  if (node.kind !== 'map') {
    return refuse(node.at, path, 'keys with values', node.kind === 'list' ? 'a list' : node.text, reading);
  }
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const values: Record<string, unknown> = {};
  for (const { key: written, keyAt, value } of node.entries) {
    const key = shape === sysctlSchema.shape ? written.replace(sysctlPrefix, '') : written;
    const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (inner === undefined || Object.hasOwn(values, key)) {
      const rule =
        inner === undefined ? `a known key${didYouMean(key, Object.keys(shape))}` : 'each key once';
      reading.problems.push(errorAt(keyAt, `read ${nameOf(path)}`, rule, `"${written}"`));
    } else values[key] = readNode(inner, value, [...path, key], reading);
  }
  return values;
}

/** Lists of which one entry may stand alone, by the key that tells it from a map of directors. */
const singles: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [trackSchema, 'name'],
  [fallbackSchema, 'address'],
]);

function readArray(schema: z.ZodArray, node: ConfigNode, path: Path, reading: Reading): unknown {
  const { element: inner } = schema;
  const element = (inner instanceof z.ZodOptional ? inner.unwrap() : inner) as z.ZodType;
  const ofObjects = element instanceof z.ZodObject;
  if (node.kind === 'scalar' && node.text === '') return ofObjects ? [] : undefined;
  const ownKey = singles.get(element);
  const byDirector = !ofObjects || (ownKey !== undefined && !hasKey(node, ownKey));
  if (node.kind === 'map' && byDirector) return readDirectorsValue(schema, node, path, reading);
  if (node.kind === 'map' && element !== realSchema && ownKey === undefined)
    return refuse(node.at, path, 'a list', 'a map', reading);
  const items = node.kind === 'list' ? node.items : [node];
  return items.map((item, index) => readNode(element, item, [...path, index], reading));
}

/** DESIGN.md §4: any value may be a map from director name to value. */
function readDirectorsValue(schema: z.ZodType, node: MapNode, path: Path, reading: Reading): unknown {
  const mine = node.entries.find((entry) => entry.key === reading.director);
  if (mine !== undefined && mine.value.kind !== 'map') return readNode(schema, mine.value, path, reading);
  const named = node.entries.map((entry) => entry.key).join(', ');
  const rule = `a value for director "${reading.director}"`;
  return refuse(node.at, path, rule, mine === undefined ? `values for ${named || 'none'}` : 'a map', reading);
}

/** `192.168.6.2:80 gate 5` as the map that it abbreviates. */
function realNode(node: ScalarNode, path: Path, reading: Reading): ConfigNode {
  const parsed = parseRealText(node.text);
  if ('leftover' in parsed) {
    refuse(node.at, path, 'ADDRESS[:PORT] gate|masq|ipip [WEIGHT]', node.text, reading);
    return { kind: 'map', at: node.at, entries: [] };
  }
  const { ignored, ...parts } = parsed;
  if (ignored !== undefined) {
    reading.problems.push(
      warningAt(node.at, `use all of ${nameOf(path)}`, 'nothing but a weight there', ignored),
    );
  }
  return mapOf(parts, node);
}

/** `127.0.0.1:80 gate`, likewise. */
function fallbackNode(node: ScalarNode, path: Path, reading: Reading): ConfigNode {
  const parsed = parseFallbackText(node.text);
  if (parsed !== undefined) return mapOf(parsed, node);
  refuse(node.at, path, 'ADDRESS[:PORT] [gate|masq|ipip]', node.text, reading);
  return { kind: 'map', at: node.at, entries: [] };
}

/** The map that a text abbreviates: all of it stands where the text does. */
const mapOf = (parts: Readonly<Record<string, string>>, { at }: ScalarNode): MapNode => ({
  kind: 'map',
  at,
  entries: Object.entries(parts).map(([key, value]) => ({ key, keyAt: at, value: scalar(value, at) })),
});

const hasKey = (node: ConfigNode, wanted: string): boolean =>
  node.kind === 'map' && node.entries.some(({ key }) => key === wanted);

function refuse(at: Position, path: Path, rule: string, got: string, reading: Reading): undefined {
  reading.problems.push(errorAt(at, `read ${nameOf(path)}`, rule, got));
  reading.refused.add(keyOf(path));
}

function issueProblem(issue: z.core.$ZodIssue, reading: Reading, sites: Sites): readonly Problem[] {
  const path = issue.path as Path;
  for (let length = path.length; length >= 0; length--) {
    if (reading.refused.has(keyOf(path.slice(0, length)))) return [];
  }
  const got = reading.texts.get(keyOf(path)) ?? (issue.code === 'too_small' ? 'an empty list' : '');
  return [errorAt(sites(...path), `read ${nameOf(path)}`, issue.message, got)];
}

/** A path as people say it: "virtual 1 real 2 weight"; the whole document is "config". */
function nameOf(path: Path): string {
  const words = path.map((part) => (typeof part === 'number' ? `${part + 1}` : part));
  return words.join(' ') || 'config';
}
