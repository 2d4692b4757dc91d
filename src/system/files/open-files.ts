// How many files this process may have open (RLIMIT_NOFILE, getrlimit(2)). Node raises the soft limit to the hard one
// when it starts, so this is what the unit or the administrator allows.
import { readFileSync } from 'node:fs';

/** What is assumed where /proc does not tell: the customary soft limit. */
const customary = 1024;

export function openFilesMax(limits = '/proc/self/limits'): number {
  try {
    const [, soft = ''] = /^Max open files +(\w+)/m.exec(readFileSync(limits, 'latin1')) ?? [];
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft) || customary;
  } catch {
    return customary;
  }
}
