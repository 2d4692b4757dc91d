import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExternalTarget } from '../../src/model/checks/plain.ts';
import { createExternalProbe } from '../../src/probes/external.ts';
import { runScript } from '../../src/system/programs/run-script.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'external-'));
  chmodSync(directory, 0o777); // who runs here has no privileges
});
afterAll(() => rmSync(directory, { recursive: true }));

let programs = 0;
function program(text: string): string {
  const path = join(directory, `check ${programs++}`);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
const check = (command: string, changes: Partial<ExternalTarget> = {}, timeoutMs = 60_000) =>
  createExternalProbe(runScript)(
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
      detail: 'signal SIGTERM',
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
  it('takes along what the program left running, and does not wait for it', async () => {
    const pids = join(directory, 'left');
    const path = program(`#!/bin/sh\nsleep 1000 &\necho $! > '${pids}'\n`);
    expect(await check(path)).toMatchObject({ outcome: 'success' });
    await expect.poll(() => isRunning(readFileSync(pids, 'utf8').trim())).toBe(false);
  });
  it('ends a program that floods its output', async () => {
    const path = program(`#!/bin/sh\nyes ${'x'.repeat(500)}\n`);
    expect(await check(path)).toEqual({ outcome: 'failure', detail: 'said more than 1048576 bytes' });
  });
  it('bounds a fork bomb by the deadline', async () => {
    // Of 127 shells, so that the host survives where the product does not end it.
    const bomb = 'bomb() { [ $1 = 0 ] || { bomb $(($1 - 1)) & bomb $(($1 - 1)) & }; sleep 30; }; bomb 6';
    const path = program(`#!/bin/sh\n${bomb}\n`);
    expect(await check(path, {}, 700)).toEqual({ outcome: 'failure', detail: 'did not end in time' });
    await expect.poll(() => runningWith(path)).toEqual([]);
  });
  it('sees no socket of the service manager and none of our own settings', async () => {
    process.env.NOTIFY_SOCKET = '/run/systemd/notify';
    process.env.CHECK_GREETING = 'hello';
    const path = program(
      '#!/bin/sh\nenv | grep -q -e ^NOTIFY_SOCKET= -e ^NODE_ && exit 7; echo $CHECK_GREETING\n',
    );
    expect(await check(path)).toMatchObject({ detail: 'exit 0: hello' });
    delete process.env.NOTIFY_SOCKET;
    delete process.env.CHECK_GREETING;
  });
  it.runIf(process.getuid?.() === 0)('runs without privileges, or as the user that is named', async () => {
    const path = program('#!/bin/sh\necho "$(id -u) $(id -G) $USER"\n');
    const { detail } = await check(path);
    expect(detail).toMatch(/^exit 0: [1-9]\d* [1-9]\d* (nobody|keepalived_script)$/);
    expect(await check(path, { user: 'root' })).toMatchObject({ detail: 'exit 0: 0 0 root' });
    expect(await check(path, { user: 'no-such-user' })).toEqual({
      outcome: 'failure',
      detail: 'no user no-such-user',
    });
  });
  it('takes an exit status above 1 for a weight only where that is asked for', async () => {
    const path = program('#!/bin/sh\nexit 9\n');
    expect(await check(path)).toEqual({ outcome: 'failure', detail: 'exit 9' });
    const dynamic = (status: number) =>
      check(program(`#!/bin/sh\nexit ${status}\n`), { dynamicWeight: true });
    expect(await dynamic(9)).toEqual({ outcome: 'success', detail: 'exit 9', weight: 7 });
    expect(await dynamic(2)).toEqual({ outcome: 'success', detail: 'exit 2', weight: 0 });
    expect(await dynamic(255)).toEqual({ outcome: 'success', detail: 'exit 255', weight: 253 });
    expect(await dynamic(1)).toEqual({ outcome: 'failure', detail: 'exit 1' });
    expect(await dynamic(0)).toEqual({ outcome: 'success', detail: 'exit 0' });
  });
});

describe('an external check whose program cannot be ended', () => {
  it('is not run again beside it', async () => {
    const ends: (() => void)[] = [];
    const probe = createExternalProbe(() => {
      let answer = (_: { readonly outcome: 'failure'; readonly detail: string }) => {};
      const result = new Promise<{ readonly outcome: 'failure'; readonly detail: string }>((resolve) => {
        answer = resolve;
      });
      const ended = new Promise<void>((resolve) => ends.push(resolve));
      return {
        result,
        ended,
        terminate: () => {},
        kill: () => answer({ outcome: 'failure', detail: 'no answer' }),
      };
    });
    const target: ExternalTarget = { kind: 'external', command: '/x', arguments: ['', '', '', ''] };
    const run = () => probe(target, AbortSignal.timeout(20));
    expect(await run()).toEqual({ outcome: 'failure', detail: 'did not end in time' });
    expect(await run()).toEqual({ outcome: 'failure', detail: 'the run before cannot be ended' });
    for (const end of ends) end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await run()).toEqual({ outcome: 'failure', detail: 'did not end in time' });
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

/** The pids of processes that have such an argument. */
function runningWith(argument: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(argument) && isRunning(pid);
    } catch {
      return false;
    }
  });
}
