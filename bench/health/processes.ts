// What the processes of a namespace have used so far: processor time and memory. Source: proc(5).
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Host } from '../../test/lab/harness/namespaces.ts';

export type Usage = {
  /** Of user and system, since each process began. Those that have ended do not count. */
  readonly cpuSec: number;
  /** Resident, of all of them; what they share counts for each. */
  readonly residentMb: number;
  readonly processes: number;
};

/** USER_HZ. */
const ticksPerSecond = 100;

export function usageIn({ netns }: Pick<Host, 'netns'>, program: RegExp): Usage {
  const pids = execFileSync('ip', ['netns', 'pids', netns], { encoding: 'utf8' })
    .split('\n')
    .filter((pid) => pid !== '' && program.test(textOf(`/proc/${pid}/cmdline`)));
  const sum = (one: (pid: string) => number) => pids.reduce((total, pid) => total + one(pid), 0);
  return { cpuSec: sum(cpuSecOf), residentMb: sum(residentMbOf), processes: pids.length };
}

/** By threads, to the nanosecond, where the kernel counts so (sched-stats); else in hundredths of a second. */
function cpuSecOf(pid: string): number {
  const threads = threadsOf(pid).map((thread) => textOf(`/proc/${pid}/task/${thread}/schedstat`));
  if (threads.every((text) => text !== '')) {
    return threads.reduce((total, text) => total + Number(text.split(' ')[0]) / 1e9, 0);
  }
  const fields = textOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond;
}

const residentMbOf = (pid: string): number =>
  Number(/VmRSS:\s+(\d+)/.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

function threadsOf(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty where there is none any more. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
