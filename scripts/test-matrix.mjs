// The tests with each Node that the daemon may run on: the oldest that package.json lets in, and the newest of each line
// (package/runtime.mjs). What the suite says goes on as it comes; at the end a line for each. Status 1 if any failed.
//   test-matrix.mjs [--node 22.23.5] [LAYER...]    without a layer: everything that `make test` does, for each
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeReleases, nodeRuntime } from './package/runtime.mjs';
import { duration } from './times.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const { values, positionals } = parseArgs({
  options: { node: { type: 'string', multiple: true } },
  allowPositionals: true,
});
const known = nodeReleases();
const wanted = values.node ?? known.map(({ version }) => version);
const unknown = wanted.filter((each) => !known.some(({ version }) => version === each));
if (unknown.length > 0) {
  console.error(
    `Cannot test: expected --node ${known.map(({ version }) => version).join(' or ')}, got ${unknown.join(', ')}`,
  );
  process.exit(2);
}

/** @returns the status, and what was said last: "total: N passed, N failed, N skipped". */
async function suite(binary, layer) {
  const child = spawn(binary, ['scripts/test.mjs', ...layer], {
    env: { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    last = `${last}${text}`.slice(-1000);
  });
  const [status] = await once(child, 'close');
  return { status, total: last.trimEnd().split('\n').at(-1) };
}

const layers = positionals.length > 0 ? positionals.map((each) => [each]) : [[]];
const lines = [];
for (const release of known.filter(({ version }) => wanted.includes(version))) {
  const binary = resolve(nodeRuntime(release).binary);
  for (const layer of layers) {
    const begun = Date.now();
    const { status, total } = await suite(binary, layer);
    if (status !== 0) process.exitCode = 1;
    lines.push(['Node', release.version, ...layer, `${total} (${duration(Date.now() - begun)})`].join(' '));
  }
}
console.log(lines.join('\n'));
