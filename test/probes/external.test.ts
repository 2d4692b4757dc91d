import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExternalTarget, probeExternal } from '../../src/probes/external.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'external-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

let programs = 0;
function program(text: string): string {
  const path = join(directory, `check ${programs++}`);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
const check = (command: string, changes: Partial<ExternalTarget> = {}, timeoutMs = 5000) =>
  probeExternal(
    { kind: 'external', command, arguments: ['192.168.6.240', '80', '192.168.6.2', '$(id)'], ...changes },
    AbortSignal.timeout(timeoutMs),
  );

describe('an external check', () => {
  it('is up when the program exits with 0', async () => {
    expect(await check('/bin/true')).toEqual({ outcome: 'success', detail: 'exit 0' });
  });
  it('is down for any other status, and tells the last line of the output', async () => {
    const path = program('#!/bin/sh\necho one\nprintf "two\\033[31m\\n" >&2\nexit 3\n');
    expect(await check(path)).toEqual({ outcome: 'failure', detail: 'exit 3: two [31m' });
  });
  it('passes exactly four arguments, through no shell', async () => {
    const path = program('#!/bin/sh\necho "$# $*"\n');
    expect(await check(path)).toEqual({
      outcome: 'success',
      detail: 'exit 0: 4 192.168.6.240 80 192.168.6.2 $(id)',
    });
  });
  it('takes the command as one file name, never as words', async () => {
    expect(await check('/bin/true x')).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ENOENT'),
    });
  });
  it('is down when the program may not be run', async () => {
    const path = join(directory, 'plain');
    writeFileSync(path, '');
    expect(await check(path)).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('EACCES'),
    });
  });
  it('is down when a signal killed the program', async () => {
    expect(await check(program('#!/bin/sh\nkill -TERM $$\n'))).toEqual({
      outcome: 'failure',
      detail: 'killed by SIGTERM',
    });
  });
  it('ends at the deadline, the program and all that it has started', async () => {
    const pids = join(directory, 'pids');
    const path = program(`#!/bin/sh\nsleep 60 &\necho $$ $! > '${pids}'\ntrap '' TERM\necho waiting\nwait\n`);
    expect(await check(path, {}, 300)).toEqual({
      outcome: 'failure',
      detail: 'did not end in time: waiting',
    });
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) {
      await expect.poll(() => isRunning(pid)).toBe(false);
    }
  });
  it('does not wait for what the program left running with its output', async () => {
    const path = program('#!/bin/sh\nsleep 2 &\n');
    const begun = performance.now();
    expect(await check(path)).toMatchObject({ outcome: 'success' });
    expect(performance.now() - begun).toBeLessThan(1500);
  });
  it('keeps a bounded piece of an endless output', async () => {
    const result = await check(program(`#!/bin/sh\nyes ${'x'.repeat(500)}\n`), {}, 300);
    expect(result.outcome).toBe('failure');
    expect(result.detail.length).toBeLessThan(250);
  });
});

it.skipIf(!existsSync('/usr/bin/perl'))('external-perl runs the file as a script', async () => {
  const path = join(directory, 'check.pl');
  writeFileSync(path, 'print "$ARGV[2]\\n"; exit 4;');
  expect(await check(path, { interpreter: 'perl' })).toEqual({
    outcome: 'failure',
    detail: 'exit 4: 192.168.6.2',
  });
});

/** A zombie, dead but not yet waited for by its new parent, runs no more. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
