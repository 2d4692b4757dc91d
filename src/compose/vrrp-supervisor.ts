// The supervisor of the VRRP process as `run` needs it: this program forked, and the real sockets for what is
// done in its place.
import { fileURLToPath } from 'node:url';
import { isNothing } from '../daemon/vrrp/holdings/claim-record.ts';
import { findsAddresses } from '../daemon/vrrp/holdings/finds-addresses.ts';
import type { FromVrrpProcess, ToVrrpProcess } from '../daemon/vrrp/messages.ts';
import { releaseLeft, resignFor, tellLeft } from '../daemon/vrrp/resign-for.ts';
import { createVrrpSupervisor, type VrrpSupervisor } from '../daemon/vrrp/supervisor.ts';
import type { Journal } from '../journal/event.ts';
import type { VrrpInstanceConfig, VrrpProcessConfig } from '../model/config/router.ts';
import { systemClock } from '../system/clock.ts';
import { forkSelf } from '../system/programs/vrrp-child.ts';
import { claimMemoryIn } from './claim-memory.ts';
import { openVrrpPorts } from './vrrp-ports.ts';
import { vrrpProcessOptions } from './vrrp-process-options.ts';

/** Whether addresses of theirs are on this host already. */
export async function findsVrrpAddresses(instances: readonly VrrpInstanceConfig[]): Promise<boolean> {
  try {
    const ports = openVrrpPorts();
    const finds = await findsAddresses(instances, ports);
    ports.network.close();
    return finds;
  } catch {
    return false;
  }
}

/** @param entry the program to fork; it must know the hidden command `vrrp-process`. */
export function openVrrpSupervisor(
  { journal, stateDir }: { readonly journal: Journal; readonly stateDir: string },
  config: VrrpProcessConfig | undefined,
  entry: string = fileURLToPath(new URL('../main.js', import.meta.url)),
): VrrpSupervisor {
  const startedAt = systemClock.now();
  const supervisor = createVrrpSupervisor({
    clock: systemClock,
    journal,
    fork: () =>
      forkSelf<ToVrrpProcess, FromVrrpProcess>(
        entry,
        'vrrp-process',
        ...vrrpProcessOptions(config, stateDir),
        `--started=${startedAt}`,
      ),
    cleanUp: async (lost, kept) => {
      try {
        const ports = openVrrpPorts(stateDir);
        await resignFor(lost, kept, { ...ports, emit: journal });
        ports.network.close();
      } catch (error) {
        tellLeft(lost, error instanceof Error ? error.message : String(error), journal);
      }
    },
  });
  return {
    ...supervisor,
    start: async (instances) => {
      // With instances their own process does it.
      if (instances.length === 0) await mendLeft(stateDir, journal);
      return supervisor.start(instances);
    },
  };
}

/** What an earlier run has changed on interfaces and had no time to put back. */
async function mendLeft(stateDir: string, journal: Journal): Promise<void> {
  if (isNothing(claimMemoryIn(stateDir).read())) return;
  try {
    const ports = openVrrpPorts(stateDir);
    await releaseLeft([], { ...ports, emit: journal });
    ports.network.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = `Cannot put back settings of interfaces: expected netlink and raw sockets, got ${reason}`;
    journal({ event: 'vrrp.hindered', problems: [problem] });
  }
}
