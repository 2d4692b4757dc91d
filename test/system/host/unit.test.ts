// The unit as a text: what systemd itself finds exposed in it, and that what the daemon may is what it is given.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const file = join(root, 'systemd', 'lvs-director.service');
const unit = readFileSync(file, 'utf8');
const lineOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];
const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('the unit', () => {
  it.runIf(hasAnalyze)('is exposed by less than 3, and by no more than docs/systemd.md says', () => {
    const { stdout } = spawnSync('systemd-analyze', ['security', '--no-pager', '--offline=yes', file], {
      encoding: 'utf8',
    });
    const exposure = Number(/Overall exposure level for \S+ (\d+\.\d+)/.exec(stdout)?.[1]);
    const page = readFileSync(join(root, 'docs', 'systemd.md'), 'utf8');
    expect(exposure).toBeLessThan(3);
    expect(exposure).toBeLessThanOrEqual(Number(/exposure level\D+(\d\.\d)/.exec(page)?.[1]));
  });

  it('gives its user all capabilities that it may have, and no others', () => {
    expect(lineOf('User')).toBe('lvs-director');
    expect(lineOf('AmbientCapabilities')).toBe(lineOf('CapabilityBoundingSet'));
  });

  it('has each of its lines of the sandbox told in docs/systemd.md', () => {
    const sandbox = [...unit.matchAll(/^((?:Private|Protect|Restrict|SystemCall|Lock|Remove|NoNew)\w+)=/gm)];
    const page = readFileSync(join(root, 'docs', 'systemd.md'), 'utf8');
    expect(sandbox.length).toBeGreaterThan(15);
    expect(sandbox.map(([line]) => line).filter((line) => !page.includes(line))).toEqual([]);
  });
});
