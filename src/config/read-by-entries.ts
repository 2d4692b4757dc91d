// A YAML config read entry by entry: each from its own text to its services before the next, so that what a reading
// makes on the way (nodes, places, drafts) is gone again soon, and entries that were read before are not read at all.
// It comes to the same as reading the document as a whole, warnings included; where it cannot be sure of that, or
// anything is wrong, it says nothing and leaves it to the whole.
import type { ConfigResult } from '../model/config/config.ts';
import type { ConfigEnvironment } from '../model/config/environment.ts';
import type { Problem } from '../model/config/problem.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import type { EntryMemory } from './entry-memory.ts';
import { readExecuted } from './executed.ts';
import { type DocumentResult, readDocument } from './read-document.ts';
import type { Resolution } from './resolution.ts';
import { type Origin, resolveConfig } from './resolve-document.ts';
import { documentKeys } from './secret-keys.ts';
import { resolveEntry } from './service/entry.ts';
import { virtualSchema } from './service/keys.ts';
import type { ConfigNode } from './tree/node.ts';
import { readTree, type Sites } from './tree/read-tree.ts';
import { type EntryText, type SplitText, splitEntries } from './tree/split-entries.ts';
import { parseYaml } from './tree/yaml.ts';

export type Whole = Omit<Origin, 'director'> & {
  /** By the document. */
  readonly directorOf: (root: ConfigNode) => string;
};

/**
 * @param newMax so many characters may be read that the memory does not know.
 * @returns undefined where the document has to be read as a whole; a config, else, with warnings at most.
 */
export function readByEntries(
  text: string,
  { directorOf, ...rest }: Whole,
  memory: EntryMemory,
  newMax = Number.POSITIVE_INFINITY,
): ConfigResult | undefined {
  const split = splitEntries(text);
  if (split === undefined || split.head.trimEnd().length > newMax) return undefined;
  const { root, problems } = parseYaml(split.head, rest.file, { keys: documentKeys });
  if (root === undefined || problems.length > 0 || !isBeside(root, split)) return undefined;
  const origin = { ...rest, director: directorOf(root) };
  const document = readDocument(root, origin);
  const read = readEntries(split, document, origin, { memory, newMax });
  if (read === undefined) return undefined;
  const complete = { ...document, problems: [...document.problems, ...read.problems] };
  const executed = readExecuted(document, origin);
  const result = resolveConfig(complete, origin, { virtuals: read.virtuals, ...(executed && { executed }) });
  if (result.config === undefined) return undefined;
  read.end();
  return result;
}

/** Whether the document is a block of keys at the margin, and `virtual` the very one that was cut empty. */
function isBeside(root: ConfigNode, { line }: SplitText): boolean {
  if (root.kind !== 'map') return false;
  const [first] = root.entries;
  // In braces, or under a tag or an anchor, the map begins before its first key does.
  if (first?.keyAt.line !== root.at.line || first.keyAt.column !== root.at.column) return false;
  const virtual = root.entries.find(({ key }) => key === 'virtual');
  return virtual?.keyAt.line === line && virtual.value.kind === 'scalar' && virtual.value.text === '';
}

function readEntries(
  split: SplitText,
  document: DocumentResult,
  origin: Origin,
  { memory, newMax }: { readonly memory: EntryMemory; readonly newMax: number },
) {
  const { file, director, environment } = origin;
  const reading = memory.begin(JSON.stringify([file, director, environment.hostname, split.head]));
  const virtuals: VirtualConfig[] = [];
  const problems: Problem[] = [];
  const known = split.entries.map((entry) => reading.recall(entry));
  // Counted before any is read: who takes it from here begins at the beginning.
  const news = split.entries.reduce(
    (sum, { text }, i) => sum + (known[i] === undefined ? text.length : 0),
    0,
  );
  if (news > newMax) return undefined;
  for (const [index, entry] of split.entries.entries()) {
    let services = known[index];
    if (services === undefined) {
      const read = readEntry(entry, index, document, origin);
      if (read === undefined) return undefined;
      services = read.virtuals;
      problems.push(...read.problems);
      if (read.isLasting) reading.keep(entry, services);
    }
    virtuals.push(...services);
  }
  return { virtuals, problems, end: reading.end };
}

type EntryResult = {
  readonly virtuals: readonly VirtualConfig[];
  readonly problems: readonly Problem[];
  /** Whether the text alone decided. */
  readonly isLasting: boolean;
};

function readEntry(
  entry: EntryText,
  index: number,
  document: DocumentResult,
  { file, dialect, director, environment }: Origin,
): EntryResult | undefined {
  const { root, problems: broken } = parseYaml(entry.text, file, {
    keys: documentKeys,
    firstLine: entry.line,
  });
  const [item, ...others] = root?.kind === 'list' ? root.items : [];
  if (item === undefined || others.length > 0 || broken.length > 0) return undefined;
  let isLasting = true;
  const watched = watchedEnvironment(environment, () => {
    isLasting = false;
  });
  const reader = { director, environment: watched };
  const { draft, problems: read, sites: own } = readTree(entrySchema, item, reader, ['virtual', index]);
  const sites: Sites = (...path) => (path[0] === 'virtual' ? own(...path.slice(2)) : document.sites(...path));
  const resolution: Resolution = { environment: watched, dialect, sites, problems: [...read] };
  const virtuals = draft === undefined ? [] : resolveEntry(draft, index, document.draft, resolution);
  const { problems } = resolution;
  return { virtuals, problems, isLasting: isLasting && problems.length === 0 };
}

/** As in the whole document: an entry may be left empty. */
const entrySchema = virtualSchema.optional();

/** The same, and `onAsked` is told of each question: the answer may be another one at the next reading. */
function watchedEnvironment(environment: ConfigEnvironment, onAsked: () => void): ConfigEnvironment {
  const { resolveHost, resolveService, judgeProgram, judgeTls, readSysctl, readSecret } = environment;
  const watched =
    <Question extends readonly unknown[], Answer>(ask: (...question: Question) => Answer) =>
    (...question: Question): Answer => {
      onAsked();
      return ask(...question);
    };
  return {
    ...environment,
    resolveHost: watched(resolveHost),
    resolveService: watched(resolveService),
    ...(readSysctl !== undefined && { readSysctl: watched(readSysctl) }),
    ...(judgeProgram !== undefined && { judgeProgram: watched(judgeProgram) }),
    ...(judgeTls !== undefined && { judgeTls: watched(judgeTls) }),
    ...(readSecret !== undefined && { readSecret: watched(readSecret) }),
  };
}
