// A YAML file to a Config: text to tree (yaml.ts), tree to typed values (read-document.ts), values to Config
// (resolve.ts). Here stands only what comes before the values can be read: which director this is.
import type { ConfigEnvironment, ConfigResult } from './config.ts';
import type { ConfigNode } from './document.ts';
import { sortProblems } from './problem.ts';
import { readDocument } from './read-document.ts';
import { resolveConfig } from './resolve.ts';
import { parseYaml } from './yaml.ts';

/** @param text without a byte order mark. */
export function parseYamlConfig(text: string, file: string, environment: ConfigEnvironment): ConfigResult {
  const { root, problems } = parseYaml(text, file);
  if (root === undefined && problems.length > 0) return { problems };
  const tree: ConfigNode = root ?? { kind: 'map', entries: [], at: { file, line: 1, column: 1 } };
  const director = environment.director ?? directorOf(tree, environment.hostname);
  const document = readDocument(tree, director);
  const { draft, ...rest } = document;
  const all = [...problems, ...document.problems];
  const complete = {
    ...rest,
    problems: all,
    ...(draft === undefined || problems.length > 0 ? {} : { draft }),
  };
  if (complete.draft === undefined) return { problems: sortProblems(all) };
  return resolveConfig(complete, { file, dialect: 'yaml', director, environment });
}

/** `director.name`, which may be a map from host name to name; else the host name. */
export function directorOf(root: ConfigNode, hostname: string): string {
  const name = child(child(root, 'director'), 'name');
  const own = name?.kind === 'map' ? child(name, hostname) : name;
  return own?.kind === 'scalar' && own.text !== '' ? own.text : hostname;
}

const child = (node: ConfigNode | undefined, key: string): ConfigNode | undefined =>
  node?.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined;
