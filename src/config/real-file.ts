// A real_file: servers in the grammar of `real`, as a list or a map with the one key `real`, in YAML or JSON (which
// is YAML). Half a file must not pass for a whole one, so one without servers says so: `[]`. All of it is good, or
// none of it counts.
import * as z from 'zod';
import type { ConfigEnvironment } from '../model/config/environment.ts';
import type { Position, Problem } from '../model/config/problem.ts';
import type { NamedRealConfig, RealConfig, VirtualConfig } from '../model/config/service.ts';
import { errorAt, sortProblems, type Warn, warningAt } from './problem.ts';
import type { Resolution, Site } from './resolution.ts';
import { documentKeys } from './secret-keys.ts';
import { judgeChecksOfFile } from './service/judge-checks.ts';
import { judgeServer } from './service/judge-servers.ts';
import { realSchema, resolveReal, splitServers } from './service/real.ts';
import type { ConfigNode, ListNode } from './tree/node.ts';
import { readTree } from './tree/read-tree.ts';
import { parseYaml } from './tree/yaml.ts';
import { explainPattern } from './values/receive-pattern.ts';

/** Servers of one file, ranges counted out. */
const serversMax = 10_000;

export type RealFile = {
  readonly reals: readonly RealConfig[];
  readonly namedReals: readonly NamedRealConfig[];
};
export type RealFileResult = { readonly servers?: RealFile; readonly problems: readonly Problem[] };

export type RealFileOrigin = {
  readonly path: string;
  readonly virtual: VirtualConfig;
  /** Which per-director values are taken. */
  readonly director: string;
  readonly environment: ConfigEnvironment;
};

const fileSchema = z.strictObject({ real: z.array(realSchema.optional()) });

/** Pure but for `environment`; never throws for any text. */
export function parseRealFile(text: string, origin: RealFileOrigin): RealFileResult {
  const { root, problems } = parseYaml(text.startsWith('\uFEFF') ? text.slice(1) : text, origin.path, {
    keys: documentKeys,
  });
  if (problems.length > 0) return { problems };
  const list = listIn(root);
  if (list === undefined) {
    const at: Position = root?.at ?? { file: origin.path, line: 1, column: 1 };
    const rule = 'a list of servers, or a map with one under real ([] where there are none)';
    return { problems: [errorAt(at, 'read real_file', rule, root?.kind === 'map' ? 'another map' : '')] };
  }
  if (list.items.length > serversMax) return { problems: [tooMany(list.at, list.items.length)] };
  return resolveList(list, origin);
}

function listIn(root: ConfigNode | undefined): ListNode | undefined {
  if (root?.kind === 'list') return root;
  const [only, ...others] = root?.kind === 'map' ? root.entries : [];
  return others.length === 0 && only?.key === 'real' && only.value.kind === 'list' ? only.value : undefined;
}

const tooMany = (at: Position, count: number): Problem =>
  errorAt(at, 'read real_file', `at most ${serversMax} servers`, `${count}`);

function resolveList(list: ListNode, { virtual, director, environment }: RealFileOrigin): RealFileResult {
  const root: ConfigNode = {
    kind: 'map',
    at: list.at,
    entries: [{ key: 'real', keyAt: list.at, value: list }],
  };
  const { draft, problems: read, sites } = readTree(fileSchema, root, { director, environment });
  const resolution: Resolution = { environment, dialect: 'yaml', sites, problems: [...read] };
  const servers = (draft?.real ?? []).flatMap((real, index) => {
    if (real === undefined) return [];
    const site: Site = (...path) => sites('real', index, ...path);
    const pattern = explainPattern(real.receive ?? '');
    if (pattern !== undefined) {
      resolution.problems.push(errorAt(site('receive'), 'compile receive', pattern, real.receive ?? ''));
    }
    return resolveReal(real, virtual, site, resolution);
  });
  if (servers.length > serversMax) resolution.problems.push(tooMany(list.at, servers.length));
  const warn: Warn = (key, ...words) =>
    void resolution.problems.push(warningAt(sites(...[key].flat()), ...words));
  judgeChecksOfFile(virtual, draft ?? {}, warn, resolution);
  for (const server of servers) judgeServer(virtual, server, resolution.problems);
  const problems = sortProblems(resolution.problems);
  const isGood = problems.every(({ severity }) => severity === 'warning');
  return isGood ? { servers: splitServers(servers), problems } : { problems };
}
