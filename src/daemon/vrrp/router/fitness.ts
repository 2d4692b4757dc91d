// Whether an instance can take part in the election now, and why not: its link, its source address, its virtual MAC,
// the other devices of what it floats, what it tracks, and the other members of its sync group. Looked up each time,
// never kept.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import type { Ip } from '../../../net/ip.ts';
import type { FitnessVerdict } from '../../../vrrp/fitness.ts';
import { describeFault, type LinkFault, linkFaultOf } from '../link-fault.ts';
import { floatingAddresses, sourceAddressOf } from '../router-config.ts';
import { type Tracking, type TrackPorts, trackingOf } from './tracked.ts';

/** @returns why, where it cannot carry the instance. */
type Fallible = { readonly fault: () => FullReason | undefined };

export type FitnessPorts = TrackPorts & {
  readonly config: () => VrrpInstanceConfig;
  /** What it stands on: the interface, and the virtual MAC's. */
  readonly devices: readonly Fallible[];
  readonly isVirtual: (address: Ip) => boolean;
  /** The source that it has now, to be kept if possible. */
  readonly currentSource: () => Ip;
  /** Why another member of that instance's sync group cannot take part. */
  readonly groupFault: (config: VrrpInstanceConfig) => FullReason | undefined;
};

export type Fitness = {
  readonly source: () => Ip | undefined;
  readonly tracking: () => Tracking;
  /** Of its link and addresses alone. */
  readonly linkFault: () => FullReason | undefined;
  /** The same, and of what it tracks and floats. */
  readonly ownFault: () => FullReason | undefined;
  /** The same, and of what other members of its sync group lack. */
  readonly fault: () => FullReason | undefined;
  /** Of {@link Fitness.ownFault}. */
  readonly verdict: () => FitnessVerdict;
};

/** keepalived's dont_track_primary goes on with them, and not without the interface. */
const tolerable: ReadonlySet<FullReason | undefined> = new Set([
  ...(['link_down', 'no_carrier', 'settling'] as const satisfies readonly LinkFault[]),
]);

export function createFitness(ports: FitnessPorts): Fitness {
  const { config, view, isVirtual, devices } = ports;
  const source = () => sourceAddressOf({ config: config(), view, isVirtual, current: ports.currentSource() });
  const tracking = () => trackingOf(config(), ports);

  function linkFault(): FullReason | undefined {
    for (const device of devices) {
      const fault = device.fault();
      const isTolerated = config().trackPrimary === false && tolerable.has(fault);
      if (fault !== undefined && !isTolerated) return fault;
    }
    if (source() !== undefined) return undefined;
    const wanted = config().sourceAddress;
    return wanted === undefined ? 'no_source_address' : `source_address_missing: ${wanted}`;
  }

  const floating = createFloatingDevices();

  /** Its own link is well: who has all it needs serves better. keepalived goes to FAULT as well. */
  function floatingFault(): FullReason | undefined {
    for (const device of floating.of(config())) {
      const fault = linkFaultOf(view.linkNamed(device));
      if (fault !== undefined) return describeFault(device, fault);
    }
    return undefined;
  }

  const ownFault = () => linkFault() ?? floatingFault() ?? tracking().fault;
  return {
    ...{ source, tracking, linkFault, ownFault },
    fault: () => ownFault() ?? ports.groupFault(config()),
    verdict: () => {
      if (linkFault() !== undefined) return 'link_failed';
      return ownFault() === undefined ? 'fit' : 'track_failed';
    },
  };
}

/** Of the same configuration the same ones: there may be thousands of addresses. */
function createFloatingDevices() {
  let known: VrrpInstanceConfig | undefined;
  let devices: readonly string[] = [];
  return {
    of: (config: VrrpInstanceConfig): readonly string[] => {
      if (config !== known) devices = floatingDevicesOf(config);
      known = config;
      return devices;
    },
  };
}

/** Of addresses, routes and rules that are tracked: the devices beside the instance's own. */
function floatingDevicesOf(config: VrrpInstanceConfig): readonly string[] {
  const { interface: own, vmac, virtualRoutes = [], virtualRules = [] } = config;
  const named = [
    ...floatingAddresses(config).map(({ device, track }) => ({ device, track })),
    ...virtualRoutes.map(({ device, track }) => ({ device, track })),
    ...virtualRules.flatMap(({ inputDevice, outputDevice, track }) =>
      [inputDevice, outputDevice].map((device) => ({ device, track })),
    ),
  ];
  const tracked = named.flatMap(({ device, track }) =>
    device === undefined || track === false || device === own || device === vmac ? [] : [device],
  );
  return [...new Set(tracked)];
}
