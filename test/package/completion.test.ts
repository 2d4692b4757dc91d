// Completion: the command that tells the names, asked of a control socket; and what a bash offers by the script, called as bash
// calls it at a TAB.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { claimControlSocket } from '../../src/system/sockets/control-socket.ts';
import { completions, folderOf, isInstalled } from './share.ts';

const status = {
  vrrp: [{ name: 'VI_1' }, { name: 'VI_2' }],
  services: [
    { service: 'tcp 192.168.6.240:80', reals: [{ real: '192.168.6.2:80' }, { real: '192.168.6.13:80' }] },
    { service: 'fwmark 7', reals: [{ real: '[2001:db8::2]:443' }, { real: '192.168.6.2:80' }] },
  ],
};

async function names(kind: readonly string[], answer: () => Promise<unknown>, path: string) {
  const claim = await claimControlSocket(path);
  if (!claim.ok) throw new Error(claim.error);
  const socket = await claim.value.listen({
    'GET /status': async () => ({ status: 200, body: (await answer()) as object }),
  });
  const said: string[] = [];
  const io = { stdout: (text: string) => said.push(text), stderr: () => {} };
  const exit = await runCommandLine(['names', ...kind, '--socket', path], io);
  if (socket.ok) await socket.value.close();
  return { exit, said: said.join('') };
}

describe('lvs-director names', () => {
  const folder = folderOf({});
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'control.sock');
  it('has those of a kind, each once', async () => {
    const ask = (...kind: string[]) => names(kind, async () => status, path);
    expect(await ask('routers')).toEqual({ exit: 0, said: 'VI_1\nVI_2\n' });
    expect((await ask('servers')).said).toBe('192.168.6.2:80\n192.168.6.13:80\n[2001:db8::2]:443\n');
    expect((await ask()).said).toContain('VI_2\ntcp 192.168.6.240:80\nfwmark 7\n192.168.6.2:80\n');
    expect((await ask('peers')).exit).toBe(2);
  });
});

/** What bash(1) sets for a completion function, "Programmable Completion"; words end at COMP_WORDBREAKS. */
const driver = `
source "$1"
COMP_LINE=$2 COMP_POINT=\${#2}
_lvs_director
printf '%s\\n' "\${COMPREPLY[@]}"
`;

describe.skipIf(!isInstalled('bash'))('what bash is offered', () => {
  let folder = '';
  beforeAll(() => {
    folder = folderOf({
      'driver.sh': driver,
      script: completions.bash(),
      // The daemon's names as the command prints them: its own test is above.
      'bin/lvs-director': `#!/bin/sh
case $1-$2 in
  names-servers) printf '%s\\n' 192.168.6.2:80 192.168.6.13:80 ;;
  names-routers) echo VI_1 ;;
  names-services) echo 'tcp 192.168.6.240:80' ;;
  *) exit 2 ;;
esac
`,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  function offered(line: string, seconds: string | undefined = '30'): readonly string[] {
    const env = { PATH: `${folder}/bin:${process.env.PATH}`, LVS_DIRECTOR_COMPLETION_SECONDS: seconds };
    const words = ['--norc', '--noprofile', join(folder, 'driver.sh'), join(folder, 'script'), line];
    const said = spawnSync('bash', words, { env, cwd: folder, encoding: 'utf8', timeout: 60_000 });
    expect(said.stderr).toBe('');
    return said.stdout.split('\n').filter((each) => each !== '');
  }

  it('is a command, of those that begin so', () => {
    expect(offered('lvs-director dr')).toEqual(['drain']);
    const first = new Set(Object.keys(commands).map((name) => name.split(' ')[0]));
    expect(offered('lvs-director ')).toEqual([...first, '--help', '--version']);
    expect(offered('lvs-director ipvs ')).toEqual(['list', 'save']);
  });
  it.each(Object.entries(commands))('is each option of %s', (name, { options }) => {
    const words = Object.keys(options).map((option) => `--${option}`);
    expect(offered(`lvs-director ${name} --`)).toEqual([...words, '--help']);
  });
  it('is a server, a router or a service that the daemon has, of which bash writes what follows the last colon', () => {
    expect(offered('lvs-director drain 192.168.6.1')).toEqual(['192.168.6.13:80']);
    expect(offered('lvs-director drain 192.168.6.2:')).toEqual(['80']);
    expect(offered('lvs-director failover V')).toEqual(['VI_1']);
    expect(offered('lvs-director failover X')).toEqual([]);
    expect(offered('lvs-director drain --service t')).toEqual(['tcp\\ 192.168.6.240:80']);
    expect(offered('lvs-director why ')).toEqual([
      ...['192.168.6.2:80', '192.168.6.13:80', 'tcp\\ 192.168.6.240:80', 'VI_1'],
    ]);
    expect(offered('lvs-director names ')).toEqual(['routers', 'services', 'servers']);
  });
  it('is nothing where the daemon does not answer in time', () => {
    const hangs = join(folder, 'bin/lvs-director');
    writeFileSync(hangs, '#!/bin/sh\nexec sleep 3600\n');
    // An empty one is the 300 ms that the script has.
    expect(offered('lvs-director drain 1', '')).toEqual([]);
  });
  it('is a file behind -c', () => {
    expect(offered('lvs-director check -c dri')).toEqual(['driver.sh']);
    expect(offered('lvs-director check --director ')).toEqual([]);
  });
});

describe.skipIf(!isInstalled('zsh'))('the script for zsh', () => {
  it('is one', () => {
    const folder = folderOf({ _script: completions.zsh() });
    const said = spawnSync('zsh', ['-n', join(folder, '_script')], { encoding: 'utf8', timeout: 60_000 });
    rmSync(folder, { recursive: true });
    expect(said).toMatchObject({ status: 0, stderr: '' });
  });
});
