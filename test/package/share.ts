// The scripts that make what stands below share/, with types, for the tests beside this file.
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { commands } from '../../src/cli/commands.ts';
import { verbs } from '../../src/cli/ldirectord/command-line.ts';
import { formOf } from '../../src/cli/run-command-line.ts';
import { root } from '../tidy/sources.ts';

type Commands = typeof commands;
type Manual = {
  readonly manualOf: (
    table: { readonly commands: Commands; readonly formOf: typeof formOf },
    about: { readonly version: string; readonly epoch: number },
  ) => readonly (readonly [name: string, text: string])[];
};
type Completion = Readonly<
  Record<'bashCompletion' | 'zshCompletion', (table: Commands, words: readonly string[]) => string>
>;

const script = (name: string) => import(join(root, 'scripts/package', name));
const { manualOf } = (await script('manual.mjs')) as Manual;
const { bashCompletion, zshCompletion } = (await script('completion.mjs')) as Completion;

export const manuals = () => manualOf({ commands, formOf }, { version: '1.2.3', epoch: 1_796_000_000 });
export const completions = {
  bash: () => bashCompletion(commands, verbs),
  zsh: () => zshCompletion(commands, verbs),
};

/** A folder with these files. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvs-director-share-'));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o755 });
  }
  return folder;
}

/** Whether it can be run here; who skips a test for want of it, has that said. */
export function isInstalled(program: string): boolean {
  const isHere = (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, program)));
  if (!isHere) console.warn(`skipped here: what needs ${program}, which is not installed`);
  return isHere;
}
