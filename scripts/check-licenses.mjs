// `make lint`: every package that a director runs is under a licence of the list, by its own manifest where it is installed and
// by the lock file where it is for another platform. Status 1 and a line a package where one is not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAllowed, licenseIn } from './build/notices.mjs';
import { runtimeFolders } from './build/runtime-packages.mjs';

const jsonOf = (path) => JSON.parse(readFileSync(path, 'utf8'));
const { packages } = jsonOf('package-lock.json');

const folders = runtimeFolders(packages);
const refused = folders.flatMap((folder) => {
  const manifest = join(folder, 'package.json');
  const name = folder.replace(/^.*node_modules\//, '');
  const license = licenseIn(existsSync(manifest) ? jsonOf(manifest) : { name, ...packages[folder] });
  return isAllowed(license) ? [] : [`${name}: ${license ?? 'none'}`];
});
for (const line of refused)
  console.error(`Cannot ship ${line.replace(': ', ': expected a licence of the list, got ')}`);
console.log(
  `${folders.length} packages of the runtime tree, ${refused.length} under a licence that is not allowed`,
);
process.exitCode = refused.length === 0 ? 0 : 1;
