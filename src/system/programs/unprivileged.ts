// What a process gives up that talks with strangers: to be root, and to outlive its parent. Source: setuid(2),
// PR_SET_PDEATHSIG(2const), proc_pid_oom_score_adj(5).
import { writeFileSync } from 'node:fs';
import { dieWithParent, loadBinding } from '../libc.ts';
import { userOf } from './script-user.ts';

/** Before whoever holds addresses and the table; after what reads a config. */
const oomScore = 500;

/** @returns the name of the user that it is from now on; undefined: still who it was, as it may not change. */
export function becomeUnprivileged(): string | undefined {
  try {
    writeFileSync('/proc/self/oom_score_adj', `${oomScore}`);
  } catch {
    // Nothing depends on it.
  }
  // What nobody may read is read before.
  loadBinding();
  const name = changeUser();
  dieWithParent();
  return name;
}

function changeUser(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const user = userOf({}, 'root');
    if (user === undefined || user === 'unknown') return undefined;
    process.setgroups?.([user.gid]);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
    return user.name;
  } catch {
    return undefined;
  }
}
