// The processes of what is measured.
import { readFileSync } from 'node:fs';

/** A process and all that it started, parents first (proc(5): /proc/PID/task/TID/children). */
export function withChildren(pid: number): readonly number[] {
  let listed = '';
  try {
    listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    // It has ended.
  }
  const children = listed.split(' ').filter((word) => word.trim() !== '');
  return [pid, ...children.flatMap((child) => withChildren(Number(child)))];
}
