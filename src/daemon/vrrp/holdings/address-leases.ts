// The virtual addresses of one instance in the kernel: added with a lease, renewed, put back when a stranger
// removes one, removed by name. Whether they should be there is the state machine's decision; here is how.
// A VIP that is on another interface of this host is not added (two interfaces would answer for it): that is
// said once, and tried again with each renewal; that does not count on a loopback, as directors that are real servers
// too have it there. An owner's addresses that the host has anyway stay the host's.
// docs/architecture.md "The lease", docs/reference/sockets.md §3.

import type { Emit } from '../../../journal/event.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import type { Clock, EventLoop, Micros } from '../../../ports/clock.ts';
import type { AddressEntry, NetworkChange, NetworkKernel } from '../../../ports/kernel.ts';
import { describeFault } from '../link-fault.ts';
import type { NetworkView } from '../network-view.ts';
import {
  type AddressInstaller,
  type Cause,
  createAddressInstaller,
  type HeldAddress,
} from './address-installer.ts';
import { type AddressPlaces, createAddressPlaces, type LeaseSettings } from './address-places.ts';
import { type AddressRemover, createAddressRemover } from './address-remover.ts';
import { createUnwantedAddresses, type UnwantedAddresses } from './unwanted-addresses.ts';

/** One that is removed again and again is put back at most that often. */
const restoreEveryUs = 100_000;
/** The kernel expires addresses on a coarse timer: 0 to 0.25 s late, never early (docs/reference/sockets.md §3). */
const expirySlackUs = 50_000;

export type LeasePorts = {
  readonly kernel: NetworkKernel;
  readonly view: NetworkView;
  readonly clock: Clock & EventLoop;
  readonly emit: Emit;
  /** One or more came (back) other than by {@link AddressLeases.add}: neighbours must be told. */
  readonly onInstalled: (addresses: readonly Prefix[]) => void;
  /** The kernel took one because it was not renewed in time. */
  readonly onExpired: () => void;
};

/** What is not there, and why. */
export type MissingAddress = { readonly what: string; readonly reason: string };

export type AddressLeases = {
  /** Settles when the kernel has answered. @param onCame told of those that are there, some at a time */
  readonly add: (
    addresses: readonly Prefix[],
    onCame?: (addresses: readonly Prefix[]) => void,
  ) => Promise<void>;
  /** Holds on to those that an earlier run has left with a lease. @returns whether there are any. */
  readonly adopt: (addresses: readonly Prefix[]) => boolean;
  /** All that are to be there; those that are not are tried again. @param atLeastUs of lease, however long one is. */
  readonly renew: (atLeastUs?: number) => Promise<void>;
  /** Settles when the kernel has answered. One that is not there is no error. */
  readonly remove: (addresses: readonly Prefix[], reason: FullReason) => Promise<void>;
  readonly onNetworkChange: (change: NetworkChange) => void;
  /** On a device that works: what nobody can reach is not held. */
  readonly installed: () => readonly Prefix[];
  readonly isInstalled: (prefix: Prefix) => boolean;
  readonly missing: () => readonly MissingAddress[];
  readonly close: () => void;
};

type Leases = {
  readonly settings: () => LeaseSettings;
  readonly ports: LeasePorts;
  readonly places: AddressPlaces;
  /** Those that are to be there, by their names. */
  readonly held: Map<string, HeldAddress>;
  readonly installer: AddressInstaller;
  readonly remover: AddressRemover;
  readonly unwanted: UnwantedAddresses;
  isRenewing: boolean;
};

export function createAddressLeases(settings: () => LeaseSettings, ports: LeasePorts): AddressLeases {
  const held = new Map<string, HeldAddress>();
  const places = createAddressPlaces(settings, ports.view);
  const shared = { ...ports, settings, places, held };
  const isHeld = (entry: HeldAddress) => held.get(formatPrefix(entry.prefix)) === entry;
  const installer = createAddressInstaller({ ...shared, isHeld });
  const remover = createAddressRemover(shared);
  const unwanted = createUnwantedAddresses({ ...shared, remove: remover.remove });
  const leases: Leases = { settings, ports, places, held, installer, remover, unwanted, isRenewing: false };
  return {
    add: (addresses, onCame) => add(leases, addresses, onCame),
    adopt: (addresses) => {
      const found = addresses.flatMap((prefix) => leftOver(leases, prefix) ?? []);
      for (const entry of found) held.set(formatPrefix(entry.prefix), entry);
      return found.length > 0;
    },
    renew: (atLeastUs) => renew(leases, atLeastUs),
    remove: remover.remove,
    onNetworkChange: (change) => follow(leases, change),
    installed: () => [...held.values()].filter((entry) => isWell(leases, entry)).map(({ prefix }) => prefix),
    isInstalled: (prefix) => {
      const entry = held.get(formatPrefix(prefix));
      return entry !== undefined && isWell(leases, entry);
    },
    missing: () => [...held.values()].flatMap((entry) => missingOf(leases, entry) ?? []),
    close: unwanted.close,
  };
}

const isWell = ({ places }: Leases, { installed, prefix }: HeldAddress): boolean =>
  installed && places.deviceFault(prefix) === undefined;

function missingOf(leases: Leases, entry: HeldAddress): MissingAddress | undefined {
  if (isWell(leases, entry)) return undefined;
  const { deviceOf, deviceFault } = leases.places;
  const device = deviceOf(entry.prefix);
  const fault = deviceFault(entry.prefix);
  const reason = fault === undefined ? (entry.failure ?? 'not there') : describeFault(device, fault);
  return { what: `${formatPrefix(entry.prefix)} on ${device}`, reason };
}

async function add(
  { held, installer }: Leases,
  addresses: readonly Prefix[],
  onCame: (addresses: readonly Prefix[]) => void = () => {},
): Promise<void> {
  for (const prefix of addresses) {
    const key = formatPrefix(prefix);
    if (held.has(key)) continue;
    held.set(key, { prefix, installed: false, hostsOwn: false, renewedAt: 0, restoredAt: 0 });
  }
  const keys = new Set(addresses.map(formatPrefix));
  const entries = [...held.entries()].flatMap(([key, entry]) => (keys.has(key) ? [entry] : []));
  await installer.install(entries, { cause: 'added', onCame });
}

/** One for ever is somebody else's, or an owner's, unless ours are for ever as well. */
function leftOver({ settings, places, ports }: Leases, prefix: Prefix): HeldAddress | undefined {
  const { leaseSec, owner } = settings();
  const index = places.indexOf(prefix);
  const found = index === undefined ? undefined : places.presentOn(index, prefix);
  if (found === undefined || owner || (found.validLifetime === 'forever' && leaseSec !== 'off'))
    return undefined;
  // The kernel tells it rounded up.
  const leftSec = found.validLifetime === 'forever' ? 0 : found.validLifetime - 1;
  const renewedAt = leaseSec === 'off' ? 0 : ports.clock.now() + (leftSec - leaseSec) * 1_000_000;
  return { prefix, installed: true, index: found.interfaceIndex, hostsOwn: false, renewedAt, restoredAt: 0 };
}

const installAndTell = (
  { installer, ports }: Leases,
  entries: readonly HeldAddress[],
  cause: Cause,
  atLeastUs?: Micros,
): Promise<void> => installer.install(entries, { cause, onCame: ports.onInstalled, atLeastUs });

async function renew(leases: Leases, atLeastUs: Micros | undefined): Promise<void> {
  // The kernel has not answered the last one: asking more often would not help.
  if ((leases.isRenewing && atLeastUs === undefined) || leases.held.size === 0) return;
  leases.isRenewing = true;
  await installAndTell(leases, [...leases.held.values()], 'added', atLeastUs).finally(() => {
    leases.isRenewing = false;
  });
}

function follow(leases: Leases, change: NetworkChange): void {
  switch (change.type) {
    case 'resync':
      compareAll(leases);
      return;
    case 'linkChanged':
      comeBack(leases, ({ prefix }) => leases.places.deviceOf(prefix) === change.link.name);
      return;
    case 'addressAdded':
      leases.unwanted.note(change.address);
      return;
    case 'addressRemoved':
      loseAt(leases, change.address);
      return;
    case 'linkRemoved':
      return;
  }
}

/** Anything may have happened meanwhile. */
function compareAll(leases: Leases): void {
  const { held, places, remover } = leases;
  remover.forget();
  for (const entry of held.values()) {
    const index = places.indexOf(entry.prefix);
    if (index === undefined || !entry.installed) continue;
    if (places.presentOn(index, entry.prefix) === undefined) lose(leases, entry);
  }
}

/** What is not there, and may be now. */
function comeBack(leases: Leases, isMeant: (entry: HeldAddress) => boolean): void {
  const waiting = [...leases.held.values()].filter((entry) => !entry.installed && isMeant(entry));
  if (waiting.length > 0) void installAndTell(leases, waiting, 'added');
}

function loseAt(leases: Leases, { address, prefixLength, interfaceIndex }: AddressEntry): void {
  const { held, places, remover } = leases;
  const prefix = { address, length: prefixLength };
  const key = formatPrefix(prefix);
  const entry = held.get(key);
  if (interfaceIndex === (entry?.index ?? places.indexOf(prefix))) {
    if (!remover.isOurs(key) && entry?.installed === true) lose(leases, entry);
    return;
  }
  // It left another interface: now it may be ours.
  comeBack(leases, (each) => each.prefix.address === address);
}

/** It is gone, and not by our doing: by its lease, or by somebody else's. */
function lose(leases: Leases, entry: HeldAddress): void {
  const { settings, ports, places, held } = leases;
  const { clock, emit } = ports;
  entry.installed = false;
  entry.hostsOwn = false;
  const now = clock.now();
  const { leaseSec } = settings();
  if (leaseSec !== 'off' && now - entry.renewedAt >= leaseSec * 1_000_000 - expirySlackUs) {
    emit({ event: 'vip.lease_expired', ...places.named(entry.prefix) });
    ports.onExpired();
    return;
  }
  const dueUs = Math.max(0, entry.restoredAt + restoreEveryUs - now);
  entry.restoredAt = now + dueUs;
  const restore = () => {
    const isHeld = held.get(formatPrefix(entry.prefix)) === entry;
    if (isHeld && !entry.installed) void installAndTell(leases, [entry], 'restored');
  };
  if (dueUs === 0) restore();
  else clock.after(dueUs / 1000, restore);
}
