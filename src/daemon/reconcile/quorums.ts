// Which services have their quorum at this moment: the state from change to change, told as events and to the
// programs of the configuration. The rule is reconcile/quorum.ts's, the programs quorum-commands.ts's.
// A state outlives reloads, not restarts: after one, a table that serves stands for a quorum that was held.

import type { Journal } from '../../journal/event.ts';
import type { QuorumConfig, VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, realName, type ServiceName } from '../../model/ipvs.ts';
import type { QuorumOf, VerdictOf, Weigh } from '../../model/verdict.ts';
import {
  type QuorumState,
  type ServingWeight,
  stepQuorum,
  viewOf,
  weighServers,
} from '../../reconcile/quorum.ts';
import type { QuorumCommands } from '../commands/quorum-commands.ts';

export type QuorumStatus = {
  readonly state: 'held' | 'lost' | 'unknown';
  /** Of the servers that are up. */
  readonly weight: number;
  readonly quorum: number;
  readonly hysteresis: number;
};

export type QuorumsPorts = {
  readonly journal: Journal;
  readonly verdictOf: VerdictOf;
  readonly weigh: Weigh;
  readonly commands: QuorumCommands;
};

export type Quorums = {
  /**
   * Services that stay keep their state, whatever else of them has changed. @param serves whether the kernel's table
   * serves a server already: the quorum of a service that has one of those was held.
   */
  readonly configure: (
    virtuals: readonly VirtualConfig[],
    serves?: (service: ServiceName, real: RealName) => boolean,
  ) => void;
  /** The daemon ends: of services with omega the quorum is lost. */
  readonly stop: () => void;
  /** A verdict or a weight has changed, of that service or of any. */
  readonly look: (service?: ServiceName) => void;
  readonly quorumOf: QuorumOf;
  /** Undefined where the service has no quorum configured. */
  readonly statusOf: (service: ServiceName) => QuorumStatus | undefined;
};

type Entry = {
  virtual: VirtualConfig;
  limits: QuorumConfig;
  state: QuorumState;
  serving: ServingWeight;
};

export function createQuorums({ journal, verdictOf, weigh, commands }: QuorumsPorts): Quorums {
  let entries = new Map<ServiceName, Entry>();

  const lookAt = (service: ServiceName, entry: Entry): void => {
    const before = entry.state;
    entry.serving = weighServers(entry.virtual, verdictOf, weigh);
    entry.state = stepQuorum(before, entry.serving, entry.limits);
    const { held, known } = entry.state;
    if (!known || (before.known && before.held === held)) return;
    const { quorum, hysteresis } = entry.limits;
    journal({
      event: held ? 'service.quorum_gained' : 'service.quorum_lost',
      ...{ service, weight: entry.serving.certain, quorum, hysteresis },
    });
    commands.become(service, held ? 'up' : 'down', entry.limits);
  };

  return {
    configure: (virtuals, serves = () => false) => {
      const before = entries;
      entries = new Map();
      for (const virtual of virtuals) {
        const { id, reals, quorum: limits } = virtual;
        if (limits === undefined) continue;
        const service = formatServiceId(id);
        const held = reals.some((real) => serves(service, realName(id, real)));
        const { state = { held, known: false }, serving = nothing } = before.get(service) ?? {};
        entries.set(service, { virtual, limits, state, serving });
      }
      leaveOthers(before, entries, virtuals, commands);
      for (const [service, entry] of entries) lookAt(service, entry);
    },
    stop: () => {
      for (const [service, { virtual, limits }] of entries)
        if (virtual.omega === true) commands.leave(service, limits);
    },
    look: (only) => {
      for (const service of only === undefined ? entries.keys() : [only]) {
        const entry = entries.get(service);
        if (entry !== undefined) lookAt(service, entry);
      }
    },
    quorumOf: (service) => {
      const entry = entries.get(service);
      return entry === undefined ? 'held' : viewOf(entry.state);
    },
    statusOf: (service) => {
      const entry = entries.get(service);
      if (entry === undefined) return undefined;
      const { held, known } = entry.state;
      const { quorum, hysteresis } = entry.limits;
      return {
        state: known ? (held ? 'held' : 'lost') : 'unknown',
        ...{ weight: entry.serving.certain, quorum, hysteresis },
      };
    },
  };
}

function leaveOthers(
  before: ReadonlyMap<ServiceName, Entry>,
  now: ReadonlyMap<ServiceName, Entry>,
  virtuals: readonly VirtualConfig[],
  commands: QuorumCommands,
): void {
  const names = new Set(virtuals.map(({ id }) => formatServiceId(id)));
  for (const [service, { limits }] of before) {
    if (!names.has(service)) commands.leave(service, limits);
    else if (!now.has(service)) commands.forget(service);
  }
}

const nothing: ServingWeight = { certain: 0, open: 0, total: 0 };
