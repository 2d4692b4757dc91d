// FIFOs as `run` opens them on this machine, and the services whose states they are told of: each service has a quorum for
// this, keepalived's of 1 where none is configured. Nothing of it is done while no FIFO tells of services.
import { createFifos, type Fifos } from '../daemon/commands/fifos.ts';
import { createServiceStates } from '../daemon/commands/service-states.ts';
import type { Listener } from '../daemon/listeners.ts';
import { createQuorums, type Quorums, type QuorumsPorts } from '../daemon/reconcile/quorums.ts';
import type { Journal } from '../journal/event.ts';
import type { FifoConfig } from '../model/config/fifo.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { formatServiceId, type ServiceName } from '../model/ipvs.ts';
import type { RunScript } from '../ports/tracked.ts';
import { systemClock as clock } from '../system/clock.ts';
import { openFifo } from '../system/files/notify-fifo.ts';

export type FifosShell = Pick<QuorumsPorts, 'verdictOf' | 'weigh'> & {
  readonly journal: Journal;
  readonly runScript: RunScript;
  /** Has it told every event. */
  readonly listen: (listener: Listener) => void;
};

export type OpenedFifos = Fifos & { readonly services: Pick<Quorums, 'configure' | 'look' | 'stop'> };

export function openFifos(shell: FifosShell): OpenedFifos {
  const { journal, runScript, listen } = shell;
  const fifos = createFifos({ clock, journal, openFifo, runScript });
  let isWanted = false;
  const states = createServiceStates(fifos.tell);
  listen(states.heard);
  const quorums = createQuorums({
    ...shell,
    journal: () => {},
    commands: {
      become: (service, action) => states.quorumChanged(service, action === 'up'),
      ...{ forget: () => {}, leave: () => {} },
    },
  });
  const look = createLooks(quorums.look);
  return {
    ...fifos,
    configure: (wanted: readonly FifoConfig[]) => {
      isWanted = wanted.some(({ tells }) => tells.includes('services'));
      fifos.configure(wanted);
    },
    services: {
      configure: (virtuals, serves) => {
        const told = isWanted ? virtuals : [];
        states.configure(told);
        quorums.configure(told.map(withQuorum), serves);
        // Who has its quorum has been told of. The others' fallbacks serve, whatever the checks will say.
        for (const { id } of told) {
          const name = formatServiceId(id);
          if (quorums.quorumOf(name) !== 'held') states.quorumChanged(name, false);
        }
      },
      look: (service) => {
        if (isWanted) look(service);
      },
      stop: states.stop,
    },
  };
}

const withQuorum = (virtual: VirtualConfig): VirtualConfig => ({
  ...virtual,
  quorum: virtual.quorum ?? { quorum: 1, hysteresis: 0 },
});

/** All that is asked for in one turn is one look: a start has ten thousand verdicts of one service. */
function createLooks(look: Quorums['look']): Quorums['look'] {
  const due = new Set<ServiceName | undefined>();
  return (service) => {
    if (due.size === 0)
      clock.after(0, () => {
        const all = due.has(undefined) ? [undefined] : [...due];
        due.clear();
        for (const each of all) look(each);
      });
    due.add(service);
  };
}
