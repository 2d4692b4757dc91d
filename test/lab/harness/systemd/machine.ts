// A machine of the lab: a host of its network that systemd runs, process 1 in name spaces over this host's files. It
// reboots when asked from within, with a network that remembers nothing; what it wrote to its files stays. How process 1
// gets its world is boot.sh's.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkoutRoot } from '../checkout.ts';
import type { Host, Lab, Lan } from '../namespaces.ts';
import { attempt, type Output, type Running, run, waitUntil } from '../process.ts';

const boot = join(dirname(fileURLToPath(import.meta.url)), 'boot.sh');
/** What unshare(1) ends with when the machine asked for a reboot: process 1 was hung up (pid_namespaces(7)). */
const rebootStatus = 129;
/** No home of this host's: a shell whose input is a socket reads .bashrc there (bash(1), "INVOCATION"). */
const environment = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ...['HOME=/', 'TERM=dumb', 'SYSTEMD_PAGER=', 'SYSTEMD_COLORS=0', 'LC_ALL=C'],
];

export type Machine = {
  readonly name: string;
  readonly host: Host;
  /** A shell script in it, as root. */
  readonly attempt: (script: string, input?: string) => Promise<Output>;
  /** As attempt; throws unless its status is 0. @returns what it said. */
  readonly run: (script: string, input?: string) => Promise<string>;
  /** How often it has been started. */
  readonly boots: () => number;
  /** Resolves once systemd has started all that it shall start. */
  readonly up: () => Promise<void>;
};

/** @param address of its eth0, with its length, set by networkd */
export async function startMachine(lab: Lab, lan: Lan, name: string, address: string): Promise<Machine> {
  const host = await lab.host(name);
  // In memory, and no part of the file system that lies below.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `${host.netns}-`));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  lab.defer(async () => {
    process.off('exit', removeFolder);
    await run([boot, 'remove', host.netns]);
    removeFolder();
  });
  const command = [boot, 'boot', folder, host.netns, address, checkoutRoot];
  let boots = 0;
  let going = true;
  let running: Running | undefined;

  async function live(): Promise<void> {
    for (;;) {
      await lab.attach(host, lan);
      boots += 1;
      running = host.start(['setpriv', '--pdeathsig', 'KILL', ...command]);
      if ((await running.exited) !== rebootStatus || !going) return;
      await renewNetwork(host, lan);
    }
  }

  const life = live();
  lab.defer(async () => {
    going = false;
    running?.signalAll('SIGKILL');
    await life;
  });
  const machine = within(
    host,
    () => running,
    () => boots,
  );
  await machine.up();
  return machine;
}

function within(host: Host, running: () => Running | undefined, boots: () => number): Machine {
  const attemptInside = async (script: string, input?: string): Promise<Output> => {
    const first = await processOne(running());
    if (first === undefined) return { status: 125, stdout: '', stderr: `${host.name} does not run` };
    // A session of its own: what it kills by mistake, such as process 0, is not the test itself.
    const spaces = ['-t', first, '-m', '-p', '-u', '-i', '-n', '-C', '-r', '-w'];
    return attempt(
      ['env', '-i', ...environment, 'nsenter', ...spaces, 'setsid', '-w', 'sh', '-c', script],
      120_000,
      input,
    );
  };
  return {
    name: host.name,
    host,
    boots,
    attempt: attemptInside,
    run: async (script, input) => {
      const { status, stdout, stderr } = await attemptInside(script, input);
      if (status === 0) return stdout;
      throw new Error(`Cannot run on ${host.name}: status ${status} of ${script}: ${stdout}${stderr}`);
    },
    up: async () => {
      const what = () => `${host.name} boots; its last words: ${running()?.lines().slice(-10).join('\n')}`;
      await waitUntil(
        async () => {
          if (running()?.ended()) throw new Error(`Cannot go on: ${what()}`);
          const { stdout } = await attemptInside('systemctl is-system-running');
          return /running|degraded/.test(stdout);
        },
        { timeoutMs: 120_000, everyMs: 200, what: `${host.name} has booted` },
      );
    },
  };
}

/** As this host knows it: the only child of unshare(1). */
async function processOne(running: Running | undefined): Promise<string | undefined> {
  if (running === undefined || running.ended()) return undefined;
  const { stdout } = await attempt(['pgrep', '-P', `${running.pid}`]);
  return /^\d+\n$/.test(stdout) ? stdout.trim() : undefined;
}

async function renewNetwork({ netns, name }: Host, lan: Lan): Promise<void> {
  await run(['ip', '-n', lan.netns, 'link', 'delete', 'dev', name]);
  await run(['ip', 'netns', 'delete', netns]);
  await run(['ip', 'netns', 'add', netns]);
  await run(['ip', '-n', netns, 'link', 'set', 'lo', 'up']);
}
