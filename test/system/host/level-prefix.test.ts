// Levels for journald, and for nobody else.
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { levelPrefix, prefixLines } from '../../../src/system/host/level-prefix.ts';

let folder: string;
let descriptor: number;
let ofJournald: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'level-prefix-'));
  descriptor = openSync(join(folder, 'stream'), 'w');
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  ofJournald = `${dev}:${ino}`;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the prefix of a line', () => {
  it('is the level in syslog numbers where journald reads', () => {
    const prefix = levelPrefix(descriptor, ofJournald);
    expect((['error', 'warn', 'info', 'debug'] as const).map(prefix)).toEqual(['<3>', '<4>', '<6>', '<7>']);
    closeSync(descriptor);
  });

  it.each([
    ['nobody said that journald reads', () => undefined],
    ['the output was redirected, so that journald reads another descriptor', () => '1:1'],
    ['what is said of it cannot be read', () => ''],
  ])('is nothing where %s', (_, journalStream) => {
    expect(levelPrefix(descriptor, journalStream())('error')).toBe('');
    closeSync(descriptor);
  });

  it('is nothing for a descriptor that is closed', () => {
    closeSync(descriptor);
    expect(levelPrefix(descriptor, ofJournald)('error')).toBe('');
  });
});

describe('what a command says to journald', () => {
  const said = [
    'a.yaml:3:1: Cannot read virtual 1 scheduler: expected one that Linux has, got wlcx',
    'a.yaml:4:1: warning: Cannot use all of virtual: ...',
    'a.yaml: good, 1 warning(s)',
    'a.yaml: 1 error(s), 1 warning(s)',
    '',
  ].join('\n');

  it('has a level before each line', () => {
    const prefix = levelPrefix(descriptor, ofJournald);
    closeSync(descriptor);
    const levels = prefixLines(said, prefix)
      .split('\n')
      .map((line) => line.slice(0, 3));
    expect(levels).toEqual(['<3>', '<4>', '<6>', '<3>', '']);
  });

  it('stays as it is for anybody else', () => {
    expect(prefixLines(said, levelPrefix(descriptor, undefined))).toBe(said);
    closeSync(descriptor);
  });
});
