// A real daemon whose state_dir is a full disk, read-only, gone, or holds what others put there: it starts, says what it
// could not read or keep, and so do the commands whose words should outlive it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Director, startDirector } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
let state: string;
const real = '10.9.0.3:80';
const limit = { timeoutMs: 60_000 };

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('a');
  await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24'] });
  state = lab.directory('state');
});
afterEach(() => lab.dispose());

const config = () => `
director: {control_socket: $CONTROL, state_dir: ${state}}
virtual: [{address: "10.9.9.9:80", checktype: "on", real: ["${real} gate"]}]
`;

/** @param mounted what is done to the file system there before it starts, in a mount namespace of its own. */
async function start(mounted = 'true', again?: Director): Promise<Director> {
  const script = `mount --make-rprivate / && ${mounted} && exec "$@"`;
  const director = startDirector(lab, host, {
    config: config(),
    prefix: ['unshare', '-m', 'sh', '-ec', script, 'sh'],
    ...(again !== undefined && { again }),
  });
  await director.waitFor('daemon.ready', undefined, limit);
  return director;
}

const inside = (director: Director, ...command: string[]) =>
  host.run('nsenter', '-t', `${director.running.pid}`, '-m', ...command);

describe('a word of the operator', () => {
  it('that is kept holds after a restart, and the command says no more', async () => {
    const first = await start();
    expect(await first.cli('disable', real)).toMatchObject({ status: 0, stderr: '' });
    await first.running.stop(20_000);
    const second = await start('true', first);
    expect((await second.cli('why', real)).stdout).toMatch(/disable/);
  });

  const full = () =>
    `mount -t tmpfs -o size=64k tmpfs ${state} && (head -c 1M /dev/zero > ${state}/fill || true)`;
  it.each([
    ['the disk is full', full, 'ENOSPC'],
    ['the folder is read-only', () => `mount -t tmpfs -o ro tmpfs ${state}`, 'EROFS'],
    ['a folder stands there', () => `mkdir -p ${state}/operator.json/x`, 'E(?:ISDIR|NOTEMPTY|EXIST)'],
    [
      'the folder is a device',
      () => `mount --bind /dev/null ${state} 2>/dev/null || (rmdir ${state} && ln -s /dev/null ${state})`,
      'E',
    ],
  ])('says where it is not, as %s', async (_, mounted, code) => {
    const director = await start(mounted());
    const { status, stdout, stderr } = await director.cli('disable', real);
    expect([status, stdout]).toEqual([1, expect.stringContaining(`disable ${real} in tcp 10.9.9.9:80`)]);
    expect(stderr).toMatch(
      new RegExp(`^It holds now, but not after a restart of the daemon: Cannot keep .*${code}`),
    );
    const { reason } = await director.waitFor(
      'state.failed',
      ({ reason: why }) => `${why}`.includes('operator.json'),
      limit,
    );
    expect(reason).toMatch(new RegExp(code));
    expect((await director.cli('why', real)).stdout).toMatch(/disable/);
    if (existsSync(join(state, 'fill'))) await inside(director, 'rm', '-f', join(state, 'fill'));
  });

  it('is kept again once there is space', async () => {
    const director = await start(full());
    expect((await director.cli('disable', real)).status).toBe(1);
    await inside(director, 'rm', join(state, 'fill'));
    expect(await director.cli('weight', real, '5')).toMatchObject({ status: 0, stderr: '' });
    expect(await inside(director, 'cat', join(state, 'operator.json'))).toBe(
      `{"${real}":{"mode":"weight","weight":5}}\n`,
    );
  });
});

describe('a state file of the last run', () => {
  it.each([
    ['a FIFO', (path: string) => void execFileSync('mkfifo', [path])],
    ['zeros', (path: string) => void execFileSync('truncate', ['-s', '300M', path])],
    ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
    ['half a file', (path: string) => writeFileSync(path, '{"10.9.0.3:80":{"mo')],
    ['another file', (path: string) => writeFileSync(path, '{"10.9.0.3:80":{"mode":"sing"}}')],
  ])('that is %s is told of, for each file, and the daemon starts', async (_, make) => {
    const names = ['operator.json', 'leaving.json', 'owned-services.json', 'roster.json', 'director.json'];
    const passwords = readFileSync('/etc/passwd', 'utf8');
    for (const name of names) make(join(state, name));
    const director = await start();
    for (const name of names) {
      await director.waitFor('state.unreadable', ({ file }) => file === join(state, name), limit);
    }
    expect(await director.cli('disable', real)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(state, 'operator.json'), 'utf8')).toBe(`{"${real}":{"mode":"disable"}}\n`);
    expect(readFileSync('/etc/passwd', 'utf8')).toBe(passwords);
    const [, kilobytes] =
      /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${director.running.pid}/status`, 'utf8')) ?? [];
    expect(Number(kilobytes)).toBeLessThan(250_000);
    rmSync(state, { recursive: true });
  });
});
