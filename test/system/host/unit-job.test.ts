// Against a program that answers as systemctl(1) does; a real one answers in the tests under systemd.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRestarting, jobOf } from '../../../src/system/host/unit-job.ts';

const unit = 'lvs-director.service';
let folder: string;
const path = process.env.PATH;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unit-job-'));
  process.env.PATH = `${folder}${delimiter}${path}`;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

function systemctl(script: string): void {
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'systemctl'), 0o755);
}

describe('the job of the unit', () => {
  it.each([
    ['12 lvs-director.service restart running', true],
    ['12 lvs-director.service stop running', false],
    ['11 other.service restart running\n  12 lvs-director.service   stop waiting', false],
    ['12 not-lvs-director.service restart running', false],
    ['', false],
    ['No jobs running.', false],
  ])('is told by %j', async (answer, restarts) => {
    systemctl(`echo '${answer}'`);
    expect(await isRestarting(unit)).toBe(restarts);
    expect(jobOf(unit, answer) === 'restart').toBe(restarts);
  });

  it('is a stop where the manager fails, or there is none', async () => {
    systemctl('echo "12 lvs-director.service restart running"; exit 1');
    expect(await isRestarting(unit)).toBe(false);
    expect(await isRestarting(undefined)).toBe(false);
  });
});
