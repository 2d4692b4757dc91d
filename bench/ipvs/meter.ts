// What an action costs a product, seen from outside: wall time until its processes have come to rest, and the
// processor time that they took for it. The same for every product, whatever it says of itself.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export type Cost = { readonly wallMs: number; readonly cpuMs: number };

/** USER_HZ, proc(5): fixed for user space on every architecture that we know. */
const tickMs = 10;
/** At rest: no more than a tick (a timer of its own) in that time. */
const restMs = 1500;
const lookMs = 10;

/** utime + stime of the processes, and of their children that have ended and were waited for. */
export const cpuMsOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + ticksOf(pid) * tickMs, 0);

function ticksOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; utime, stime, cutime and cstime are the 12th to 15th word behind it.
  const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return words.slice(11, 15).reduce((sum, word) => sum + Number(word), 0);
}

/** VmRSS of all, in kB. */
export const residentKb = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0), 0);

/** @param limitMs after which the measurement fails: fifty thousand entries take some products minutes. */
export async function costUntilRest(
  pids: () => readonly number[],
  act: () => Promise<void> | void,
  limitMs = 600_000,
): Promise<Cost> {
  const before = cpuMsOf(pids());
  const startedAt = performance.now();
  await act();
  let [cpu, busyAt] = [cpuMsOf(pids()), performance.now()];
  while (performance.now() - busyAt < restMs) {
    await delay(lookMs);
    const now = cpuMsOf(pids());
    if (now - cpu > tickMs) [cpu, busyAt] = [now, performance.now()];
    if (performance.now() - startedAt > limitMs)
      throw new Error(`Cannot measure: no rest within ${limitMs} ms`);
  }
  return { wallMs: busyAt - startedAt, cpuMs: Math.max(0, cpu - before) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
