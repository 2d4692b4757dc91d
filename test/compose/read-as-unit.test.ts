// Root's files and the eyes of a user without rights: for each file that a config names, in all that an administrator
// does to it, it is told where, and only where, the kernel refuses that user a program that reads the same.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withEyesOf } from '../../src/compose/read-as-unit.ts';
import { readConfigNow } from '../../src/compose/read-config-now.ts';
import { certFile, keyFile } from '../probes/scripted-server.ts';

const isRoot = process.getuid?.() === 0;
const group = 'daemon';
const gid = Number(/^daemon:[^:]*:(\d+):/m.exec(readFileSync('/etc/group', 'utf8'))?.[1]);
const folder = mkdtempSync(join(tmpdir(), 'read-as-unit-'));
const named = ['site.yaml', 'cert.pem', 'key.pem', 'ca.pem', 'fleet.yaml', 'weight'] as const;
const pathOf = (name: string) => join(folder, 'etc', name);
const config = `
vrrp_track_file: [{name: weight, file: ${pathOf('weight')}}]
vrrp:
  - {name: V, interface: lo, virtual_router_id: 1, virtual_ipaddress: [10.0.0.1], track_file: [weight]}
virtual:
  - address: 10.0.0.1:443
    service: https
    cert: ${pathOf('cert.pem')}
    key: ${pathOf('key.pem')}
    ca: ${pathOf('ca.pem')}
    verify: yes
    real_file: ${pathOf('fleet.yaml')}
`;

beforeAll(() => {
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'etc'), { mode: 0o755 });
  writeFileSync(pathOf('site.yaml'), config);
  writeFileSync(pathOf('fleet.yaml'), '- 10.0.0.2:443 gate\n');
  writeFileSync(pathOf('weight'), '1\n');
  copyFileSync(certFile, pathOf('cert.pem'));
  copyFileSync(certFile, pathOf('ca.pem'));
  copyFileSync(keyFile, pathOf('key.pem'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const unit = { user: 'nobody', groups: [group], words: ['lvs-director', 'run', '-c', pathOf('site.yaml')] };

async function problemsOf(file = pathOf('site.yaml'), { user } = unit): Promise<readonly string[]> {
  const { problems } = await withEyesOf({ ...unit, user }, { file }, await readConfigNow(file));
  return problems.map(({ severity, message }) => `${severity} ${message}`);
}

const setAll = (mode: number, owner = 0): void =>
  named.forEach((name) => {
    chownSync(pathOf(name), 0, owner);
    chmodSync(pathOf(name), mode);
  });

/** As the kernel has it, with a program of another's. */
const mayRead = (name: string): boolean =>
  spawnSync('setpriv', [
    ...['--reuid=nobody', '--regid=nogroup', `--groups=nogroup,${group}`],
    ...['cat', pathOf(name)],
  ]).status === 0;

describe.runIf(isRoot)('what root may read and the user of the unit may not', () => {
  it.each([
    ['mode 0600', 0o600, 0],
    ['mode 0640 of root', 0o640, 0],
    ['mode 0640 of a group of the unit', 0o640, gid],
    ['mode 0604 of a group of the unit', 0o604, gid],
    ['mode 0644', 0o644, 0],
  ])('%s: is told of each file where the kernel refuses it', async (_, mode, owner) => {
    for (const each of named) {
      setAll(0o644);
      chownSync(pathOf(each), 0, owner);
      chmodSync(pathOf(each), mode);
      const problems = await problemsOf();
      expect([each, problems.length]).toEqual([each, mayRead(each) ? 0 : 1]);
      for (const problem of problems) expect(problem).toContain('permission denied to user nobody');
    }
  });

  it('a folder that he may not enter closes all that stands in it', async () => {
    setAll(0o644);
    chmodSync(join(folder, 'etc'), 0o700);
    const problems = await problemsOf();
    chmodSync(join(folder, 'etc'), 0o755);
    expect(problems).toHaveLength(named.length);
  });

  it('the config itself and what no check can do without are errors, what may come later is a warning', async () => {
    setAll(0o600);
    const severities = (await problemsOf()).map((problem) => problem.split(' expected ')[0]);
    expect(severities).toEqual([
      'error Cannot read config:',
      'error Cannot use cert:',
      'error Cannot use key:',
      'warning Cannot read ca:',
      `warning Cannot read real_file ${pathOf('fleet.yaml')}:`,
      `warning Cannot read vrrp_track_file ${pathOf('weight')}:`,
    ]);
  });

  it('a file that the unit does not run may be closed, what it names may not; of root nothing is closed', async () => {
    setAll(0o600);
    writeFileSync(join(folder, 'draft.yaml'), config, { mode: 0o600 });
    expect(await problemsOf(join(folder, 'draft.yaml'))).toHaveLength(named.length - 1);
    expect(await problemsOf(undefined, { ...unit, user: 'root' })).toEqual([]);
  });

  it('leaves this process what it was', async () => {
    const rights = () => [process.geteuid?.(), process.getegid?.(), process.getgroups?.()];
    const before = rights();
    await problemsOf();
    expect(rights()).toEqual(before);
  });
});
