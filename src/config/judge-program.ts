// A program that the configuration names, looked at where it stands: whether it is there, whether its user may run it, and
// whether others than root can write what runs as root (keepalived's enable_script_security). A warning: it may come,
// or change, after the daemon has started.
import type { ProgramUse } from '../model/config/environment.ts';
import { warningAt } from './problem.ts';
import type { Resolution } from './resolution.ts';

/** What is done with a program that acts on a change, and with a file that another program reads. */
export const action = { isAction: true } as const;
export const read = { isRead: true } as const;

/** @param path of its key */
export function judgeProgram(
  file: string | undefined,
  use: ProgramUse,
  path: readonly (string | number)[],
  { environment, problems, sites }: Resolution,
): void {
  // What is looked for in PATH is not looked for here.
  if (file === undefined || !file.startsWith('/')) return;
  const broken = environment.judgeProgram?.(file, use);
  if (broken !== undefined) problems.push(warningAt(sites(...path), `run ${file}`, broken.rule, broken.got));
}
