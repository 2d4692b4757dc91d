// The virtual routers, and what they track, as a part of the daemon: last at a start, first at a stop. A director does
// not stand for election with an unverified table, unless its servers take longer than a while, or an earlier run has
// left the addresses here: who serves already, over a table that serves, would give up both by waiting.

import type { Config } from '../model/config/config.ts';
import type { DaemonPorts } from './daemon-ports.ts';
import { createBoundedWait } from './pace/bounded-wait.ts';
import type { Part } from './part.ts';

const firstFactsMaxMs = 5000;

type ElectionPorts = Pick<DaemonPorts, 'clock' | 'health' | 'tracking' | 'vrrp' | 'findsAddresses'>;

export function createElectionPart(ports: ElectionPorts, isStopping: () => boolean): Part {
  const { clock, health, tracking, vrrp } = ports;
  const firstVerdicts = createBoundedWait(clock);

  async function beforeElection(config: Config): Promise<void> {
    // Where there is nothing to wait for, the kernel need not be asked.
    if (config.virtuals.length === 0 && tracking.status().length === 0) return;
    if (await ports.findsAddresses(config.vrrp)) return;
    void health.firstResults().then(firstVerdicts.end);
    await Promise.all([firstVerdicts.within(firstFactsMaxMs), tracking.firstFindings(firstFactsMaxMs)]);
  }

  return {
    start: async (config) => {
      if (isStopping()) return [];
      if (config.vrrp.length > 0) {
        tracking.configure(config);
        await beforeElection(config);
      }
      // Without any there still is what an earlier run may have left.
      return isStopping() ? [] : vrrp.start(config.vrrp);
    },
    change: async ({ cause, before, config }) => {
      if (isStopping()) return [];
      tracking.configure(config);
      if (cause === 'roster' && JSON.stringify(before.vrrp) === JSON.stringify(config.vrrp)) return [];
      // One that joins the election now does not take an address over an unverified table either.
      if (before.vrrp.length === 0 && config.vrrp.length > 0) await beforeElection(config);
      return isStopping() ? [] : vrrp.reconfigure(config.vrrp);
    },
    interrupt: () => {
      firstVerdicts.end();
      tracking.stop();
    },
    stop: ({ restarts = false }) => vrrp.stop({ keeps: restarts }),
  };
}
