// Users by name, as the host itself knows them: /etc/passwd first, then whatever else nsswitch.conf names (getent).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** With one group: the one that they log in with, or the one that is named behind a colon. */
export type User = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
};

/** A directory that does not answer must not hold up the checks for long. */
const timeoutMs = 2000;
/** One that is not there is not looked for again before. */
const missingMs = 60_000;
const known = new Map<string, User>();
const missingUntil = new Map<string, number>();

/** @param name USER or USER:GROUP. Undefined: no such user, or no such group. @throws ErrnoException where that could not be found out: no descriptor, no process, no answer. */
export function findUser(name: string): User | undefined {
  const before = known.get(name);
  if (before !== undefined || !/^[\w.][\w.@-]*\$?(?::[\w.][\w.@-]*\$?)?$/.test(name)) return before;
  if ((missingUntil.get(name) ?? 0) > performance.now()) return undefined;
  const [who = '', group] = name.split(':');
  const user = withGroup(userIn(contentOf('/etc/passwd'), who) ?? userIn(getent('passwd', who), who), group);
  if (user === undefined) missingUntil.set(name, performance.now() + missingMs);
  else known.set(name, user);
  return user;
}

function userIn(passwd: string, name: string): User | undefined {
  const line = passwd.split('\n').find((each) => each.startsWith(`${name}:`)) ?? '';
  const [, , uid = '', gid = '', , home = '/'] = line.split(':');
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home };
}

/** Undefined where the host has no such group. */
function withGroup(user: User | undefined, group: string | undefined): User | undefined {
  if (user === undefined || group === undefined) return user;
  const gid = groupIn(contentOf('/etc/group'), group) ?? groupIn(getent('group', group), group);
  return gid === undefined ? undefined : { ...user, gid };
}

function groupIn(groups: string, name: string): number | undefined {
  const line = groups.split('\n').find((each) => each.startsWith(`${name}:`)) ?? '';
  const [, , gid = ''] = line.split(':');
  return /^\d+$/.test(gid) ? Number(gid) : undefined;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return unlessThere(error);
  }
}

function getent(database: 'passwd' | 'group', name: string): string {
  const { status, stdout, error } = spawnSync('getent', [database, name], {
    encoding: 'utf8',
    timeout: timeoutMs,
  });
  if (error !== undefined) return unlessThere(error);
  return status === 0 ? stdout : '';
}

function unlessThere(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
  throw error;
}
