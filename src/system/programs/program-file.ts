// A program of the administrator's as it stands on this disk: there, to be run by its user, and, where it runs as root,
// to be written by root alone, with every folder on the way to it. Goes by owners and modes; access lists are not read.
import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { userOf } from './script-user.ts';
import type { User } from './users.ts';

export type ProgramUse = { readonly user?: string; readonly isAction?: true; readonly isRead?: true };
export type BrokenRule = { readonly rule: string; readonly got: string };

const root: User = { name: 'root', uid: 0, gid: 0, home: '/root' };
const bits = { read: 4, write: 2, execute: 1 } as const;
const sticky = 0o1000;

/** Undefined where nothing is wrong, or where this process may not look. */
export function judgeProgram(file: string, use: ProgramUse): BrokenRule | undefined {
  try {
    const user = userOf(use, 'root'); // whoever asks, the daemon may act as root
    if (user === 'unknown') return { rule: 'a user that there is', got: use.user ?? '' };
    const runner = user ?? root;
    const path = realpathSync(file);
    const program = statSync(path);
    if (!program.isFile()) return { rule: 'a program', got: 'no file' };
    return judgeAccess(path, program, runner, use) ?? (runner.uid === 0 ? judgeOwners(path) : undefined);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { rule: 'a program that is there', got: 'none' }
      : undefined;
  }
}

function judgeAccess(
  path: string,
  program: Stats,
  user: User,
  { isRead }: ProgramUse,
): BrokenRule | undefined {
  const wanted = isRead === true ? 'read' : 'execute';
  if (!may(user, program, bits[wanted])) {
    return { rule: `a program that ${user.name} may ${wanted}`, got: `mode ${modeOf(program)}` };
  }
  const closed = foldersTo(path).find((folder) => !may(user, statSync(folder), bits.execute));
  return closed === undefined
    ? undefined
    : {
        rule: `a program that ${user.name} may reach`,
        got: `${closed} with mode ${modeOf(statSync(closed))}`,
      };
}

function judgeOwners(path: string): BrokenRule | undefined {
  const open = [path, ...foldersTo(path)].find((each) => isOpen(statSync(each)));
  if (open === undefined) return undefined;
  const stats = statSync(open);
  const got = `${open} of user ${stats.uid} with mode ${modeOf(stats)}`;
  return { rule: 'one that only root can write, as it runs as root', got };
}

/** In a folder like /tmp others cannot put something in the place of what is root's. */
const isOpen = (stats: Stats): boolean => {
  const kept = stats.isDirectory() && (stats.mode & sticky) !== 0;
  const byGroup = stats.gid !== 0 && (stats.mode & 0o020) !== 0;
  return stats.uid !== 0 || (!kept && (byGroup || (stats.mode & 0o002) !== 0));
};

function may(user: User, { uid, gid, mode }: Stats, bit: number): boolean {
  // Root reads everything, and runs what anybody may run (capabilities(7), CAP_DAC_OVERRIDE).
  if (user.uid === 0) return bit !== bits.execute || (mode & 0o111) !== 0;
  const shift = user.uid === uid ? 6 : user.gid === gid ? 3 : 0;
  return ((mode >> shift) & bit) !== 0;
}

function foldersTo(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersTo(folder)];
}

const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8).padStart(4, '0');
