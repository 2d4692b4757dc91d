// The virtual services as a part of the daemon: their checks, the weights and quorums that follow from these, the table
// and the firewall marks. At a start the table comes first, and the checks begin with who serves in it; later the
// checks do, so that the table is made with what is known of each server.

import type { Config } from '../model/config/config.ts';
import type { ServiceName } from '../model/ipvs.ts';
import type { DaemonPorts } from './daemon-ports.ts';
import type { Part } from './part.ts';

type ServicesPorts = Pick<
  DaemonPorts,
  'journal' | 'health' | 'weights' | 'quorums' | 'reconcile' | 'marks' | 'ownedBefore'
>;

export function createServicesPart(ports: ServicesPorts): Part {
  const { health, weights, quorums, reconcile, marks } = ports;
  /** Of the previous run, until a config that names services says what is to become of them. */
  let unclaimed: readonly ServiceName[] = [];

  /** What was there before us is not deleted at the word of a file that names nothing. */
  function claim({ virtuals, file }: Config, empty: boolean): readonly ServiceName[] | undefined {
    const claimed = unclaimed;
    if (claimed.length === 0) return undefined;
    if (virtuals.length > 0 || empty) {
      unclaimed = [];
      return claimed;
    }
    const message = `Cannot clean up after the previous run: expected a service in the config, got none: ${claimed.length} of its services stay in the table until there is one, or until "lvs-director reload --empty"`;
    ports.journal({ event: 'config.warning', at: file, message });
    return undefined;
  }

  return {
    start: async (config) => {
      const { virtuals, ipvs, checkProcesses } = config;
      unclaimed = ports.ownedBefore;
      weights.configure(virtuals);
      await reconcile.configure(virtuals, ipvs, claim(config, false));
      await marks.configure(virtuals, ipvs.resyncIntervalMs);
      health.configure(virtuals, checkProcesses);
      health.seed(reconcile.serving());
      quorums.configure(virtuals, reconcile.serving());
      return [];
    },
    change: async ({ cause, config, empty }) => {
      const { virtuals, ipvs, checkProcesses } = config;
      const owned = cause === 'reload' ? claim(config, empty) : undefined;
      weights.configure(virtuals);
      health.configure(virtuals, checkProcesses);
      quorums.configure(virtuals);
      await reconcile.configure(virtuals, ipvs, owned);
      await marks.configure(virtuals, ipvs.resyncIntervalMs);
      return [];
    },
    stop: async ({ restarts = false }) => {
      health.stop();
      weights.stop();
      if (!restarts) quorums.stop();
      await reconcile.stop({ clean: !restarts });
      if (!restarts) await marks.stop();
    },
  };
}
