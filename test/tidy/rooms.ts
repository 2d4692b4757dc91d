// The rooms of src/ and who may import whom (docs/architecture.md), values and types alike, and the circles that
// imports make: of files, and of rooms. A room is a folder that has no folder within; a file beside folders is a
// room of its own.
import { dirname } from 'node:path';
import { importsOf, read } from './sources.ts';

type Rule = {
  /** Rooms of src/ it may import from, besides its own; also single files. */
  readonly below: readonly string[];
  /** Modules that are not ours; a trailing * stands for the rest of the name. */
  readonly modules?: readonly string[];
  /** Whether it may read clocks, set timers, roll dice or touch the process. */
  readonly worldly?: boolean;
};

const words = ['net', 'model'];
const core: Rule = { below: [...words, 'ports', 'journal'] };
const cores = ['vrrp', 'health', 'reconcile', 'config', 'roster', 'explain'];
const underDaemon = [...words, 'wire', 'ports', 'journal', ...cores, 'kernel', 'probes'];
const underCli = [...underDaemon, 'system', 'daemon', 'control', 'render', 'setup', 'doctor', 'compose'];

export const rules: Readonly<Record<string, Rule>> = {
  net: { below: [] },
  model: { below: ['net'] },
  wire: { below: words },
  ports: { below: words },
  journal: { below: words },
  vrrp: core,
  health: core,
  reconcile: core,
  roster: { below: [...core.below, 'config/real-file.ts'] },
  explain: { below: [...core.below, 'reconcile'] },
  setup: { below: words },
  doctor: { below: [...words, 'setup', 'config/floating-gateway.ts'] },
  config: { ...core, modules: ['js-yaml', 'zod', 'zod/v4/core'] },
  kernel: { below: [...words, 'wire', 'ports'] },
  probes: {
    // Files that checks name are opened as all files by a stranger's name are; some sockets Node cannot set up.
    below: [...words, 'wire', 'ports', 'system/files/open-regular.ts', 'system/sockets/bound-socket.ts'],
    modules: [
      'node:*',
      'undici',
      'dns-packet',
      'ldapts',
      'mysql2',
      'pg',
      'radius',
      're2js',
      '@noble/ed25519',
    ],
    worldly: true,
  },
  system: {
    below: [...words, 'ports'],
    modules: ['node:*', 'koffi', 'netlink*', 'nodemailer*', 'undici'],
    worldly: true,
  },
  daemon: { below: underDaemon, modules: ['winston', 'node:http', 'node:child_process', 'node:stream'] },
  control: { below: [...underDaemon, 'daemon'], modules: ['node:http', 'node:stream'] },
  render: { below: [...underDaemon, 'daemon', 'doctor'] },
  compose: {
    below: [...underDaemon, 'system', 'daemon', 'control', 'setup', 'doctor'],
    modules: ['*'],
    worldly: true,
  },
  cli: { below: underCli, modules: ['*'], worldly: true },
  'ldirectord.ts': { below: [...underCli, 'cli'], modules: ['*'], worldly: true },
  'main.ts': { below: [...underCli, 'cli'], modules: ['*'], worldly: true },
};

/** Each wing of daemon, and the wings below it; the files beside the wings may import any. */
const wingsBelow: Readonly<Record<string, readonly string[]>> = (() => {
  const order = ['pace', 'log', 'roster', 'marks', 'operator', 'health', 'vrrp', 'commands', 'notices'];
  order.push('reconcile', 'tracking', 'director', 'report');
  return Object.fromEntries(order.map((wing, index) => [wing, order.slice(0, index)]));
})();

export const topOf = (path: string): string => path.split('/')[1] ?? '';
const wingOf = (path: string): string | undefined => {
  const parts = path.split('/');
  return parts.length > 3 ? parts[2] : undefined;
};

export const mayUseModule = (top: string, name: string): boolean =>
  (rules[top]?.modules ?? []).some((allowed) =>
    allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed,
  );

/** Whether a file may import another of ours. */
export function mayImport(from: string, to: string): boolean {
  const top = topOf(from);
  if (top !== topOf(to)) {
    const below = rules[top]?.below ?? [];
    return below.includes(topOf(to)) || below.includes(to.slice('src/'.length));
  }
  const wing = wingOf(from);
  if (top !== 'daemon' || wing === undefined || wing === wingOf(to)) return true;
  return wingsBelow[wing]?.includes(wingOf(to) ?? '') === true;
}

export type Graph = ReadonlyMap<string, readonly string[]>;

/** What each file imports of ours. */
export const fileGraph = (paths: readonly string[]): Graph =>
  new Map(
    paths.map((path) => [
      path,
      [...new Set(importsOf(path, read(path)).flatMap(({ ours, target }) => (ours ? [target] : [])))],
    ]),
  );

/** What each room imports of others. */
export function roomGraph(files: Graph): Graph {
  const folders = new Set([...files.keys()].map(dirname));
  const holdsFolders = (folder: string) => [...folders].some((other) => other.startsWith(`${folder}/`));
  return graphOf(files, (path) => (holdsFolders(dirname(path)) ? path : dirname(path)));
}

/** What each folder of src/ imports of others. */
export const topGraph = (files: Graph): Graph => graphOf(files, topOf);

function graphOf(files: Graph, roomOf: (path: string) => string): Graph {
  const rooms = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const room = roomOf(path);
    const found = rooms.get(room) ?? new Set();
    rooms.set(room, found);
    for (const target of targets) if (files.has(target) && roomOf(target) !== room) found.add(roomOf(target));
  }
  return new Map([...rooms].map(([room, targets]) => [room, [...targets]]));
}

/** @returns each set of nodes that reach one another, sorted (Tarjan's strongly connected components). */
export function circlesOf(graph: Graph): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const lower = (node: string, value: number) => low.set(node, Math.min(low.get(node) ?? value, value));
  const visit = (node: string) => {
    index.set(node, index.size);
    lower(node, index.size - 1);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) lower(node, low.get(next) ?? 0);
    }
    if (low.get(node) !== index.get(node)) return;
    const circle = stack.splice(stack.lastIndexOf(node));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles;
}
