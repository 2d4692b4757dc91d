// Loaded by Node into each process of a director before the program (--import): says every few seconds, as a line of
// the file that $SOAK_GAUGES names, what only the process itself knows: its timers, and how late its event loop was.
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const [, , role = ''] = process.argv;
if (['run', 'vrrp-process'].includes(role)) {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  setInterval(() => {
    const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const lateMs = Math.max(0, delays.percentile(99) / 1e6 - 20);
    delays.reset();
    try {
      appendFileSync(
        process.env.SOAK_GAUGES,
        `${JSON.stringify({ pid: process.pid, role, timers, lateMs })}\n`,
      );
    } catch {
      // A process that is refused descriptors says nothing for a while.
    }
  }, 5000).unref();
}
