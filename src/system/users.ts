// Users by name, as the host itself knows them (getent passwd): uid, and the group they log in with.
import { spawnSync } from 'node:child_process';

export type User = { readonly uid: number; readonly gid: number };

const timeoutMs = 5000;
const known = new Map<string, User>();

/** Undefined: no such user. Asked for again until there is one. */
export function findUser(name: string): User | undefined {
  const before = known.get(name);
  if (before !== undefined || !/^[\w.][\w.@-]*\$?$/.test(name)) return before;
  const { status, stdout } = spawnSync('getent', ['passwd', name], { encoding: 'utf8', timeout: timeoutMs });
  const [, , uid = '', gid = ''] = status === 0 ? stdout.split(':') : [];
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return undefined;
  const user = { uid: Number(uid), gid: Number(gid) };
  known.set(name, user);
  return user;
}
