// A laboratory of network namespaces: hosts, the bridges between them, and what runs on them. All of it lives in
// namespaces of its own, so the machine's own network is never touched; dispose() removes everything in reverse
// order of its making, and so does the end of the process. Needs root and `ip` (iproute2).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, type Output, type Running, run, type StartOptions, start } from './process.ts';

/** One host of the lab. */
export type Host = {
  readonly name: string;
  /** As `ip netns` knows it. */
  readonly netns: string;
  /** Throws unless the status is 0. @returns stdout. */
  readonly run: (...command: string[]) => Promise<string>;
  readonly attempt: (...command: string[]) => Promise<Output>;
  readonly start: (command: readonly string[], options?: StartOptions) => Running;
  readonly sysctl: (settings: Readonly<Record<string, string | number>>) => Promise<void>;
  /** Every process in the namespace, at once, as a power cut would end them. */
  readonly killAll: () => Promise<void>;
};

/** A layer-2 network: a Linux bridge in a namespace of its own. */
export type Lan = { readonly name: string; readonly netns: string };

export type Attachment = {
  /** In the host; default eth0. */
  readonly interface?: string;
  /** With prefix length: "192.168.6.1/24". */
  readonly addresses?: readonly string[];
};

export type Lab = {
  readonly host: (name: string) => Promise<Host>;
  readonly lan: (name: string) => Promise<Lan>;
  /** Plugs a host into a network with a veth pair, up, carrier on, IPv6 addresses usable at once. */
  readonly attach: (host: Host, lan: Lan, attachment?: Attachment) => Promise<void>;
  /** Pulls the plug (carrier off at the host) or puts it back. */
  readonly carrier: (host: Host, lan: Lan, on: boolean) => Promise<void>;
  /** A fresh folder, removed with the lab. */
  readonly directory: (name: string) => string;
  /** Something to be undone by dispose(), before all that was made earlier. */
  readonly defer: (undo: () => void | Promise<void>) => void;
  readonly dispose: () => Promise<void>;
};

let labs = 0;

export function createLab(): Lab {
  labs += 1;
  const prefix = `ld${process.pid}x${labs}`;
  const undo: (() => void | Promise<void>)[] = [];
  const netns: string[] = [];
  const root = mkdtempSync(join(tmpdir(), `${prefix}-`));
  const emergency = () => removeAllNow(netns, root);
  process.once('exit', emergency);

  const addNetns = async (name: string) => {
    const full = `${prefix}-${name}`;
    await run(['ip', 'netns', 'add', full]);
    netns.push(full);
    undo.push(async () => {
      await killEverything(full);
      await run(['ip', 'netns', 'delete', full]);
    });
    await run(['ip', '-n', full, 'link', 'set', 'lo', 'up']);
    return full;
  };

  return {
    host: async (name) => hostIn(name, await addNetns(name), (act) => undo.push(act)),
    lan: async (name) => {
      const full = await addNetns(name);
      // Without snooping, multicast floods like on a plain switch, and needs no querier.
      const bridge = ['type', 'bridge', 'stp_state', '0', 'forward_delay', '0', 'mcast_snooping', '0'];
      await run(['ip', '-n', full, 'link', 'add', 'br0', ...bridge]);
      await run(['ip', '-n', full, 'link', 'set', 'br0', 'up']);
      return { name, netns: full };
    },
    attach,
    carrier: async (host, lan, on) => {
      await run(['ip', '-n', lan.netns, 'link', 'set', 'dev', host.name, on ? 'up' : 'down']);
    },
    directory: (name) => mkdtempSync(join(root, `${name}-`)),
    defer: (act) => void undo.push(act),
    dispose: async () => {
      const failures: unknown[] = [];
      for (let act = undo.pop(); act !== undefined; act = undo.pop()) {
        await Promise.resolve()
          .then(act)
          .catch((error: unknown) => failures.push(error));
      }
      process.off('exit', emergency);
      rmSync(root, { recursive: true, force: true });
      if (failures.length > 0)
        throw new AggregateError(failures, `Cannot remove the lab: ${failures.join('; ')}`);
    },
  };
}

/** A lab for the length of one function. */
export async function withLab<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = createLab();
  try {
    return await work(lab);
  } finally {
    await lab.dispose();
  }
}

function hostIn(name: string, netns: string, defer: (undo: () => Promise<void>) => void): Host {
  const inside = (command: readonly string[]) => ['ip', 'netns', 'exec', netns, ...command];
  return {
    name,
    netns,
    run: (...command) => run(inside(command)),
    attempt: (...command) => attempt(inside(command)),
    start: (command, options) => {
      // `ip netns exec` becomes the command itself: the pid is the command's own.
      const running = start(inside(command), options);
      defer(async () => {
        running.signalAll('SIGKILL');
        await running.exited;
      });
      return running;
    },
    sysctl: async (settings) => {
      const words = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
      await run(inside(['sysctl', '-q', '-w', ...words]));
    },
    killAll: () => killEverything(netns),
  };
}

async function attach(host: Host, lan: Lan, { interface: name = 'eth0', addresses = [] }: Attachment = {}) {
  const port = ['peer', 'name', host.name, 'netns', lan.netns];
  await run([
    'ip',
    '-n',
    lan.netns,
    'link',
    'add',
    'name',
    name,
    'netns',
    host.netns,
    'type',
    'veth',
    ...port,
  ]);
  await run(['ip', '-n', lan.netns, 'link', 'set', 'dev', host.name, 'master', 'br0', 'up']);
  // No duplicate address detection: an IPv6 address works from the first moment.
  await host.sysctl({ [`net.ipv6.conf.${name}.accept_dad`]: 0 });
  await host.run('ip', 'link', 'set', name, 'up');
  for (const address of addresses) await host.run('ip', 'address', 'add', address, 'dev', name);
}

async function killEverything(netns: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const pids = (await run(['ip', 'netns', 'pids', netns])).split('\n').filter((line) => line !== '');
    if (pids.length === 0) return;
    // Stopped first, so that none sees another one die and acts on it.
    for (const pid of pids) kill(Number(pid), 'SIGSTOP');
    for (const pid of pids) kill(Number(pid));
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Cannot empty ${netns}: a process survives SIGKILL`);
}

function kill(pid: number, signal: 'SIGSTOP' | 'SIGKILL' = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The end of the process, whatever its cause, leaves no namespace behind. Synchronous: there is no later. */
function removeAllNow(netns: readonly string[], root: string): void {
  for (const name of [...netns].reverse()) {
    if (!existsSync(`/run/netns/${name}`)) continue;
    for (const pid of execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).split('\n')) {
      if (pid !== '') kill(Number(pid));
    }
    execFileSync('ip', ['netns', 'delete', name]);
  }
  rmSync(root, { recursive: true, force: true });
}
