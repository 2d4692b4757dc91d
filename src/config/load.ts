// A config file's text to a Config, by the grammar that its name tells: ldirectord's for *.cf, YAML else.
// From the tree on (read-tree.ts, resolve.ts) there is one way for both.

import type { ConfigResult } from '../model/config/config.ts';
import type { ConfigEnvironment } from '../model/config/environment.ts';
import type { Problem } from '../model/config/problem.ts';
import { findRawByte } from '../net/raw-bytes.ts';
import { askOnce } from './ask-once.ts';
import { createEntryMemory, type EntryMemory } from './entry-memory.ts';
import { readExecuted } from './executed.ts';
import { parseLdirectord } from './ldirectord/read.ts';
import { boundProblems, errorAt, warningAt } from './problem.ts';
import { readByEntries, type Whole } from './read-by-entries.ts';
import { readDocument } from './read-document.ts';
import type { Dialect } from './resolution.ts';
import { resolveConfig } from './resolve-document.ts';
import { documentKeys } from './secret-keys.ts';
import type { ConfigNode } from './tree/node.ts';
import { parseYaml } from './tree/yaml.ts';

const byteOrderMark = '\uFEFF';

/** Of all that ldirectord finds by itself the name may be any. */
export const dialectOf = (file: string): Dialect =>
  file.endsWith('.cf') || /^\/etc\/ha\.d\/.*(?<!\.ya?ml|\.json)$/s.test(file) ? 'ldirectord' : 'yaml';

/**
 * Pure but for `environment` and `memory`; never throws for any text. @param file its name, for the grammar and for
 * messages. @param memory of the last reading of the same file: makes the next one quick, and changes nothing else.
 */
export function parseConfig(
  text: string,
  file: string,
  environment: ConfigEnvironment,
  memory: EntryMemory = createEntryMemory(),
): ConfigResult {
  return parse(
    text,
    file,
    environment,
    (content, origin, marked) =>
      (origin.dialect === 'yaml' ? readByEntries(content, origin, memory) : undefined) ??
      readWhole(content, origin, marked),
  );
}

/**
 * The same in little time, however large the file is, where all but little of it is remembered.
 * @param newMax how many characters may be others. @returns undefined where the file has to be read by parseConfig.
 */
export const parseChanged = (
  text: string,
  file: string,
  environment: ConfigEnvironment,
  { memory, newMax }: { readonly memory: EntryMemory; readonly newMax: number },
): ConfigResult | undefined =>
  dialectOf(file) === 'yaml'
    ? parse(text, file, environment, (content, origin) => readByEntries(content, origin, memory, newMax))
    : undefined;

function parse<Read extends ConfigResult | undefined>(
  text: string,
  file: string,
  environment: ConfigEnvironment,
  read: (content: string, origin: Whole, marked: boolean) => Read,
): ConfigResult | Exclude<Read, ConfigResult> {
  const dialect = dialectOf(file);
  const marked = text.startsWith(byteOrderMark);
  const content = marked ? text.slice(1) : text;
  const variables = new Set<string>();
  const origin: Whole = {
    ...{ file, dialect, environment: askOnce(notingVariables(environment, variables)) },
    directorOf: (root) => environment.director ?? directorIn(root, environment.hostname),
  };
  const raw = dialect === 'yaml' ? rawByteIn(content, file) : undefined;
  if (raw !== undefined) return { problems: [raw] };
  const result = read(content, origin, marked);
  if (result === undefined) return undefined as Exclude<Read, ConfigResult>;
  const { problems, config } = result;
  const known = variables.size === 0 ? config : config && { ...config, secretVariables: [...variables] };
  return { ...(known !== undefined && { config: known }), problems: boundProblems(problems) };
}

/** The same, and which variables a secret was asked of. */
function notingVariables(environment: ConfigEnvironment, variables: Set<string>): ConfigEnvironment {
  const { readSecret } = environment;
  if (readSecret === undefined) return environment;
  return {
    ...environment,
    readSecret: (source) => {
      if (source.kind === 'env') variables.add(source.name);
      return readSecret(source);
    },
  };
}

function readWhole(
  text: string,
  { file, dialect, environment, directorOf }: Whole,
  marked: boolean,
): ConfigResult {
  const parsed =
    dialect === 'yaml' ? parseYaml(text, file, { keys: documentKeys }) : parseLdirectord(text, file);
  const problems = [...(marked ? markProblems(file, dialect) : []), ...parsed.problems];
  if (parsed.root === undefined && parsed.problems.length > 0) return { problems };
  const root: ConfigNode = parsed.root ?? { kind: 'map', entries: [], at: { file, line: 1, column: 1 } };
  const director = directorOf(root);
  const document = readDocument(root, { director, environment });
  const complete = { ...document, problems: [...problems, ...document.problems] };
  const origin = { file, dialect, director, environment };
  const executed = readExecuted(document, origin);
  return resolveConfig(complete, origin, { ...(executed && { executed }) });
}

/** YAML is UTF-8 (YAML 1.2.2 §5.2); what else it may be written in is not taken. */
function rawByteIn(text: string, file: string): Problem | undefined {
  const found = findRawByte(text);
  if (found === undefined) return undefined;
  const lines = text.slice(0, found.offset).split('\n');
  const at = { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
  return errorAt(at, 'read YAML', 'UTF-8', `the byte ${found.byte}`);
}

/** YAML allows the mark; stock ldirectord refuses the first line for it. */
function markProblems(file: string, dialect: Dialect): readonly Problem[] {
  if (dialect === 'yaml') return [];
  const at = { file, line: 1, column: 1 };
  return [warningAt(at, 'share this file with ldirectord', 'no byte order mark', 'one')];
}

/** `director.name`, which may be a map from host name to name; else the host name. */
function directorIn(root: ConfigNode, hostname: string): string {
  const name = child(child(root, 'director'), 'name');
  const own = name?.kind === 'map' ? child(name, hostname) : name;
  return own?.kind === 'scalar' && own.text !== '' ? own.text : hostname;
}

const child = (node: ConfigNode | undefined, key: string): ConfigNode | undefined =>
  node?.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined;
