// As whom a program of the administrator's runs: a named user, else one without privileges for what finds something
// out, else root, as keepalived's do; this process's own user where it may not change it. And the environment that it sees then.
import type { ScriptRequest } from '../../ports/tracked.ts';
import { mayChangeUser } from '../host/capabilities.ts';
import { isWithheld } from '../host/withheld-variables.ts';
import { findUser, type User } from './users.ts';

/** The first that exists; keepalived's own comes first. */
const unprivileged = ['keepalived_script', 'nobody'] as const;
/** The kernel's own number for nobody (fs.overflowuid), where the host has no name for it. */
const nobody: User = { name: 'nobody', uid: 65534, gid: 65534, home: '/' };

/** Of this daemon alone: its service manager, its file descriptors, its runtime. */
const ours = /^(?:NOTIFY_SOCKET|WATCHDOG_|LISTEN_|JOURNAL_STREAM$|INVOCATION_ID$|NODE_)/;

/** What the process that starts it may: nothing needs to change where it is root itself. */
export type Starter = 'root' | 'changes-user' | 'unprivileged';

/** Undefined: as this process itself. 'unknown': no such user. @throws as findUser. */
export function userOf(
  { user, isAction }: Pick<ScriptRequest, 'user' | 'isAction'>,
  starter: Starter = thisProcess(),
): User | undefined | 'unknown' {
  if (user !== undefined) return findUser(user) ?? 'unknown';
  if (starter === 'unprivileged' || (isAction === true && starter === 'root')) return undefined;
  if (isAction === true) return asRoot();
  for (const name of unprivileged) {
    const found = findUser(name);
    if (found !== undefined) return found;
  }
  return nobody;
}

/** With the group of the daemon, so that it can write to the folders that are the daemon's. */
const asRoot = (): User => ({ name: 'root', uid: 0, gid: process.getgid?.() ?? 0, home: '/root' });

function thisProcess(): Starter {
  if (process.getuid?.() === 0) return 'root';
  return mayChangeUser() ? 'changes-user' : 'unprivileged';
}

/** The daemon's environment less what is only its own, and less its secrets, with HOME, USER and LOGNAME of that user. */
export function environmentOf(user: User | undefined): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name) && !isWithheld(name));
  const who = user && { HOME: user.home, USER: user.name, LOGNAME: user.name };
  return { ...Object.fromEntries(inherited), ...who };
}
