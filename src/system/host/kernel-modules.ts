// Which modules the running kernel has: loaded, built in, or there to be loaded. Source: proc(5), depmod(8),
// modules.dep(5). A kernel whose folder of modules is not here (in a container) may have more: of it nothing is said.
import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** Their names, spelled with underscores; undefined where that cannot be told. @param root of the file system */
export function readKernelModules(root = ''): ReadonlySet<string> | undefined {
  const folder = `${root}/lib/modules/${release()}`;
  const loadable = read(`${folder}/modules.dep`);
  if (loadable === undefined) return undefined;
  const builtIn = lines(read(`${folder}/modules.builtin`)).map(nameOf);
  const loaded = lines(read(`${root}/proc/modules`)).map((line) => line.split(' ')[0] ?? '');
  // Once this is 1, it stays so until the machine starts anew (sysctl kernel.modules_disabled).
  const closed = read(`${root}/proc/sys/kernel/modules_disabled`)?.trim() === '1';
  const more = closed ? [] : lines(loadable).map((line) => nameOf(line.split(':')[0] ?? ''));
  return new Set([...builtIn, ...loaded, ...more]);
}

/** Loaded, or built in and with settings of their own; undefined where that cannot be told. */
export function loadedKernelModules(): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync('/sys/module'));
  } catch {
    return undefined;
  }
}

/** "kernel/net/netfilter/ipvs/ip_vs_rr.ko.xz" is ip_vs_rr. */
const nameOf = (path: string): string =>
  path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');

const lines = (text: string | undefined): readonly string[] =>
  (text ?? '').split('\n').filter((line) => line !== '');

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
