// How much each process of the directors takes, every few seconds: what /proc says of it, beside what the process says
// of itself (gauge.mjs).
import { readdirSync, readFileSync } from 'node:fs';
import type { Look } from '../../soak/curve.ts';
import type { Keeper } from './keeper.ts';

type Said = { readonly pid: number; readonly timers: number; readonly lateMs: number };

/** @param file what the processes write into @returns looks so far */
export function watchGauges(
  keepers: () => readonly Keeper[],
  file: string,
): { readonly looks: () => readonly Look[]; readonly stop: () => void } {
  const looks: Look[] = [];
  const timer = setInterval(() => {
    const said = new Map(readSaid(file).map((each) => [each.pid, each]));
    for (const keeper of keepers()) {
      const { main, vrrp } = keeper.pids();
      for (const [role, pid] of [['main', main] as const, ['vrrp', vrrp] as const]) {
        const own = said.get(pid ?? -1);
        const look = own === undefined ? undefined : lookAt(own, `${keeper.name} ${role} ${own.pid}`);
        if (look !== undefined) looks.push(look);
      }
    }
  }, 5000);
  return { looks: () => looks, stop: () => clearInterval(timer) };
}

function lookAt({ pid, timers, lateMs }: Said, process: string): Look | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const kilobytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
    const descriptors = readdirSync(`/proc/${pid}/fd`).length;
    const [rssKb, pssKb] = [kilobytes('Rss'), kilobytes('Pss')];
    return { at: performance.now(), process, rssKb, pssKb, descriptors, timers, lateMs };
  } catch {
    // It has ended.
    return undefined;
  }
}

/** The last lines, which is the newest of each process. */
function readSaid(file: string): readonly Said[] {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-40);
    return lines.map((line) => JSON.parse(line) as Said);
  } catch {
    return [];
  }
}
