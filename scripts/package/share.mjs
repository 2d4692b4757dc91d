// What stands below share/ of an installation besides the pages: manuals, completion, the catalog of messages and the list of what
// is within (SBOM). All of it is made of the sources, at a build; scripts/install.sh copies it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { catalogOf } from './catalog.mjs';
import { bashCompletion, zshCompletion } from './completion.mjs';
import { manualOf } from './manual.mjs';
import { sbomOf } from './sbom.mjs';
import { epochOf } from './tree.mjs';

/** @param folders of the packages that are in the build */
export async function writeShare(folder, folders) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const table = await tableOfCommands();
  const files = [
    ...manualOf(table, { version, epoch: epochOf() }).map(([name, text]) => [`man/${name}`, text]),
    ['bash-completion/completions/lvs-director', bashCompletion(table.commands, table.verbs)],
    ['zsh/_lvs-director', zshCompletion(table.commands, table.verbs)],
    ['catalog/lvs-director.catalog', catalogOf()],
    ['sbom.cdx.json', sbomOf(folders)],
  ];
  for (const [name, text] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** The table as the program has it, without what a command loads when it runs. */
export async function tableOfCommands() {
  const contents = `
    export { commands } from './src/cli/commands.ts';
    export { formOf } from './src/cli/run-command-line.ts';
    export { verbs } from './src/cli/ldirectord/command-line.ts';`;
  const lazily = {
    name: 'lazily',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ kind, path }) =>
        kind === 'dynamic-import' ? { path, external: true } : undefined,
      ),
  };
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    plugins: [lazily],
    logLevel: 'warning',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
