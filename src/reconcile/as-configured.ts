// The usual case of desire.ts, made once a service: every server is up at its configured weight, so the service is what
// the configuration says and nothing the table holds has a part in it. Known by the identity of the configuration,
// which is never changed in place. A table of ten thousand servers is desired at every verdict and every few seconds.
import { checktypeOf } from '../model/checks/checks-of.ts';
import type { RealConfig, VirtualConfig } from '../model/config/service.ts';
import { type RealName, realName, type ServiceEntry, type VirtualService } from '../model/ipvs.ts';
import { type HealthOf, withoutCheck } from '../model/verdict.ts';
import { canonicalDestination, canonicalEntry, hostPrefix } from './canonical.ts';
import { waitingTiers } from './fallback.ts';

type Configured = {
  /** What the servers are called, in the order of the configuration. */
  readonly names: readonly RealName[];
  readonly entry: ServiceEntry;
};

const known = new WeakMap<VirtualConfig, Configured>();

/** @returns the whole service as configured; undefined where anything is otherwise with a server, or a quorum is not held. */
export function asConfigured(virtual: VirtualConfig, health: HealthOf): ServiceEntry | undefined {
  const { reals } = virtual;
  if (reals.length === 0 || health.quorum !== 'held') return undefined;
  const { names, entry } = known.get(virtual) ?? configured(virtual);
  const isPlain = (real: RealConfig, index: number): boolean => {
    const name = names[index];
    return (
      name !== undefined &&
      health.weigh(name, real.weight) === real.weight &&
      withoutCheck(checktypeOf(virtual, real), health.verdictOf(name)) === 'up'
    );
  };
  return reals.every(isPlain) ? entry : undefined;
}

function configured(virtual: VirtualConfig): Configured {
  const { id, reals } = virtual;
  const destinations = [...waitingTiers(virtual), ...reals.map((real) => canonicalDestination(id, real))];
  const made = {
    names: reals.map((real) => realName(id, real)),
    entry: canonicalEntry({ service: serviceOf(virtual), destinations }),
  };
  known.set(virtual, made);
  return made;
}

export function serviceOf(virtual: VirtualConfig): VirtualService {
  const { id, persistentSec, persistenceEngine } = virtual;
  return {
    id,
    scheduler: virtual.scheduler,
    schedFlags: virtual.schedFlags,
    ...(persistentSec === undefined ? {} : { persistenceSec: persistentSec }),
    persistencePrefix: virtual.netmaskPrefix ?? hostPrefix(id),
    ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
    // The kernel schedules single packets of UDP only (ip_vs_core.c, ip_vs_schedule).
    ops: virtual.ops && (id.kind === 'fwmark' || id.protocol === 'udp'),
  };
}
