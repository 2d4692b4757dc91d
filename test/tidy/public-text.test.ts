// What is published says nothing of where it was made: no package mirror in the lock file, no folder of one
// person's machine, in any file that git keeps.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { read, root } from './sources.ts';

/** Every file that would be committed; without git, nothing can be known of that. */
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter(
    (path) =>
      path !== '' && path !== 'test/tidy/public-text.test.ts' && !/\.(?:bin|pcap|png|gif|gz)$/.test(path),
  );

function linesWith(pattern: RegExp, paths: readonly string[] = tracked): readonly string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
      ),
  );
}

function textOf(path: string): string {
  try {
    return read(path);
  } catch {
    return ''; // deleted but not yet committed
  }
}

describe('public text', () => {
  it('names no package registry or mirror', () => {
    expect(linesWith(/"resolved":|registry\s*=|\bregistry\.[a-z]|\/artifactory\/|-npm\.pkg\./)).toEqual([]);
  });

  it('names no folder of the machine it was written on', () => {
    expect(linesWith(/(?<![\w.$}])\/(?:work|home\/[a-z]+|Users\/[A-Za-z]+)\/(?:main|shared|src)\b/)).toEqual(
      [],
    );
  });
});
