// External checks as the daemon makes them with the capabilities that its unit leaves it: as a user without privileges,
// ended as a group, whatever they do. The table is of no matter here: any kernel will do.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

let lab: Lab;
let folder: string;
let director: Director;
/** With well-behaved programs alone: beside a fork bomb they need not end within a second. */
let calm: Director;

const unit = readFileSync(join(checkoutRoot, 'systemd', 'lvs-director.service'), 'utf8');
const granted = (/^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1] ?? '').split(' ');
const bounding = ['-all', ...granted.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)].join(',');

const prefix = ['setpriv', `--bounding-set=${bounding}`, '--inh-caps=-all', '--no-new-privs'];

const scripts = {
  identity: 'echo "$(id -u) $(id -G) $# $1 $2 $3 $4"',
  root: 'echo "$(id -u)"',
  stubborn: `trap '' TERM; sleep 300 & echo $! $$ >> "$0.pids"; while :; do wait; done`,
  // Of 127 shells, so that the host survives where the product does not end it.
  bomb: 'bomb() { [ $1 = 0 ] || { bomb $(($1 - 1)) & bomb $(($1 - 1)) & }; sleep 30; }; bomb 6',
  flood: 'yes "$(head -c 500 /dev/zero | tr "\\0" x)"',
  dynamic: 'exit 9',
} as const;

const virtual = (name: keyof typeof scripts, port: number, more = '') => `
  - {address: "10.9.9.9:${port}", checktype: external, checkcommand: ${folder}/${name}, ${more} real: ["10.9.0.2:80 gate 5"]}`;

beforeAll(async () => {
  lab = createLab();
  folder = lab.directory('scripts');
  for (let path = folder; path.includes('/ld'); path = join(path, '..')) chmodSync(path, 0o755);
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, 'stubborn.pids'), '');
  chmodSync(join(folder, 'stubborn.pids'), 0o666);
  calm = startDirector(lab, await lab.host('lvs0'), {
    prefix,
    config: `
director: {control_socket: $CONTROL, state_dir: $STATE}
checktimeout: 30
virtual:${[virtual('identity', 1), virtual('root', 2, 'checkuser: root,')].join('')}
  - {address: "10.9.9.9:7", checktype: external, misc_path: '${folder}/identity -H "a b" "" c', real: ["10.9.0.2:80 gate 5"]}
`,
  });
  for (const port of [1, 2, 7]) await upOf(calm, port);
  director = startDirector(lab, await lab.host('lvs1'), {
    prefix,
    config: `
director: {control_socket: $CONTROL, state_dir: $STATE}
checktimeout: 1
checkinterval: 2
virtual:${[
      virtual('stubborn', 3),
      virtual('bomb', 4),
      virtual('flood', 5),
      virtual('dynamic', 6, 'misc_dynamic: yes,'),
    ].join('')}
`,
  });
});
afterAll(() => lab?.dispose());

const upOf = (of: Director, port: number) =>
  of.waitFor('real.up', ({ service }) => service === `tcp 10.9.9.9:${port}`);
const told = (event: string, port: number) =>
  director.waitFor(event, ({ service }) => service === `tcp 10.9.9.9:${port}`);

describe('an external check', () => {
  it('runs as nobody, with its four arguments, and as root where that is said', async () => {
    expect((await upOf(calm, 1)).detail).toMatch(/^exit 0: (\d+) \1 4 10\.9\.9\.9 1 10\.9\.0\.2 80$/);
    expect((await upOf(calm, 1)).detail).not.toMatch(/^exit 0: 0 /);
    expect((await upOf(calm, 2)).detail).toBe('exit 0: 0');
  });

  it('with arguments of its own gets these alone', async () => {
    expect((await upOf(calm, 7)).detail).toMatch(/^exit 0: (\d+) \1 4 -H a b {2}c$/);
  });

  it('that ignores SIGTERM is killed at its deadline with what it has started, each time', async () => {
    expect((await told('real.down', 3)).detail).toBe('did not end in time');
    const runs = () => readFileSync(join(folder, 'stubborn.pids'), 'utf8').trim().split('\n');
    await waitUntil(() => runs().length >= 3, { what: 'three runs' });
    const [first = '', second = ''] = runs();
    await waitUntil(() => `${first} ${second}`.split(' ').every((pid) => !isRunning(pid)), {
      what: 'they are gone',
    });
  });

  it('that is a fork bomb lasts until its deadline', async () => {
    // Which of the two depends on how fast so many processes die.
    expect((await told('real.down', 4)).detail).toMatch(/^(did not end in time|no answer within 1000 ms)$/);
    await waitUntil(() => running(join(folder, 'bomb')) === 0, { what: 'a moment without one', everyMs: 20 });
  });

  it('that floods its output is ended, and the daemon goes on', async () => {
    expect((await told('real.down', 5)).detail).toBe('said more than 1048576 bytes');
    expect((await director.cli('status')).status).toBe(0);
  });

  it('says its weight by its exit status where that is asked for', async () => {
    await told('real.up', 6);
    const { stdout } = await director.cli('why', '10.9.0.2', '--json');
    const { servers } = JSON.parse(stdout) as {
      readonly servers: readonly { readonly service: string; readonly weights: unknown }[];
    };
    expect(servers.find(({ service }) => service === 'tcp 10.9.9.9:6')?.weights).toEqual([
      { origin: 'config', weight: 5, detail: 'weight 5' },
      { origin: 'check', weight: 7, detail: 'weight 7' },
    ]);
  });

  it('leaves nothing behind when the daemon stops', async () => {
    await director.running.stop(10_000);
    for (const name of ['stubborn', 'bomb', 'flood']) {
      await waitUntil(() => running(join(folder, name)) === 0, { what: `no ${name}` });
    }
  });
});

/** How many processes have such an argument and are no zombies. */
const running = (argument: string): number =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && hasArgument(pid, argument) && isRunning(pid))
    .length;

function hasArgument(pid: string, argument: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(argument);
  } catch {
    return false;
  }
}

function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
