// Does what root is about to do with the rights of another user, for as long as it takes: the kernel itself says what that
// user may, with all of his groups, access lists included. Source: credentials(7), capabilities(7) "Effect of user ID changes".
import type { User } from './users.ts';

/** The types of Node.js know no initgroups. */
type Rights = NodeJS.Process & { readonly initgroups?: (user: string, group: number) => void };

/** @param groups beside those that the host gives him. Nothing else is done meanwhile: the rights are the process's. */
export async function asUser<T>(user: User, groups: readonly string[], work: () => Promise<T>): Promise<T> {
  const { getgroups, getegid, initgroups, setgroups, setegid, seteuid }: Rights = process;
  if (!getgroups || !getegid || !initgroups || !setgroups || !setegid || !seteuid) return work();
  const before = { groups: getgroups(), group: getegid() };
  try {
    // First: Node's getgroups() tells the effective group as well.
    setegid(user.gid);
    initgroups(user.name, user.gid);
    if (groups.length > 0) setgroups([...getgroups(), ...groups]);
    seteuid(user.uid);
    return await work();
  } finally {
    seteuid(0);
    setegid(before.group);
    setgroups(before.groups);
  }
}
