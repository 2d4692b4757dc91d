// What metrics need beside the daemon: the counts of its events, and this process as the kernel has it. What is heavy, and
// the rendering, is loaded by the first scrape.
import { readdir, readFile } from 'node:fs/promises';
import type { MetricsInput, ProcessFacts } from '../control/metrics/input.ts';
import type { Daemon } from '../daemon/daemon-ports.ts';
import type { Listener } from '../daemon/listeners.ts';
import { createEventCounts } from '../daemon/report/event-counts.ts';
import { openFilesMax } from '../system/files/open-files.ts';

export type MetricsSources = {
  /** By the places of the log. */
  readonly linesLost: () => ReadonlyMap<string, number>;
  /** The start found a bad file, and runs on with the last good one. */
  readonly rejected: boolean;
  /** Has it told every event. */
  readonly listen: (listener: Listener) => void;
};

export function openMetrics({ linesLost, rejected, listen }: MetricsSources) {
  const startedAtSec = Math.round(Date.now() - process.uptime() * 1000) / 1000;
  const events = createEventCounts({ wallTime: Date.now, rejected, linesLost });
  listen(events.heard);
  return async (daemon: Pick<Daemon, 'metricFacts'>): Promise<MetricsInput> => {
    const ownProcess = await readProcess(startedAtSec);
    const facts = await daemon.metricFacts();
    return { facts, events, ownProcess, wallTime: Date.now() };
  };
}

async function readProcess(startedAtSec: number): Promise<ProcessFacts> {
  const { user, system } = process.cpuUsage();
  const [status, fds] = await Promise.all([
    readFile('/proc/self/status', 'latin1').catch(() => ''),
    readdir('/proc/self/fd').catch(() => undefined),
  ]);
  return {
    node: process.version,
    cpuSec: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    virtualBytes: Number(/^VmSize:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024,
    // One of them is that of the folder itself.
    openFds: fds === undefined ? Number.NaN : fds.length - 1,
    maxFds: openFilesMax(),
    startedAtSec,
  };
}
