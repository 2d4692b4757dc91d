// The house in numbers: rooms and arrows by rooms.ts, files and functions by functions.ts; the tidy tests judge by the
// same. `node test/tidy/counts.mjs` prints them.
import { functionsOf } from './functions.ts';
import { LONG_FUNCTION } from './long-functions.ts';
import { circlesOf, fileGraph, type Graph, mayImport, roomGraph, topGraph } from './rooms.ts';
import { filesUnder, isTypeScript, read } from './sources.ts';

export type Count = {
  readonly name: string;
  readonly number: number;
  /** What is counted, where somebody may want to go there. */
  readonly each?: readonly string[];
};

const LONG_FILE = 300;

export function countHouse(): readonly Count[] {
  const files = filesUnder('src', isTypeScript);
  const graph = fileGraph(files);
  const rooms = roomGraph(graph);
  const up = files.flatMap((from) =>
    (graph.get(from) ?? []).filter((to) => !mayImport(from, to)).map((to) => `${from} -> ${to}`),
  );
  const circles = (of: Graph) => circlesOf(of).map((circle) => circle.join(' '));
  return [
    ...countRooms('folders of src/', topGraph(graph)),
    ...countRooms('rooms', rooms),
    counted('arrows up', up),
    counted('circles of files', circles(graph)),
    counted('circles of rooms', circles(rooms)),
    ...countFiles(files),
  ];
}

const countRooms = (name: string, graph: Graph): readonly Count[] => [
  { name, number: graph.size },
  { name: `arrows between ${name}`, number: sum([...graph.values()].map(({ length }) => length)) },
];

function countFiles(files: readonly string[]): readonly Count[] {
  const texts = files.map((path) => [path, read(path)] as const);
  const lengths = texts.map(([path, text]) => [path, text.split('\n').length - 1] as const);
  const sorted = lengths.map(([, lines]) => lines).sort((a, b) => a - b);
  const functions = texts.flatMap(([path, text]) =>
    functionsOf(text).map(({ name, lines }) => [`${path} ${name}`, lines] as const),
  );
  return [
    { name: 'files', number: files.length },
    { name: 'lines', number: sum(sorted) },
    { name: 'lines of a file, median', number: sorted[Math.floor(sorted.length / 2)] ?? 0 },
    counted(`files over ${LONG_FILE} lines`, longest(lengths, LONG_FILE)),
    counted(`functions over ${LONG_FUNCTION} lines`, longest(functions, LONG_FUNCTION)),
  ];
}

const counted = (name: string, each: readonly string[]): Count => ({ name, number: each.length, each });

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const longest = (all: readonly (readonly [name: string, lines: number])[], limit: number) =>
  all
    .filter(([, lines]) => lines > limit)
    .sort(([, a], [, b]) => b - a)
    .map(([name, lines]) => `${name} ${lines}`);

export const formatCounts = (counts: readonly Count[]): string =>
  counts
    .flatMap(({ name, number, each = [] }) => [`${name}: ${number}`, ...each.map((text) => `  ${text}`)])
    .map((line) => `${line}\n`)
    .join('');
