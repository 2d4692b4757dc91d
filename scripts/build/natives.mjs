// The packages with native code: they stand beside the bundle as they are, but only the files that a program loads on
// this platform. Each brings its binaries with it, so nothing is compiled and nothing fetched.
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const platform = `linux-${process.arch}`;

/** Files of each, and what of it runs here. */
const files = {
  koffi: ['package.json', 'LICENSE.txt', 'index.cjs', 'src/koffi/index.cjs', 'src/koffi/src/static.cjs'],
  [`@koromix/koffi-${platform}`]: ['package.json', 'index.js', ...binariesOf(process.arch)],
  netlink: ['package.json', 'LICENSE', 'dist/raw.js', `prebuilds/${platform}`],
  'node-gyp-build': ['package.json', 'LICENSE', 'index.js', 'node-gyp-build.js'],
};

/** What our sources load by name. */
export const nativePackages = ['koffi', 'netlink'];

function binariesOf(arch) {
  return [`linux_${arch}`, `musl_${arch}`];
}

/** Into `node_modules` of the folder. @returns the folders they come from */
export function copyNatives(folder) {
  return Object.entries(files).map(([name, wanted]) => {
    const from = join('node_modules', name);
    if (!existsSync(from)) throw new Error(`Cannot build: expected ${from} (npm ci), got nothing`);
    for (const file of wanted) {
      cpSync(join(from, file), join(folder, 'node_modules', name, file), { recursive: true });
    }
    return from;
  });
}
