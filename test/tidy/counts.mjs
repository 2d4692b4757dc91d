// Prints the house in numbers (counts.ts): compiles what the tidy tests judge by into .lab/tidy, and runs it.
//   node test/tidy/counts.mjs
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'test/tidy/tsconfig.json')], {
  stdio: 'inherit',
});
const { countHouse, formatCounts } = await import(join(root, '.lab/tidy/counts.js'));
process.stdout.write(formatCounts(countHouse()));
