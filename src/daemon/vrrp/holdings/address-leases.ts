// The virtual addresses of one instance in the kernel: added with a lease, renewed, put back when a stranger
// removes one, removed by name. Whether they should be there is the state machine's decision; here is how.
// A VIP that is on another interface of this host is not added (two interfaces would answer for it): that is
// said once, and tried again with each renewal; on a loopback it is no matter, directors that are real servers
// too have it there. An owner's addresses that the host has anyway stay the host's.
// docs/architecture.md "The lease", docs/reference/sockets.md §3.

import type { Emit } from '../../../journal/event.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import type { VirtualAddress } from '../../../net/virtual-address.ts';
import type { Clock, EventLoop, Micros } from '../../../ports/clock.ts';
import type { AddressEntry, NetworkChange, NetworkKernel } from '../../../ports/kernel.ts';
import { createPace } from '../../pace/pace.ts';
import { describeFault } from '../link-fault.ts';
import type { NetworkView } from '../network-view.ts';
import { type Cause, createAddressInstaller, type HeldAddress } from './address-installer.ts';
import { createAddressPlaces, type LeaseSettings } from './address-places.ts';
import { createAddressRemover } from './address-remover.ts';

/** One that is removed again and again is put back at most that often. */
const restoreEveryUs = 100_000;
/** Our own additions and removals cross with what the kernel tells of them. */
const strayMs = 200;
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
  /** Settles when the kernel has answered. One that is not there is no matter. */
  readonly remove: (addresses: readonly Prefix[], reason: FullReason) => Promise<void>;
  readonly onNetworkChange: (change: NetworkChange) => void;
  /** On a device that works: what nobody can reach is not held. */
  readonly installed: () => readonly Prefix[];
  readonly isInstalled: (prefix: Prefix) => boolean;
  readonly missing: () => readonly MissingAddress[];
  readonly close: () => void;
};

export function createAddressLeases(settings: () => LeaseSettings, ports: LeasePorts): AddressLeases {
  const { kernel, view, clock, emit } = ports;
  const held = new Map<string, HeldAddress>();
  /** Of the configuration's, and put there by somebody else while we do not serve. */
  const strays = new Map<string, VirtualAddress>();
  const strayPace = createPace(clock, { gatherMs: strayMs });
  let renewing = false;

  const isHeld = (entry: HeldAddress): boolean => held.get(formatPrefix(entry.prefix)) === entry;
  const places = createAddressPlaces(settings, view);
  const { indexOf, deviceOf, deviceFault, presentOn, named } = places;
  const { install } = createAddressInstaller({ settings, places, kernel, clock, emit, isHeld });
  const { remove, isOurs, forget } = createAddressRemover({
    settings,
    places,
    view,
    kernel,
    clock,
    emit,
    held,
  });
  const isWell = ({ installed, prefix }: HeldAddress): boolean =>
    installed && deviceFault(prefix) === undefined;

  /** One for ever is somebody else's, or an owner's, unless ours are for ever as well. */
  function leftOver(prefix: Prefix): HeldAddress | undefined {
    const { leaseSec, owner } = settings();
    const index = indexOf(prefix);
    const found = index === undefined ? undefined : presentOn(index, prefix);
    if (found === undefined || owner || (found.validLifetime === 'forever' && leaseSec !== 'off'))
      return undefined;
    // The kernel tells it rounded up.
    const leftSec = found.validLifetime === 'forever' ? 0 : found.validLifetime - 1;
    const renewedAt = leaseSec === 'off' ? 0 : clock.now() + (leftSec - leaseSec) * 1_000_000;
    const { interfaceIndex } = found;
    return { prefix, installed: true, index: interfaceIndex, hostsOwn: false, renewedAt, restoredAt: 0 };
  }

  const installAndTell = (entries: readonly HeldAddress[], cause: Cause, atLeastUs?: Micros): Promise<void> =>
    install(entries, { cause, onCame: ports.onInstalled, atLeastUs });

  function lose(entry: HeldAddress): void {
    entry.installed = false;
    entry.hostsOwn = false;
    const now = clock.now();
    const { leaseSec } = settings();
    if (leaseSec !== 'off' && now - entry.renewedAt >= leaseSec * 1_000_000 - expirySlackUs) {
      emit({ event: 'vip.lease_expired', ...named(entry.prefix) });
      ports.onExpired();
      return;
    }
    const dueUs = Math.max(0, entry.restoredAt + restoreEveryUs - now);
    entry.restoredAt = now + dueUs;
    const restore = () => {
      if (isHeld(entry) && !entry.installed) void installAndTell([entry], 'restored');
    };
    if (dueUs === 0) restore();
    else clock.after(dueUs / 1000, restore);
  }

  /** What waits for that device. */
  function comeBack(name: string): void {
    if (held.size === 0) return;
    const waiting = [...held.values()].filter(
      ({ installed, prefix }) => !installed && deviceOf(prefix) === name,
    );
    if (waiting.length > 0) void installAndTell(waiting, 'added');
  }

  /** One that comes although we do not serve: not of our doing, unless a moment shows that it goes again. */
  function noteStray({ address, prefixLength: length, interfaceIndex }: AddressEntry): void {
    const vip = places.configured({ address, length });
    if (vip === undefined || held.has(formatPrefix(vip)) || interfaceIndex !== indexOf(vip)) return;
    strays.set(formatPrefix(vip), vip);
    strayPace.soon(() => {
      const there = [...strays.values()].filter((each) => {
        const index = held.has(formatPrefix(each)) ? undefined : indexOf(each);
        return index !== undefined && presentOn(index, each) !== undefined;
      });
      strays.clear();
      if (there.length > 0) void remove(there, 'not_active');
    });
  }

  function onNetworkChange(change: NetworkChange): void {
    if (change.type === 'resync') {
      forget();
      for (const entry of held.values()) {
        const index = indexOf(entry.prefix);
        if (index === undefined || !entry.installed) continue;
        if (presentOn(index, entry.prefix) === undefined) lose(entry);
      }
      return;
    }
    if (change.type === 'linkChanged') comeBack(change.link.name);
    if (change.type === 'addressAdded') noteStray(change.address);
    if (change.type !== 'addressRemoved') return;
    const prefix = { address: change.address.address, length: change.address.prefixLength };
    const key = formatPrefix(prefix);
    const entry = held.get(key);
    if (change.address.interfaceIndex === (entry?.index ?? indexOf(prefix))) {
      if (!isOurs(key) && entry?.installed === true) lose(entry);
      return;
    }
    // It left another interface: now it may be ours.
    const waiting = [...held.values()].filter(
      ({ prefix, installed }) => !installed && prefix.address === change.address.address,
    );
    if (waiting.length > 0) void installAndTell(waiting, 'added');
  }

  return {
    add: async (addresses, onCame = () => {}) => {
      for (const prefix of addresses) {
        const key = formatPrefix(prefix);
        if (held.has(key)) continue;
        held.set(key, { prefix, installed: false, hostsOwn: false, renewedAt: 0, restoredAt: 0 });
      }
      const keys = new Set(addresses.map(formatPrefix));
      const entries = [...held.entries()].flatMap(([key, entry]) => (keys.has(key) ? [entry] : []));
      await install(entries, { cause: 'added', onCame });
    },
    adopt: (addresses) => {
      const found = addresses.flatMap((prefix) => leftOver(prefix) ?? []);
      for (const entry of found) held.set(formatPrefix(entry.prefix), entry);
      return found.length > 0;
    },
    renew: async (atLeastUs) => {
      // The kernel has not answered the last one: asking more often would not help.
      if ((renewing && atLeastUs === undefined) || held.size === 0) return;
      renewing = true;
      await installAndTell([...held.values()], 'added', atLeastUs).finally(() => {
        renewing = false;
      });
    },
    remove,
    onNetworkChange,
    installed: () => [...held.values()].filter(isWell).map(({ prefix }) => prefix),
    isInstalled: (prefix) => {
      const entry = held.get(formatPrefix(prefix));
      return entry !== undefined && isWell(entry);
    },
    missing: () =>
      [...held.values()].flatMap((entry) => {
        if (isWell(entry)) return [];
        const device = deviceOf(entry.prefix);
        const fault = deviceFault(entry.prefix);
        const reason = fault === undefined ? (entry.failure ?? 'not there') : describeFault(device, fault);
        return [{ what: `${formatPrefix(entry.prefix)} on ${device}`, reason }];
      }),
    close: strayPace.cancel,
  };
}
