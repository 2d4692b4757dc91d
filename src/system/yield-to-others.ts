// Says of this process that it is to go first where memory runs out (proc_pid_oom_score_adj(5)), and last where
// processors are short (nice(2)): one that serves goes on.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const first = 1000;
const nice = 5;

export function yieldToOthers(): void {
  try {
    setPriority(nice);
    writeFileSync('/proc/self/oom_score_adj', `${first}`);
  } catch {
    // Nothing depends on it.
  }
}
