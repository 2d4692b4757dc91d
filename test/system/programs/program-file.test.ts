// What is told of a program before it is run: absent, closed to its user, open to others while it runs as root.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeProgram } from '../../../src/system/programs/program-file.ts';

const asRoot = { user: 'root' } as const;
const asNobody = { user: 'nobody' } as const;
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
  chmodSync(folder, 0o755);
  file = join(folder, 'check');
  writeFileSync(file, '#!/bin/sh\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const withMode = (mode: number) => {
  chmodSync(file, mode);
  return file;
};

describe.runIf(process.getuid?.() === 0)('a program', () => {
  it('that is there, and root alone can write, is well', () => {
    for (const use of [asRoot, asNobody, { isAction: true } as const]) {
      expect(judgeProgram(withMode(0o755), use)).toBeUndefined();
    }
  });
  it('that is not there, or no file, is told', () => {
    expect(judgeProgram('/nonexistent/check', asRoot)).toEqual({
      rule: 'a program that is there',
      got: 'none',
    });
    expect(judgeProgram(folder, asRoot)?.rule).toBe('a program');
  });
  it('of a user that is not there is told', () => {
    const use = { user: 'no-such-user' };
    expect(judgeProgram(withMode(0o755), use)).toEqual({ rule: 'a user that there is', got: 'no-such-user' });
  });
  it('that its user may not run, or not reach, is told', () => {
    expect(judgeProgram(withMode(0o744), asNobody)?.rule).toBe('a program that nobody may execute');
    expect(judgeProgram(withMode(0o744), { ...asNobody, isRead: true })).toBeUndefined();
    expect(judgeProgram(withMode(0o744), asRoot)).toBeUndefined();
    expect(judgeProgram(withMode(0o644), asRoot)?.rule).toBe('a program that root may execute');
    const inner = join(folder, 'closed');
    mkdirSync(inner, { mode: 0o700 });
    writeFileSync(join(inner, 'check'), '', { mode: 0o755 });
    expect(judgeProgram(join(inner, 'check'), asNobody)).toEqual({
      rule: 'a program that nobody may reach',
      got: `${inner} with mode 0700`,
    });
  });
  it('that others can write is told only where it runs as root', () => {
    expect(judgeProgram(withMode(0o757), asNobody)).toBeUndefined();
    expect(judgeProgram(withMode(0o757), asRoot)?.got).toBe(`${file} of user 0 with mode 0757`);
    expect(judgeProgram(withMode(0o775), asRoot)).toBeUndefined(); // root's own group
    withMode(0o755);
    chownSync(file, 65534, 65534);
    expect(judgeProgram(file, { isAction: true })?.rule).toMatch(/^one that only root can write/);
    chownSync(file, 0, 0);
  });
  it('is judged with the folders on the way, and where a link leads', () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    writeFileSync(join(open, 'check'), '', { mode: 0o755 });
    symlinkSync(join(open, 'check'), join(folder, 'link'));
    expect(judgeProgram(join(folder, 'link'), asRoot)?.got).toBe(`${open} of user 0 with mode 0777`);
    chmodSync(open, 0o1777); // as /tmp: what is root's stays there
    expect(judgeProgram(join(folder, 'link'), asRoot)).toBeUndefined();
  });
});
