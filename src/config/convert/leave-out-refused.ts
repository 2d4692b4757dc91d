// The net below a conversion: a value that the old program takes and the config refuses costs that value, with a note, and
// never the whole file. What is left of an entry that needs the value goes with it.
import type { Position, Problem } from '../../model/config/problem.ts';
import type { ConfigNode } from '../tree/node.ts';
import { parseYaml } from '../tree/yaml.ts';
import type { Fields, Noting, Value } from './converted.ts';
import { writeYaml } from './write-yaml.ts';

export type Judge = (yaml: string) => readonly Problem[];
type Path = readonly (string | number)[];

/** An entry goes part by part: each round one depth less. */
const roundsMax = 40;

/** @param placeOf where in the old file a text of the new one stands. */
export function leaveOutRefused(
  document: Fields,
  judge: Judge,
  placeOf: (text: string) => Position,
  note: Noting,
): Fields {
  let now = document;
  for (let round = 0; round < roundsMax; round += 1) {
    const yaml = writeYaml(now);
    const errors = judge(yaml).filter(({ severity }) => severity === 'error');
    const root = errors.length === 0 ? undefined : parseYaml(yaml, 'converted.yaml').root;
    if (root === undefined) return now;
    const refused = errors.flatMap((problem) => {
      const path = pathAt(root, problem.at);
      return path === undefined || path.length === 0 ? [] : [{ path, problem }];
    });
    if (refused.length === 0) return now;
    // What a part of it may mend is not judged yet.
    const innermost = refused.filter(({ path }) => !refused.some((other) => isWithin(other.path, path)));
    for (const { path, problem } of innermost)
      note(placeOf(textAt(now, path)), 'meaning', `left out: ${nameOf(now, path)}: ${problem.message}`);
    const paths = new Set(innermost.map(({ path }) => JSON.stringify(path)));
    now = without(now, paths, []) as Fields;
  }
  return now;
}

const isWithin = (path: Path, outer: Path): boolean =>
  path.length > outer.length && outer.every((key, i) => path[i] === key);

/** Of the innermost node that begins there. */
function pathAt(node: ConfigNode, at: Position): Path | undefined {
  const below: readonly (readonly [string | number, ConfigNode])[] =
    node.kind === 'map'
      ? node.entries.map(({ key, value }) => [key, value] as const)
      : node.kind === 'list'
        ? node.items.map((item, i) => [i, item] as const)
        : [];
  for (const [key, value] of below) {
    const rest = pathAt(value, at);
    if (rest !== undefined) return [key, ...rest];
  }
  return node.at.line === at.line && node.at.column === at.column ? [] : undefined;
}

const valueAt = (value: Value | undefined, path: Path): Value | undefined =>
  path.reduce<Value | undefined>(
    (inner, key) =>
      typeof inner === 'object'
        ? (inner as Readonly<Record<string | number, Value | undefined>>)[key]
        : undefined,
    value,
  );

/** The first text in there: what to look for in the old file. */
function textAt(document: Fields, path: Path): string {
  const value = valueAt(document, path);
  if (typeof value === 'string') return value;
  const inner = Object.values(value ?? {}).find((each) => typeof each === 'string');
  return typeof inner === 'string' ? inner : '';
}

/** "vrrp VI_1 advert_int". */
function nameOf(document: Fields, path: Path): string {
  const words = path.map((key, i) => {
    if (typeof key === 'string') return key;
    const entry = valueAt(document, path.slice(0, i + 1));
    if (typeof entry !== 'object' || Array.isArray(entry)) return `${key + 1}`;
    const { name, address, fwmark } = entry as Fields;
    return [name, address, fwmark].find((each) => typeof each === 'string') ?? `${key + 1}`;
  });
  return words.join(' ');
}

function without(value: Value, paths: ReadonlySet<string>, path: Path): Value {
  const keeps = (key: string | number) => !paths.has(JSON.stringify([...path, key]));
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    return (value as readonly Value[]).flatMap((item, i) =>
      keeps(i) ? [without(item, paths, [...path, i])] : [],
    );
  }
  return Object.fromEntries(
    Object.entries(value as Fields).flatMap(([key, inner]) =>
      inner === undefined || !keeps(key) ? [] : [[key, without(inner, paths, [...path, key])] as const],
    ),
  );
}
