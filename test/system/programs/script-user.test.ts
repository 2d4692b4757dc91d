// As whom a program runs: by what it does, whom the config names, and what the process that starts it may.
import { describe, expect, it } from 'vitest';
import { environmentOf, userOf } from '../../../src/system/programs/script-user.ts';

const uidOf = (...args: Parameters<typeof userOf>) => {
  const user = userOf(...args);
  return typeof user === 'object' ? user.uid : user;
};

describe('the user of a program', () => {
  it('that acts is root, whoever the daemon is, where it may change its user', () => {
    expect(userOf({ isAction: true }, 'root')).toBeUndefined();
    expect(userOf({ isAction: true }, 'changes-user')).toMatchObject({ uid: 0, gid: process.getgid?.() });
    expect(userOf({ isAction: true }, 'unprivileged')).toBeUndefined();
  });

  it('that finds something out is never root and never the daemon, where it may change its user', () => {
    for (const starter of ['root', 'changes-user'] as const) {
      expect(uidOf({}, starter)).toBeGreaterThan(0);
      expect(uidOf({}, starter)).not.toBe(process.getuid?.());
    }
    expect(userOf({}, 'unprivileged')).toBeUndefined();
  });

  it.each(['root', 'changes-user', 'unprivileged'] as const)('is the named one (%s)', (starter) => {
    for (const action of [{}, { isAction: true as const }]) {
      expect(uidOf({ user: 'root', ...action }, starter)).toBe(0);
      expect(uidOf({ user: 'no-such-user-here', ...action }, starter)).toBe('unknown');
    }
  });

  it('has the group that is named behind it, which must be there', () => {
    expect(userOf({ user: 'root:daemon' }, 'root')).toMatchObject({ uid: 0, gid: 1 });
    expect(userOf({ user: 'daemon:root' }, 'root')).toMatchObject({ uid: 1, gid: 0 });
    expect(userOf({ user: 'root:no-such-group' }, 'root')).toBe('unknown');
    expect(userOf({ user: 'no-such-user:root' }, 'root')).toBe('unknown');
  });

  it('has its HOME, USER and LOGNAME', () => {
    const user = userOf({ isAction: true }, 'changes-user');
    expect(environmentOf(typeof user === 'object' ? user : undefined)).toMatchObject({
      HOME: '/root',
      USER: 'root',
      LOGNAME: 'root',
    });
  });
});
