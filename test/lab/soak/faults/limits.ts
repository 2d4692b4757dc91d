// A process of a director runs out of something: descriptors, memory, processes. By limits that are set from outside
// while it runs (prlimit(1)), and by a control group where this kernel counts processes so.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../harness/process.ts';
import { type Fault, signal } from '../fault.ts';
import { childrenOf } from '../keeper.ts';

/** Sets a soft limit. @returns sets it back; the process may be gone by then. */
async function limit(pid: number | undefined, what: string, value: number): Promise<() => Promise<void>> {
  if (pid === undefined || !existsSync(`/proc/${pid}`)) return async () => {};
  const [before = ''] = (
    await run(['prlimit', '-p', `${pid}`, `--${what}`, '--raw', '--noheadings', '-o', 'SOFT'])
  )
    .trim()
    .split('\n');
  const set = (soft: string) => run(['prlimit', '-p', `${pid}`, `--${what}=${soft}:`]);
  await set(`${value}`).catch(() => {});
  return async () => {
    if (existsSync(`/proc/${pid}`)) await set(before).catch(() => {});
  };
}

const descriptors = (which: 'main' | 'vrrp'): Fault => ({
  name: `no descriptors for ${which}`,
  gentle: false,
  lastsMs: [1000, 6000],
  inject: async ({ target }) => {
    const pid = target.pids()[which];
    const open = pid === undefined ? [] : readdirSync(`/proc/${pid}/fd`).map(Number);
    return limit(pid, 'nofile', Math.max(...open, 2) + 1);
  },
});

const memory = (which: 'main' | 'vrrp'): Fault => ({
  name: `no memory for ${which}`,
  gentle: false,
  lastsMs: [1000, 4000],
  inject: async ({ target }) => {
    const pid = target.pids()[which];
    const status = pid === undefined ? '' : readFileSync(`/proc/${pid}/status`, 'latin1');
    const kilobytes = Number(/VmSize:\s+(\d+)/.exec(status)?.[1] ?? 0);
    const mend = await limit(pid, 'as', kilobytes * 1024);
    // So that it has something to do that wants memory.
    const orders = setInterval(() => signal(target.pids().main, 'SIGHUP'), 200);
    return async () => {
      clearInterval(orders);
      await mend();
    };
  },
});

const groups = '/sys/fs/cgroup/pids';

/** No process of the director may begin another one, nor a thread, while its VRRP process dies. */
const processes: Fault = {
  name: 'no processes',
  gentle: false,
  lastsMs: [1000, 5000],
  lacks: existsSync(join(groups, 'cgroup.procs'))
    ? undefined
    : 'there is no control group that counts processes',
  inject: async ({ target }) => {
    const own = join(
      groups,
      /^\d+:pids:\/(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1'))?.[1] ?? '',
    );
    const group = join(own, `soak-${process.pid}`);
    mkdirSync(group, { recursive: true });
    const { main, vrrp } = target.pids();
    const move = (pid: number, to: string) => {
      try {
        writeFileSync(join(to, 'cgroup.procs'), `${pid}`);
      } catch {
        // It has ended.
      }
    };
    for (const pid of [main, ...childrenOf(main)]) move(pid, group);
    writeFileSync(join(group, 'pids.max'), '1');
    signal(vrrp, 'SIGKILL');
    return async () => {
      writeFileSync(join(group, 'pids.max'), 'max');
      for (let tries = 0; tries < 20; tries += 1) {
        for (const pid of readFileSync(join(group, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean))
          move(Number(pid), own);
        try {
          return rmdirSync(group);
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
  },
};

export const limitFaults: readonly Fault[] = [
  descriptors('main'),
  descriptors('vrrp'),
  memory('main'),
  memory('vrrp'),
  processes,
];
