// Tracked scripts as they really run: exit status, deadline, groups; and the files and processes of this host.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { watchFile } from '../../../src/system/files/watch-file.ts';
import { listProcesses } from '../../../src/system/programs/process-list.ts';
import { runScript } from '../../../src/system/programs/run-script.ts';
import { findUser } from '../../../src/system/programs/users.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracked-'));
afterAll(() => rmSync(folder, { recursive: true }));
const isRoot = process.getuid?.() === 0;

const shell = (text: string, timeoutMs = 60_000) =>
  runScript({ command: ['/bin/sh', '-c', text], timeoutMs, ...(isRoot && { user: 'root' }) });

describe('a script', () => {
  it.each([
    ['exit 0', { outcome: 'success', detail: 'exit 0', exitStatus: 0 }],
    ['exit 3', { outcome: 'failure', detail: 'exit 3', exitStatus: 3 }],
    ['echo a; echo b >&2; exit 4', { outcome: 'failure', detail: 'exit 4: b', exitStatus: 4, said: 'b' }],
    ['kill -9 $$', { outcome: 'failure', detail: 'signal SIGKILL' }],
  ])('%s', async (text, result) => expect(await shell(text).result).toEqual(result));

  it('that is not there fails; its end is told', async () => {
    const run = runScript({ command: ['/nonexistent/check'], timeoutMs: 60_000 });
    expect(await run.result).toMatchObject({
      outcome: 'failure',
      detail: expect.stringMatching(/^cannot be run( as \w+)?: ENOENT$/),
    });
    await run.ended;
  });

  it('of a user that is not there fails', async () => {
    const run = runScript({ command: ['/bin/true'], user: 'no-such-user-here', timeoutMs: 60_000 });
    expect(await run.result).toEqual({ outcome: 'failure', detail: 'no user no-such-user-here' });
  });

  it('that does not end is asked to at its timeout, and told as failed at once', async () => {
    const run = shell('trap "exit 0" TERM; while :; do sleep 0.05; done', 100);
    expect(await run.result).toEqual({ outcome: 'failure', detail: 'no answer in 100 ms' });
    await run.ended;
  });

  it('that ignores being asked to end is killed two seconds later, with all that it has started', async () => {
    const file = join(folder, 'stubborn');
    const begun = performance.now();
    const run = shell(`trap '' TERM; sleep 1000 & echo $$ $! > ${file}; while :; do wait; done`, 100);
    expect(await run.result).toEqual({ outcome: 'failure', detail: 'no answer in 100 ms' });
    await run.ended;
    expect(performance.now() - begun).toBeGreaterThan(2000);
    for (const pid of readFileSync(file, 'utf8').trim().split(' '))
      await vi.waitFor(() => expect(isGone(Number(pid))).toBe(true), 60_000);
  });

  it('takes what it has started along when it ends', async () => {
    const file = join(folder, 'pid');
    await shell(`sleep 1000 & echo $! > ${file}`).ended;
    const pid = Number(readFileSync(file, 'utf8'));
    await vi.waitFor(() => expect(isGone(pid)).toBe(true), 60_000);
  });

  it('that is an action leaves what it has started, and runs as this process', async () => {
    const file = join(folder, 'left');
    const text = `sleep 30 & echo $! > ${file}; test "$(id -u)" = ${process.getuid?.()}`;
    const run = runScript({ command: ['/bin/sh', '-c', text], timeoutMs: 60_000, isAction: true });
    expect(await run.result).toEqual({ outcome: 'success', detail: 'exit 0', exitStatus: 0 });
    await run.ended;
    const pid = Number(readFileSync(file, 'utf8'));
    expect(isGone(pid)).toBe(false);
    process.kill(pid, 'SIGKILL');
  });

  it.runIf(isRoot)('runs without privileges unless a user is named', async () => {
    const asNobody = runScript({ command: ['/bin/sh', '-c', 'test "$(id -u)" != 0'], timeoutMs: 60_000 });
    expect((await asNobody.result).outcome).toBe('success');
    expect((await shell('test "$(id -u)" = 0').result).outcome).toBe('success');
    expect(findUser('root')).toMatchObject({ uid: 0, gid: 0, home: '/root' });
  });
});

/** A zombie that nobody has waited for yet is gone too. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

describe('a watched file', () => {
  it('is told at once, when it is written, replaced and removed, and not without a change', async () => {
    const path = join(folder, 'number');
    const told: (string | undefined)[] = [];
    const stop = watchFile(path, (text) => void told.push(text));
    const becomes = (text: string | undefined) =>
      vi.waitFor(() => expect(told.at(-1)).toBe(text), { timeout: 60_000, interval: 5 });
    await vi.waitFor(() => expect(told).toEqual([undefined]), 60_000);
    writeFileSync(path, '1');
    await becomes('1');
    writeFileSync(`${path}.new`, '2');
    renameSync(`${path}.new`, path);
    await becomes('2');
    rmSync(path);
    await becomes(undefined);
    expect(new Set(told.map((text, i) => `${text} ${told[i + 1]}`)).has('2 2')).toBe(false);
    stop();
  });
});

describe('the list of processes', () => {
  it('has this one, with its arguments', async () => {
    const found = await listProcesses();
    expect(found.some(([program = '']) => program.includes('node'))).toBe(true);
    expect(found.every((words) => words.length > 0)).toBe(true);
  });
});
