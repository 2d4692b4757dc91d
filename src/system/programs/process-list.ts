// The processes of this host with their arguments, from /proc (proc(5)). Read in portions, so that thousands of
// processes do not hold up the loop; kernel threads and zombies have no arguments and are left out.
import { readdir, readFile } from 'node:fs/promises';
import type { ListProcesses } from '../../ports/tracked.ts';

const portion = 64;

export const listProcesses: ListProcesses = async () => {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name));
  const found: (readonly string[])[] = [];
  for (let at = 0; at < pids.length; at += portion) {
    const read = await Promise.all(pids.slice(at, at + portion).map(argumentsOf));
    found.push(...read.filter((words) => words.length > 0));
  }
  return found;
};

/** Nothing of one that has ended meanwhile. */
async function argumentsOf(pid: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}
