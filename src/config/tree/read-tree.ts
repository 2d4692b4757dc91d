// The tree of a config file to typed values, by any schema: unknown keys, wrong shapes, the value of this director out of
// a map of directors, the other forms that a schema has (forms.ts). Every problem is found in one pass, each where it
// stands. Nothing is looked up and no default is filled in.
import * as z from 'zod';
import type { ConfigEnvironment } from '../../model/config/environment.ts';
import type { Position, Problem } from '../../model/config/problem.ts';
import { isRecord } from '../../net/record.ts';
import { errorAt, shownKey, shownMax, unshown, warningAt } from '../problem.ts';
import { isSecret } from '../values/documented.ts';
import { type Form, formOf } from '../values/forms.ts';
import { didYouMean } from '../values/suggest.ts';
import { type ConfigNode, type MapNode, type ScalarNode, scalar } from './node.ts';
import {
  documentPlace,
  innerPlace,
  nameOf,
  type Path,
  type Place,
  pathOf,
  placesAlong,
  positionAt,
} from './place.ts';
import { readSecretNode, standIns } from './secret-node.ts';
import { isSourced } from './secret-source.ts';

/** Where the value at a path ("virtual", 0, "receive") stands; of an absent one, where its parent does. */
export type Sites = (...path: readonly (string | number)[]) => Position;
export type TreeResult<Draft> = {
  /** Without whatever an error is about. */
  readonly draft: Draft;
  readonly problems: readonly Problem[];
  readonly sites: Sites;
};

/** What a reading goes by. */
export type Reader = {
  /** The name that picks the value out of `{lvs1: 150, lvs2: 100}`. */
  readonly director: string;
  readonly environment: Pick<ConfigEnvironment, 'readSecret'>;
};
type Reading = Reader & { readonly problems: Problem[] };

/**
 * No draft where nothing of it can be read.
 * @param path of `root` in the document, for messages; its sites are asked for by the path from there.
 */
export function readTree<Draft>(
  schema: z.ZodType<Draft>,
  root: ConfigNode,
  reader: Reader,
  path: Path = [],
): TreeResult<Draft | undefined> {
  const reading: Reading = { ...reader, problems: [] };
  const document = documentPlace(root.at, path);
  const plain = readNode(schema, root, document, reading);
  const { draft, issues } = parseTolerantly(schema, plain);
  const complaints = issues.flatMap((issue) => issueProblem(issue, document));
  const sites: Sites = (...inner) => positionAt(document, inner);
  return { draft, problems: [...reading.problems, ...complaints], sites };
}

/** Code that zod writes for a schema takes longer to write than to read a small file takes without. */
const readPlainly = 64;
let readings = 0;
const howParsed = (): { readonly jitless: boolean } => {
  readings += 1;
  return { jitless: readings <= readPlainly };
};

/**
 * The values that do obey the schema, so that what follows can judge them in the same pass: first without the
 * values that do not, then without the entries (a virtual service, a real server) that lack them.
 */
function parseTolerantly<Draft>(schema: z.ZodType<Draft>, plain: unknown) {
  const first = schema.safeParse(plain, howParsed());
  if (first.success) return { draft: first.data, issues: [] };
  const { issues } = first.error;
  for (const issue of issues) forget(plain, issue.path as Path);
  let parsed = schema.safeParse(plain, howParsed());
  // Twice: a real server first, then the service whose list it leaves too short.
  for (let round = 0; round < 2 && !parsed.success; round++) {
    for (const issue of parsed.error.issues) forget(plain, entryOf(plain, issue.path as Path));
    parsed = schema.safeParse(plain, howParsed());
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

function readNode(schema: z.ZodType, node: ConfigNode, place: Place, reading: Reading): unknown {
  if (schema instanceof z.ZodOptional) return readNode(schema.unwrap() as z.ZodType, node, place, reading);
  if (schema instanceof z.ZodObject) return readObject(schema, node, place, reading);
  if (schema instanceof z.ZodArray) return readArray(schema, node, place, reading);
  if (node.kind === 'scalar') {
    place.text = isSecret(schema) ? unshown(node.text) : node.text;
    return node.text;
  }
  if (isSecret(schema) && isSourced(node, reading.director)) return readSourced(schema, node, place, reading);
  if (node.kind === 'map') {
    // This one map is from host names, not from directors: it was read before anything else.
    if (formOf(schema).isDirectorName === true) return readHostNames(schema, node, place, reading);
    return readDirectorsValue(schema, node, place, reading);
  }
  return refuse(node, place, { rule: 'one value, or one for each director', got: 'a list' }, reading);
}

/** A secret that stands elsewhere, as if it stood here; one that cannot be seen from here is taken for a good one. */
function readSourced(schema: z.ZodType, node: MapNode, place: Place, reading: Reading): string | undefined {
  const name = nameOf(pathOf(place));
  const read = readSecretNode(node, reading.environment);
  if ('rule' in read) return refuse(node, place, read, reading);
  for (const { act, rule, got } of read.warnings)
    reading.problems.push(warningAt(node.at, `${act} ${name}`, rule, got));
  const text = read.text ?? standIns.find((each) => schema.safeParse(each).success);
  place.text = unshown(text ?? '');
  return text;
}

/** Of hosts that this is none of as well: each may be the one that reads the file next. */
function readHostNames(schema: z.ZodType, node: MapNode, place: Place, reading: Reading): string {
  for (const { key, value } of node.entries) {
    if (value.kind !== 'scalar') {
      const got = value.kind === 'list' ? 'a list' : 'a map';
      refuse(value, place, { rule: `the name of a director for host "${key}"`, got }, reading);
    } else if (!schema.safeParse(value.text).success) {
      const rule = `a name of letters, digits, - and . for host "${key}"`;
      refuse(value, place, { rule, got: value.text }, reading);
    }
  }
  return reading.director;
}

function readObject(schema: z.ZodObject, given: ConfigNode, place: Place, reading: Reading): unknown {
  const { readLine, plainKey = String } = formOf(schema);
  const node = given.kind === 'scalar' ? spelledOut(given, readLine, place, reading) : given;
  if (node === undefined) return undefined;
  if (node.kind !== 'map') {
    const got = node.kind === 'list' ? 'a list' : node.text;
    return refuse(node, place, { rule: 'keys with values', got }, reading);
  }
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const values: Record<string, unknown> = {};
  const keys = Object.keys(shape);
  let slipped = false;
  for (const { key: written, keyAt, value } of node.entries) {
    const key = plainKey(written);
    const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (inner === undefined || Object.hasOwn(values, key)) {
      const rule = inner === undefined ? `a known key${suggestion(key, keys, reading)}` : 'each key once';
      const got =
        slipped || isCounted(reading)
          ? 'a text that is not shown, as it stands below one'
          : shownWritten(written, key, keys);
      reading.problems.push(errorAt(keyAt, `read ${nameOf(pathOf(place))}`, rule, got));
    } else values[key] = readNode(inner, value, innerPlace(place, key, value.at), reading);
    // What is missing of a secret may be the next line.
    slipped =
      inner !== undefined && isSecret(unwrapped(inner)) && value.kind === 'scalar' && value.text === '';
  }
  return values;
}

/** Whether there are so many problems already that this one will only be counted: finding words for it takes its time. */
const isCounted = ({ problems }: Reading): boolean => problems.length > 10 * shownMax;

/** Only for those that are shown: looking for a near word takes its time. */
const suggestion = (key: string, known: readonly string[], { problems }: Reading): string =>
  problems.length < shownMax ? didYouMean(key, known) : '';

function readArray(schema: z.ZodArray, node: ConfigNode, place: Place, reading: Reading): unknown {
  const { element: inner } = schema;
  const element = (inner instanceof z.ZodOptional ? inner.unwrap() : inner) as z.ZodType;
  const ofObjects = element instanceof z.ZodObject;
  if (node.kind === 'scalar' && node.text === '') return ofObjects ? [] : undefined;
  if (node.kind === 'map' && !(isSecret(element) && isSourced(node, reading.director))) {
    const { alone } = formOf(element);
    const byDirector = !ofObjects || (typeof alone === 'object' && !hasKey(node, alone.withKey));
    if (byDirector) return readDirectorsValue(schema, node, place, reading);
    if (alone === undefined) return refuse(node, place, { rule: 'a list', got: 'a map' }, reading);
  }
  const items = node.kind === 'list' ? node.items : [node];
  return items.map((item, index) => readNode(element, item, innerPlace(place, index, item.at), reading));
}

/** `net.ipv4.vs.x` is as good a key as `x`. */
const shownWritten = (written: string, key: string, known: readonly string[]): string => {
  const got = shownKey(key, known);
  return got === `"${key}"` ? `"${written}"` : got;
};

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;

/** Complaints are about the value that this director has. */
function standingAt(place: Place, at: Position): Place {
  place.at = at;
  return place;
}

/** docs/config.md "How values are written": any value may be a map from director name to value. */
function readDirectorsValue(schema: z.ZodType, node: MapNode, place: Place, reading: Reading): unknown {
  const mine = node.entries.find((entry) => entry.key === reading.director);
  const isOne = mine?.value.kind !== 'map' || (isSecret(schema) && isSourced(mine.value, reading.director));
  if (mine !== undefined && isOne)
    return readNode(schema, mine.value, standingAt(place, mine.value.at), reading);
  const named = node.entries
    .map(({ key }) => shownKey(key, [key]))
    .join(', ')
    .replaceAll('"', '');
  const rule = `a value for director "${reading.director}"`;
  const isHidden = mine !== undefined || isSecret(schema);
  return refuse(node, place, { rule, got: isHidden ? 'a map' : `values for ${named || 'none'}` }, reading);
}

/** The map that a line stands for (`192.168.6.2:80 gate 5`); an empty one where it breaks its rule. */
function spelledOut(
  node: ScalarNode,
  readLine: Form['readLine'],
  place: Place,
  reading: Reading,
): ConfigNode | undefined {
  if (readLine === undefined) return node.text === '' ? undefined : node;
  const line = readLine(node.text);
  if (line === undefined) return undefined;
  if ('rule' in line) {
    refuse(node, place, { rule: line.rule, got: node.text }, reading);
    return mapOf({}, node);
  }
  const { ignored } = line;
  if (ignored !== undefined) {
    const act = `use all of ${nameOf(pathOf(place))}`;
    reading.problems.push(warningAt(node.at, act, ignored.rule, ignored.got));
  }
  return mapOf(line.parts, node);
}

/** The map that a text abbreviates: all of it stands where the text does. */
const mapOf = (parts: Readonly<Record<string, string>>, { at }: ScalarNode): MapNode => ({
  kind: 'map',
  at,
  entries: Object.entries(parts).map(([key, value]) => ({ key, keyAt: at, value: scalar(value, at) })),
});

const hasKey = (node: ConfigNode, wanted: string): boolean =>
  node.kind === 'map' && node.entries.some(({ key }) => key === wanted);

/** The schema has nothing more to say of it. */
function refuse(
  { at }: ConfigNode,
  place: Place,
  { rule, got }: { readonly rule: string; readonly got: string },
  { problems }: Reading,
): undefined {
  problems.push(errorAt(at, `read ${nameOf(pathOf(place))}`, rule, got));
  place.refused = true;
}

function issueProblem(issue: z.core.$ZodIssue, document: Place): readonly Problem[] {
  const path = issue.path as Path;
  const places = placesAlong(document, path);
  if (places.some(({ refused }) => refused)) return [];
  const here = places.length > path.length ? places.at(-1) : undefined;
  const got = here?.text ?? (issue.code === 'too_small' ? 'an empty list' : '');
  return [
    errorAt(positionAt(document, path), `read ${nameOf([...pathOf(document), ...path])}`, issue.message, got),
  ];
}
