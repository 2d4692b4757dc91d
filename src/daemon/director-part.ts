// What IPVS holds beside its table, as a part of the daemon: first at a start, as a sync daemon and the table depend on
// it, and last at a stop.

import type { DaemonPorts } from './daemon-ports.ts';
import type { Part } from './part.ts';

export function createDirectorPart({ director }: Pick<DaemonPorts, 'director'>): Part {
  return {
    start: async ({ ipvs }) => {
      await director.configure(ipvs);
      return [];
    },
    change: async ({ cause, config }) => {
      // It has no servers.
      if (cause === 'reload') await director.configure(config.ipvs);
      return [];
    },
    stop: async ({ restarts = false }) => {
      if (!restarts) await director.stop();
    },
  };
}
