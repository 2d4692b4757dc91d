// A kernel's IPVS beside its table: timeouts, sync daemons and sysctls in memory, under the kernel's own rules
// (ip_vs_ctl.c, ip_vs_sync.c); and the log of everything that it was told.

import type { SyncDaemon, Timeouts } from '../../src/model/director.ts';
import { err, ok } from '../../src/net/result.ts';
import type { DirectorKernel, KernelError } from '../../src/ports/kernel.ts';
import type { Sysctl } from '../../src/ports/sysctl.ts';

export type ModelDirector = {
  readonly kernel: DirectorKernel;
  readonly sysctl: Sysctl;
  /** What was asked for, in order: "set tcp 60", "start master", "write net/ipv4/vs/conntrack 1"; reads are not. */
  readonly log: string[];
  /** How often anything was read. */
  readonly reads: () => number;
  timeouts: Timeouts;
  readonly daemons: SyncDaemon[];
  readonly sysctls: Map<string, string>;
  readonly interfaces: Set<string>;
  /** No module ip_vs. */
  absent: boolean;
};

const NO_IPVS: KernelError = { code: 'ENOSYS', message: 'the kernel has no IPVS (modprobe ip_vs)' };

export function createModelDirector(): ModelDirector {
  const log: string[] = [];
  let reads = 0;
  const model: ModelDirector = {
    log,
    reads: () => reads,
    timeouts: { tcp: 900, tcpfin: 120, udp: 300 },
    daemons: [],
    sysctls: new Map([
      ['net/ipv4/vs/conntrack', '0'],
      ['net/ipv4/vs/drop_entry', '0'],
      ['net/ipv4/vs/sync_threshold', '3\t50'],
    ]),
    interfaces: new Set(['eth1']),
    absent: false,
    kernel: {
      timeouts: async () => {
        reads += 1;
        return model.absent ? err(NO_IPVS) : ok(model.timeouts);
      },
      changeTimeouts: async (timeouts) => {
        log.push(`set ${Object.entries(timeouts).flat().join(' ')}`);
        model.timeouts = { ...model.timeouts, ...timeouts };
        return undefined;
      },
      syncDaemons: async () => {
        reads += 1;
        return model.absent ? err(NO_IPVS) : ok([...model.daemons]);
      },
      startSyncDaemon: async (daemon) => {
        log.push(`start ${daemon.state}`);
        if (!model.interfaces.has(daemon.interface)) return { code: 'ENODEV', message: 'no such device' };
        if (model.daemons.some(({ state }) => state === daemon.state))
          return { code: 'EEXIST', message: 'exists already' };
        model.daemons.push({ ...daemon, maxlen: daemon.maxlen || 1472 });
        return undefined;
      },
      stopSyncDaemon: async (state) => {
        log.push(`stop ${state}`);
        const index = model.daemons.findIndex((daemon) => daemon.state === state);
        if (index < 0) return { code: 'ESRCH', message: 'no such service' };
        model.daemons.splice(index, 1);
        return undefined;
      },
      close: () => {},
    },
    sysctl: {
      read: (key) => {
        reads += 1;
        return model.absent ? undefined : model.sysctls.get(key);
      },
      write: (key, value) => {
        log.push(`write ${key} ${value}`);
        if (!model.sysctls.has(key)) return 'ENOENT';
        model.sysctls.set(key, value);
        return undefined;
      },
    },
  };
  return model;
}
