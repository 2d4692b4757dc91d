// What one virtual router says of itself, for people and programs, put together of what its parts know.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import type { State } from '../../../vrrp/types.ts';
import type { VrrpInstanceStatus } from '../messages.ts';
import type { Reporter } from './reporter.ts';
import { type Tracking, trackedStatus } from './tracked.ts';

export type StatusParts = {
  readonly config: VrrpInstanceConfig;
  readonly state: State;
  /** With what tracking adds. */
  readonly priority: number;
  readonly tracking: () => Tracking;
  readonly paths: () => NonNullable<VrrpInstanceStatus['paths']>;
  readonly peers: NonNullable<VrrpInstanceStatus['peers']>;
  readonly installed: readonly Prefix[];
  /** Of what it should hold in this phase. */
  readonly missing: NonNullable<VrrpInstanceStatus['missing']>;
  readonly advertsSent: number;
  readonly resignationsSent: number;
  readonly counters: ReturnType<Reporter['counters']>;
};

export function routerStatusOf(parts: StatusParts): VrrpInstanceStatus {
  const { config, state, priority, peers, missing } = parts;
  return {
    name: config.name,
    interface: config.interface,
    vrid: config.virtualRouterId,
    phase: state.phase,
    priority,
    ...(priority !== config.priority && { basePriority: config.priority }),
    ...(config.trackers !== undefined && { tracked: trackedStatus(parts.tracking()) }),
    ...(config.syncGroup !== undefined && { syncGroup: config.syncGroup }),
    ...(config.furtherInterfaces !== undefined && { paths: parts.paths() }),
    sinceMs: Math.floor(state.since / 1000),
    ...(state.phase === 'backup' &&
      state.heard !== undefined && {
        active: { address: state.heard.address, priority: state.heard.priority },
      }),
    ...(peers.length > 0 && { peers }),
    addresses: parts.installed.map(formatPrefix),
    ...(missing.length > 0 && { missing }),
    advertsSent: parts.advertsSent,
    ...(parts.resignationsSent > 0 && { resignationsSent: parts.resignationsSent }),
    ...parts.counters,
  };
}
