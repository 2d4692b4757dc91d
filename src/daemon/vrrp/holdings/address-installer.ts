// Adds and renews virtual addresses in the kernel, some at a time, and says of each whether it came. Which are to be
// there is for whoever asks.

import type { Emit } from '../../../journal/event.ts';
import type { Prefix } from '../../../net/prefix.ts';
import type { VirtualAddress } from '../../../net/virtual-address.ts';
import type { Clock, EventLoop, Micros } from '../../../ports/clock.ts';
import type { AddressRequest, KernelError, NetworkKernel } from '../../../ports/kernel.ts';
import type { AddressPlaces, LeaseSettings } from './address-places.ts';
import { addressRequestOf, sliceMax } from './address-request.ts';

/** An address that is to be there. */
export type HeldAddress = {
  readonly prefix: Prefix;
  installed: boolean;
  /** Where it is, whatever that interface is called by now. */
  index?: number;
  /** The host's own address, which the owner advertises: neither leased nor removed. */
  hostsOwn: boolean;
  renewedAt: Micros;
  restoredAt: Micros;
  /** Why it is not there, as last said. */
  failure?: string;
  asked?: Asked;
};

/** What the kernel was asked for last. */
type Asked = {
  readonly vip: VirtualAddress;
  readonly index: number;
  readonly leaseSec: LeaseSettings['leaseSec'];
  readonly request: AddressRequest;
};

export type Cause = 'added' | 'restored';

export type InstallerPorts = {
  readonly settings: () => LeaseSettings;
  readonly places: AddressPlaces;
  readonly kernel: NetworkKernel;
  readonly clock: Clock & EventLoop;
  readonly emit: Emit;
  /** Still: some may be given up while the kernel has not answered. */
  readonly isHeld: (entry: HeldAddress) => boolean;
};

export type AddressInstaller = {
  /** Settles when the kernel has answered. */
  readonly install: (entries: readonly HeldAddress[], how: InstallHow) => Promise<void>;
};

export type InstallHow = {
  readonly cause: Cause;
  /** Told of those that came, some at a time. */
  readonly onCame: (addresses: readonly Prefix[]) => void;
  /** Of lease, however long one is. */
  readonly atLeastUs?: Micros | undefined;
};

type Answer = {
  readonly error: KernelError | undefined;
  readonly at: Micros;
  readonly cause: Cause;
  readonly wasThere: boolean;
  readonly index: number;
};

export const createAddressInstaller = (ports: InstallerPorts): AddressInstaller => ({
  install: (entries, how) => install(ports, entries, how),
});

/** Some at a time, and adverts between them: thousands take the kernel longer than an advert may wait. */
async function install(
  ports: InstallerPorts,
  entries: readonly HeldAddress[],
  how: InstallHow,
): Promise<void> {
  for (let start = 0; start < entries.length; start += sliceMax) {
    if (start > 0) await new Promise<void>(ports.clock.afterPoll);
    // Some may have been removed meanwhile.
    const slice = entries.slice(start, start + sliceMax).filter(ports.isHeld);
    const came = await installSome(ports, slice, how);
    if (came.length > 0) how.onCame(came);
  }
}

async function installSome(
  ports: InstallerPorts,
  entries: readonly HeldAddress[],
  { cause, atLeastUs = 0 }: InstallHow,
): Promise<readonly Prefix[]> {
  const { places, kernel, clock } = ports;
  const wanted = entries.flatMap((entry) => {
    const index = places.indexOf(entry.prefix);
    if (index === undefined) fail(ports, entry, `${places.deviceOf(entry.prefix)} is missing`);
    return index !== undefined && prepare(ports, entry, index) ? [{ entry, index }] : [];
  });
  if (wanted.length === 0) return [];
  // After a crash of this process alone they are there still: then nothing has come.
  const present = wanted.map(
    ({ entry, index }) => !entry.installed && places.presentOn(index, entry.prefix) !== undefined,
  );
  const at = clock.now();
  const leaseSec = leaseFor(ports.settings(), atLeastUs);
  const results = await kernel.replaceAddresses(
    wanted.map(({ entry, index }) =>
      requestFor(entry, { vip: places.attributesOf(entry.prefix), index, leaseSec }),
    ),
  );
  return wanted.flatMap(({ entry, index }, i) =>
    settle(ports, entry, { error: results[i], at, cause, wasThere: present[i] === true, index })
      ? [entry.prefix]
      : [],
  );
}

const leaseFor = ({ leaseSec }: LeaseSettings, atLeastUs: Micros): LeaseSettings['leaseSec'] =>
  leaseSec === 'off' ? 'off' : Math.max(leaseSec, Math.ceil(atLeastUs / 1_000_000));

/** The same one each time: it is encoded once. */
function requestFor(entry: HeldAddress, asks: Omit<Asked, 'request'>): AddressRequest {
  const { vip, index, leaseSec } = asks;
  const { asked } = entry;
  if (asked?.vip === vip && asked.index === index && asked.leaseSec === leaseSec) return asked.request;
  const request = addressRequestOf(vip, index, leaseSec);
  entry.asked = { ...asks, request };
  return request;
}

/** @returns whether the kernel is to be asked for it. */
function prepare(ports: InstallerPorts, entry: HeldAddress, index: number): boolean {
  const { places } = ports;
  if (entry.hostsOwn) return false;
  if (!entry.installed && places.isHostsOwn(entry.prefix, index)) {
    entry.hostsOwn = true;
    entry.installed = true;
    return false;
  }
  // One that is here stays, whoever adds it elsewhere: to let its lease run out would help nobody.
  const reason = entry.installed ? undefined : places.obstacle(entry.prefix, index);
  if (reason !== undefined) fail(ports, entry, reason);
  return reason === undefined;
}

/** @returns whether the address has come newly. */
function settle(ports: InstallerPorts, entry: HeldAddress, answer: Answer): boolean {
  const { settings, places, emit, isHeld } = ports;
  if (!isHeld(entry)) return false;
  if (answer.error !== undefined) {
    fail(ports, entry, answer.error.message);
    return false;
  }
  delete entry.failure;
  entry.renewedAt = answer.at;
  entry.index = answer.index;
  if (entry.installed) return false;
  entry.installed = true;
  if (answer.wasThere) return false;
  const { leaseSec } = settings();
  const named = places.named(entry.prefix);
  if (answer.cause === 'restored') emit({ event: 'vip.restored', ...named });
  else emit({ event: 'vip.added', ...named, ...(leaseSec === 'off' ? {} : { lease_s: leaseSec }) });
  return true;
}

function fail({ emit, places }: InstallerPorts, entry: HeldAddress, reason: string): void {
  if (entry.failure === reason) return;
  entry.failure = reason;
  emit({ event: 'vip.failed', ...places.named(entry.prefix), reason });
}
