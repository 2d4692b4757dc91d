// As whom a program of the administrator's runs: a named user, else one without privileges for what finds something
// out, else this process's own; and the environment that it sees then.
import type { ScriptRequest } from '../../ports/tracked.ts';
import { findUser, type User } from './users.ts';

/** The first that exists; keepalived's own comes first. */
const unprivileged = ['keepalived_script', 'nobody'] as const;
/** The kernel's own number for nobody (fs.overflowuid), where the host has no name for it. */
const nobody: User = { name: 'nobody', uid: 65534, gid: 65534, home: '/' };

/** Of this daemon alone: its service manager, its file descriptors, its runtime. */
const ours = /^(?:NOTIFY_SOCKET|WATCHDOG_|LISTEN_|JOURNAL_STREAM$|INVOCATION_ID$|NODE_)/;

/** Undefined: as this process itself. 'unknown': no such user. @throws as findUser. */
export function userOf(
  { user, isAction }: Pick<ScriptRequest, 'user' | 'isAction'>,
  isRoot: boolean = process.getuid?.() === 0,
): User | undefined | 'unknown' {
  if (user !== undefined) return findUser(user) ?? 'unknown';
  if (isAction === true || !isRoot) return undefined;
  for (const name of unprivileged) {
    const found = findUser(name);
    if (found !== undefined) return found;
  }
  return nobody;
}

/** The daemon's environment less what is only its own, with HOME, USER and LOGNAME of that user. */
export function environmentOf(user: User | undefined): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const who = user && { HOME: user.home, USER: user.name, LOGNAME: user.name };
  return { ...Object.fromEntries(inherited), ...who };
}
