// Whether an instance can take part in the election now, and why not: its link, its source address, its virtual MAC,
// what it tracks, and the other members of its sync group. Looked up each time, never kept.
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { Ip } from '../net/ip.ts';
import { sourceAddressOf } from './vrrp-router-config.ts';
import { type Tracking, type TrackPorts, trackingOf } from './vrrp-track.ts';

/** @returns words of the log where it cannot carry the instance. */
type Fallible = { readonly fault: () => string | undefined };

export type FitnessPorts = TrackPorts & {
  readonly config: () => VrrpInstanceConfig;
  /** What it stands on: the interface, and the virtual MAC's. */
  readonly devices: readonly Fallible[];
  readonly isVirtual: (address: Ip) => boolean;
  /** The source that it has now, to be kept if possible. */
  readonly currentSource: () => Ip;
  /** Why another member of that instance's sync group cannot take part. */
  readonly groupFault: (config: VrrpInstanceConfig) => string | undefined;
};

export type Fitness = {
  readonly source: () => Ip | undefined;
  readonly tracking: () => Tracking;
  /** Of its link and addresses alone. */
  readonly linkFault: () => string | undefined;
  /** The same, and of what it tracks. */
  readonly ownFault: () => string | undefined;
  /** The same, and of what other members of its sync group lack. */
  readonly fault: () => string | undefined;
};

export function createFitness(ports: FitnessPorts): Fitness {
  const { config, view, isVirtual, devices } = ports;
  const source = () => sourceAddressOf({ config: config(), view, isVirtual, current: ports.currentSource() });
  const tracking = () => trackingOf(config(), ports);

  function linkFault(): string | undefined {
    for (const device of devices) {
      const fault = device.fault();
      if (fault !== undefined) return fault;
    }
    if (source() !== undefined) return undefined;
    const wanted = config().sourceAddress;
    return wanted === undefined ? 'no_source_address' : `source_address_missing: ${wanted}`;
  }

  const ownFault = () => linkFault() ?? tracking().fault;
  return { source, tracking, linkFault, ownFault, fault: () => ownFault() ?? ports.groupFault(config()) };
}
