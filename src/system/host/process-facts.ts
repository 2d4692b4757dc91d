// How many descriptors a process has open, and how many it may have (proc(5)).
import { readdirSync, readFileSync } from 'node:fs';

/** @returns undefined where it is gone, or may not be looked at. */
export function processFacts(
  pid: number,
): { readonly pid: number; readonly open: number; readonly most: number } | undefined {
  try {
    const [, most = ''] =
      /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1')) ?? [];
    const open = readdirSync(`/proc/${pid}/fd`).length;
    return { pid, open, most: most === 'unlimited' ? Number.POSITIVE_INFINITY : Number(most) };
  } catch {
    return undefined;
  }
}
