// Users by name, as the host itself knows them: /etc/passwd first, then whatever else nsswitch.conf names (getent).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** With the group that they log in with, and no other one. */
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

/** Undefined: no such user. @throws ErrnoException where that could not be found out: no descriptor, no process, no answer. */
export function findUser(name: string): User | undefined {
  const before = known.get(name);
  if (before !== undefined || !/^[\w.][\w.@-]*\$?$/.test(name)) return before;
  if ((missingUntil.get(name) ?? 0) > performance.now()) return undefined;
  const user = userIn(localUsers(), name) ?? userIn(getent(name), name);
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

function localUsers(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch (error) {
    return unlessThere(error);
  }
}

function getent(name: string): string {
  const { status, stdout, error } = spawnSync('getent', ['passwd', name], {
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
