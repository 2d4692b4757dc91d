// What `execute` names: ldirectord starts another daemon for that file; here its services are served by this one. Each file
// is resolved by itself, so that what it says at its top holds for its services and for no others, and what it does not say
// is the default and not what another file says. What only a daemon as a whole can have is told, or refused (judgeOfDaemon).
import type { Config, ConfigResult, ExecutedConfig } from '../model/config/config.ts';
import type { ExecutedFile } from '../model/config/environment.ts';
import type { Position, Problem } from '../model/config/problem.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import type { DocumentDraft } from './document.ts';
import { executeShape } from './execute.ts';
import { ineffectiveTopShape } from './ineffective.ts';
import { endOf } from './judge-loss.ts';
import { parseLdirectord } from './ldirectord/read.ts';
import { errorAt, sortProblems, warningAt } from './problem.ts';
import { type DocumentResult, readDocument } from './read-document.ts';
import { fingerprintOf } from './reading-of-text.ts';
import { type Executed, type Origin, resolveConfig } from './resolve-document.ts';
import { globalShape } from './service/keys.ts';

type Reading = {
  readonly origin: Origin;
  /** Of the file that runs. */
  readonly main: DocumentDraft;
  /** Those under way, from the one that runs to the one that names the next. */
  readonly chain: readonly string[];
  readonly files: Map<string, ExecutedConfig>;
  readonly virtuals: VirtualConfig[];
  readonly problems: Problem[];
};

type Found = Extract<ExecutedFile, { readonly file: string }>;

const act = 'serve what execute names';
/** Each one more has all read once more, as its names are known only then. */
const filesMax = 100;

/** @returns undefined where nothing is named, or nothing can be read here. */
export function readExecuted({ draft, sites }: DocumentResult, origin: Origin): Executed | undefined {
  if ((draft.execute ?? []).length === 0 || origin.environment.readExecuted === undefined) return undefined;
  const found = { files: new Map(), virtuals: [], problems: [] };
  const reading: Reading = { origin, main: draft, chain: [origin.file], ...found };
  readNamed({ draft, sites }, reading);
  return { ...found, files: [...reading.files.values()] };
}

type Naming = Pick<DocumentResult, 'draft' | 'sites'>;

function readNamed({ draft, sites }: Naming, reading: Reading): void {
  const { chain, files, problems, origin } = reading;
  for (const [index, name] of (draft.execute ?? []).entries()) {
    const at = sites('execute', index);
    const read: ExecutedFile = origin.environment.readExecuted?.(plainName(name), chain.at(-1) ?? '') ?? {
      ...{ rule: 'a file', got: name },
    };
    if ('rule' in read) problems.push(errorAt(at, act, read.rule, read.got));
    else if (chain.includes(read.file))
      problems.push(errorAt(at, act, 'a file that does not execute this one again', read.file));
    else if (files.has(read.file)) continue;
    else if (files.size === filesMax) problems.push(errorAt(at, act, `at most ${filesMax} files`, read.file));
    else readFile(read, reading);
  }
}

/** The shell takes the quotes off in stock. */
const plainName = (name: string): string => /^(["'])(.*)\1$/.exec(name.trim())?.[2] ?? name.trim();

function readFile({ file, text }: Found, reading: Reading): void {
  const { origin, files, virtuals, problems, chain } = reading;
  files.set(file, { file, fingerprint: fingerprintOf(text), end: endOf(text) });
  const { root, problems: broken } = parseLdirectord(text, file);
  const document = readDocument(root, origin);
  const own = { ...origin, file, dialect: 'ldirectord' } as const;
  const { config, problems: found }: ConfigResult = resolveConfig(
    { ...document, problems: [...broken, ...document.problems] },
    own,
  );
  problems.push(...sortProblems([...found, ...judgeOfDaemon(document, reading)]));
  if (config !== undefined) virtuals.push(...config.virtuals.map((each) => withOwn(each, config)));
  readNamed(document, { ...reading, chain: [...chain, file] });
}

/** What the file says of all its services, where a daemon would ask the file that runs. */
function withOwn(virtual: VirtualConfig, { mail, maintenancedir: directory }: Config): VirtualConfig {
  const maintenancedir = directory ?? false;
  if (mail === undefined) return { ...virtual, maintenancedir, mail: { to: [] } };
  const { to, from, smtp, repeatMs, states } = mail;
  const shared = { to, repeatMs, states, ...(from && { from }), ...(smtp && { smtp: serverOf(smtp) }) };
  return { ...virtual, maintenancedir, mail: { ...shared, ...virtual.mail } };
}

const serverOf = ({ host, port }: { readonly host: string; readonly port: number }) => ({ host, port });

/** Keys of the top level that count for the services of the file, or are told of wherever they stand. */
const counted: ReadonlySet<string> = new Set([
  ...Object.keys({ ...globalShape, ...executeShape, ...ineffectiveTopShape }),
  ...['virtual', 'maintenancedir', 'emailalertfrom'],
]);

/** One daemon has one of these: what does not float, or is not tracked, is an error, what is as in the file that runs is nothing. */
function judgeOfDaemon({ draft, sites }: Naming, { main, chain }: Reading): readonly Problem[] {
  const [runs = ''] = chain;
  return (Object.keys(draft) as (keyof DocumentDraft)[]).flatMap((key): readonly Problem[] => {
    const value = draft[key];
    if (counted.has(key) || value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    if (JSON.stringify(value) === JSON.stringify(main[key])) return [];
    const at: Position = sites(key);
    if (Array.isArray(value))
      return [errorAt(at, `use ${key}`, `it in ${runs}, which executes this file`, key)];
    return [warningAt(at, `honour ${key}`, `it in ${runs}, as one daemon serves both files`, textOf(value))];
  });
}

const textOf = (value: unknown): string =>
  typeof value === 'boolean'
    ? value
      ? 'yes'
      : 'no'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
