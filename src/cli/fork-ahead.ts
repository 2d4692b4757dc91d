// The VRRP process begins beside the main one and not after it: it loads its parts, and waits to be told what to do, while
// that loads its own and reads the file. Whether there is anything for it to do only the file knows, which is looked at
// for a first impression; the two that are wrong cost a process that ends again, or a start one after the other.
import { fileURLToPath } from 'node:url';
import { readRegularNow } from '../system/files/open-regular.ts';
import { inheritedDescriptors } from '../system/programs/inherited-descriptors.ts';
import { forkAhead } from '../system/programs/vrrp-child.ts';
import { defaultConfigFile } from './command-line.ts';

const bytesMax = 1024 * 1024;
const namesRouters = /^\s*["']?vrrp["']?\s*:/m;

/** @param argv what follows `run` */
export function forkVrrpAhead(argv: readonly string[]): void {
  const read = readRegularNow(fileOf(argv), { bytesMax, start: true });
  if (!read.ok || !namesRouters.test(read.value.content.toString('latin1'))) return;
  forkAhead(fileURLToPath(new URL('../main.js', import.meta.url)), 'vrrp-process', inheritedDescriptors());
}

/** As parseArgs will have it; what it refuses ends the process. */
function fileOf(argv: readonly string[]): string {
  const at = argv.findLastIndex((word) => /^(?:-c|--config)/.test(word));
  const [, inOne] = /^(?:-c|--config=)(.+)$/.exec(argv[at] ?? '') ?? [];
  return (at === -1 ? undefined : (inOne ?? argv[at + 1])) ?? defaultConfigFile;
}
