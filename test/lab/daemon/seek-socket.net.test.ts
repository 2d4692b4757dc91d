// Commands with -c FILE find the daemon that runs that file, whatever has become of the file since; where they do not,
// they say no more than they know.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Director, daemonMain, startDirector } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
let director: Director;
const config = 'director: {control_socket: $CONTROL, state_dir: $STATE}\ncheckinterval: 7\n';

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('a');
  director = startDirector(lab, host, { config });
  await director.waitFor('daemon.ready', undefined, { timeoutMs: 60_000 });
});
afterEach(() => lab.dispose());

const ask = (command: string) =>
  host.attempt(process.execPath, daemonMain, command, '-c', director.configFile);

describe('a daemon whose file', () => {
  it.each([
    ['is no YAML', (text: string) => `${text}vrrp: [`],
    ['breaks a rule', (text: string) => text.replace('checkinterval: 7', 'checkinterval: soon')],
    [
      'has a key that nobody knows beside the socket',
      (text: string) => text.replace('control_socket:', 'x: 1, control_socket:'),
    ],
    ['is cut behind the socket', (text: string) => text.slice(0, text.indexOf(', state_dir') + 5)],
    ['names another socket since', (text: string) => text.replace('control.sock', 'other.sock')],
    [
      'names another socket since, and is no YAML',
      (text: string) => `${text.replace('control.sock', 'other.sock')}vrrp: [`,
    ],
    ['names no socket any more', (text: string) => text.replace(/control_socket: [^,]*, /, '')],
  ])('%s is found', async (_, change) => {
    director.writeConfig(change(config.replaceAll('$CONTROL', director.controlSocket)));
    expect(await ask('status')).toMatchObject({ status: 0, stdout: expect.stringContaining(', ready, ') });
    const reload = await ask('reload');
    expect(`${reload.stdout}${reload.stderr}`).not.toContain('not running');
    expect(reload.status === 0 || reload.stderr.includes('stays as it was')).toBe(true);
  });

  it('tells of nothing is not said to be away', async () => {
    director.writeConfig('][');
    const { status, stderr } = await ask('status');
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('Cannot tell whether lvs-director runs with'),
    ]);
    expect(stderr).not.toContain('not running');
    expect(stderr).toContain('--socket PATH asks another');
  });

  it('is another one is not asked in its place', async () => {
    const other = startDirector(lab, host, {
      name: 'b',
      config: `director: {control_socket: ${director.controlSocket}x, state_dir: $STATE}\n`,
    });
    await other.waitFor('daemon.ready', undefined, { timeoutMs: 60_000 });
    const text = readFileSync(other.configFile, 'utf8');
    await other.running.stop(20_000);
    // Its last known socket is now that of a daemon of another file.
    const known = join(dirname(other.configFile), 'state', 'control-socket.json');
    writeFileSync(known, `{"socket":"${director.controlSocket}"}`);
    other.writeConfig(text.replace(`${director.controlSocket}x`, '/nowhere/c'));
    const { status, stderr } = await host.attempt(
      process.execPath,
      daemonMain,
      'status',
      '-c',
      other.configFile,
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining('lvs-director is not running here')]);
    expect(stderr).toContain(`at ${director.controlSocket} a daemon of ${director.configFile} answers`);
  });
});
