// The packages that a director runs: those that our sources import by name, and what these need in turn, by the lock file.
// In package.json most stand among the tools, as the build has them in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const importFrom =
  /(?:\bfrom|\bimport|\bimport\(|\brequire\(|\.resolve\()\s*'((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:\/[^']*)?'/g;

/** @returns names, each once, in order */
export function importedPackages(folder = 'src') {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'));
  const names = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(importFrom)].map(([, module]) => module),
  );
  return [...new Set(names)].filter((name) => !name.startsWith('node:')).sort();
}

/** @param packages of package-lock.json. @returns folders of node_modules, each once, in order */
export function runtimeFolders(packages, roots = importedPackages()) {
  const found = new Set();
  const waiting = roots.map((name) => ['', name]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = folderOf(packages, ...next);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = packages[folder];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      waiting.push([folder, name]);
  }
  return [...found].sort();
}

/** As Node looks: beside the one that asks, and outwards from there. Optional ones for other platforms are in the lock too. */
function folderOf(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[folder] !== undefined) return folder;
    if (at === '') return undefined;
  }
}
