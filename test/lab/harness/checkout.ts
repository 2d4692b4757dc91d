// Where the checkout is that these tests belong to: the nearest folder above that has a package.json. Found, not
// counted, because the demo runs the harness compiled, from another depth.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkoutRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder)
    throw new Error('Cannot find the checkout: no package.json above the harness');
  return findRoot(dirname(folder));
}
