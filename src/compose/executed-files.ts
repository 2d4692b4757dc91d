// The files that `execute` names, as they are read beside the config: looked for where ldirectord does, in the root folder,
// where a daemon of ldirectord's stands, and beside the file that names them. A daemon takes each when nobody writes it, as it
// does the config: those that are named are read, the config is resolved again with them, until nothing is missing.
import { dirname, isAbsolute, resolve } from 'node:path';
import type { ConfigResult } from '../model/config/config.ts';
import type { ConfigEnvironment, ExecutedFile } from '../model/config/environment.ts';
import { decodeText } from '../net/raw-bytes.ts';
import type { Result } from '../net/result.ts';
import { type FileRead, readRegularNow, type Unread } from '../system/files/open-regular.ts';
import { readSettled } from '../system/files/settled-file.ts';
import { configBytesMax } from './config-bytes.ts';
import { candidatesOf, isFile } from './ldirectord-file.ts';

type Read = Result<FileRead, Unread>;
type ReadExecuted = NonNullable<ConfigEnvironment['readExecuted']>;

/** What is read in place of what. */
export type Instead = {
  /** As from where its own names are seen: the config stands for it. */
  readonly main: string;
  /** The copy of a file, where there is one. */
  readonly copyOf: (file: string) => string;
};

const options = { bytesMax: configBytesMax };

export const readExecutedNow: ReadExecuted = (name, from) =>
  seek(name, from, (file) => readRegularNow(file, options));

/** @param parse resolves the config with what is read so far. */
export async function parseWithExecuted(
  parse: (readExecuted: ReadExecuted) => ConfigResult,
  { config, instead }: { readonly config: string; readonly instead?: Instead | undefined },
): Promise<ConfigResult> {
  const known = new Map<string, Read>();
  const fromOf = (from: string) => (from === config ? (instead?.main ?? from) : from);
  for (;;) {
    const missing = new Set<string>();
    const take = (file: string): Read => {
      if (!known.has(file)) missing.add(file);
      return known.get(file) ?? unread;
    };
    const result = parse((name, from) => seek(name, fromOf(from), take, instead?.copyOf));
    if (missing.size === 0) return result;
    for (const file of missing) known.set(file, await readSettled(instead?.copyOf(file) ?? file, options));
  }
}

const unread: Read = { ok: false, error: { rule: 'a file', got: 'none yet' } };

/** @returns it by its own name, whatever is read in its place. */
function seek(
  name: string,
  from: string,
  read: (file: string) => Read,
  copyOf: (file: string) => string = (file) => file,
): ExecutedFile {
  const [beside, below] = [resolve(dirname(from), name), resolve('/', name)];
  const candidates = isAbsolute(name) ? [name] : [...candidatesOf(name).slice(0, -1), below, beside];
  const file = candidates.find((each) => isFile(copyOf(each)));
  if (file === undefined)
    return {
      rule: `a file in ${[...new Set(candidates.map((each) => dirname(each)))].join(', ')}`,
      got: name,
    };
  const found = read(file);
  return found.ok ? { file, text: decodeText(found.value.content) } : found.error;
}
