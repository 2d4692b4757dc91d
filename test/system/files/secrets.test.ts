// Secrets that stand in files, credentials and variables of a real host, and who inherits them.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSecret, readSecretBeside, readSecretFrom } from '../../../src/system/files/secrets.ts';
import { isWithheld } from '../../../src/system/host/withheld-variables.ts';
import { environmentOf } from '../../../src/system/programs/script-user.ts';

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string, content: string | Buffer, mode = 0o600) => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
};
const fromFile = (path: string) => readSecret({ kind: 'file', name: path });

describe('a secret in a file', () => {
  it.each([
    ['as it stands', 'geheim', 'geheim'],
    ['without the line end behind it', 'geheim\n', 'geheim'],
    ['without one of two', 'geheim\n\n', 'geheim\n'],
    ['with the blanks that it has', ' geheim \r\n', ' geheim '],
    ['of several lines', 'a\nb\n', 'a\nb'],
  ])('is read %s', (name, content, text) => {
    expect(fromFile(at(name, content))).toEqual({ text });
  });
  it.each([
    ['nothing', '\n', 'a text in', 'nothing'],
    ['a NUL', 'a\0b', 'a text in', 'one with a NUL'],
    ['bytes', Buffer.from([0x61, 0xe9]), 'UTF-8 in', 'the byte 0xE9'],
    ['too much', 'x'.repeat(65_537), 'at most 65536 bytes', '65537'],
  ])('is refused: %s', (name, content, rule, got) => {
    const path = at(name, content);
    expect(fromFile(path)).toEqual({ rule: expect.stringContaining(rule), got });
    expect(fromFile(path)).toEqual({ rule: expect.stringContaining(path), got });
  });
  it('has to be a regular file', () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(fromFile(path)).toEqual({ rule: `a regular file at ${path}`, got: 'a FIFO' });
    expect(fromFile(folder)).toEqual({ rule: `a regular file at ${folder}`, got: 'a directory' });
    expect(fromFile('/nowhere')).toMatchObject({ got: 'ENOENT (no such file)' });
  });
  it('may be behind a link, as Kubernetes has it', () => {
    const link = join(folder, 'link');
    symlinkSync(at('target', 'geheim'), link);
    expect(fromFile(link)).toEqual({ text: 'geheim' });
  });
  it.each([
    [0o604, '0604'],
    [0o644, '0644'],
  ])('is read with a warning where others may read it: %o', (mode, got) => {
    expect(fromFile(at(`mode ${mode}`, 'x', mode))).toEqual({
      text: 'x',
      lax: { rule: expect.any(String), got: `mode ${got}` },
    });
  });
  it('may be read by its group', () => {
    expect(fromFile(at('group', 'x', 0o640))).toEqual({ text: 'x' });
  });
});

describe('a credential', () => {
  const credentials = join(folder, 'credentials');
  mkdirSync(credentials);
  writeFileSync(join(credentials, 'mysql'), 'geheim\n');
  const source = { kind: 'credential', name: 'mysql' } as const;
  it('is read in the folder that systemd names', () => {
    expect(readSecretFrom(source, { environment: { CREDENTIALS_DIRECTORY: credentials } })).toEqual({
      text: 'geheim',
    });
  });
  it('is missed by the daemon', () => {
    expect(readSecretFrom(source, { environment: {} })).toMatchObject({ got: 'no $CREDENTIALS_DIRECTORY' });
    expect(
      readSecretFrom({ ...source, name: 'x' }, { environment: { CREDENTIALS_DIRECTORY: credentials } }),
    ).toMatchObject({
      got: 'ENOENT (no such file)',
    });
  });
  it('is looked for in the folder of the service by a command, and not missed there', () => {
    expect(readSecretFrom(source, { environment: {}, serviceFolder: credentials })).toEqual({
      text: 'geheim',
    });
    expect(
      readSecretFrom({ ...source, name: 'x' }, { environment: {}, serviceFolder: credentials }),
    ).toHaveProperty('unseen');
  });
});

describe('a variable', () => {
  it("is read, and is no program's", () => {
    process.env.A_SECRET_OF_TEST = 'geheim';
    process.env.NO_SECRET_OF_TEST = 'x';
    expect(environmentOf(undefined)).toMatchObject({ A_SECRET_OF_TEST: 'geheim' });
    expect(readSecret({ kind: 'env', name: 'A_SECRET_OF_TEST' })).toEqual({ text: 'geheim' });
    expect(environmentOf(undefined)).not.toHaveProperty('A_SECRET_OF_TEST');
    expect(environmentOf(undefined)).toMatchObject({ NO_SECRET_OF_TEST: 'x' });
    expect(isWithheld('CREDENTIALS_DIRECTORY')).toBe(true);
  });
  it('is missed by the daemon, and not by a command', () => {
    expect(readSecret({ kind: 'env', name: 'NOT_THERE' })).toEqual({
      rule: 'the environment variable NOT_THERE',
      got: 'none',
    });
    expect(readSecretBeside({ kind: 'env', name: 'NOT_THERE' })).toHaveProperty('unseen');
  });
});
