// The virtual addresses of one instance in the kernel: added with a lease, renewed, put back when a stranger
// removes one, removed by name. Whether they should be there is the state machine's decision; here is how.
// A VIP that is on another interface of this host is not added (two interfaces would answer for it): that is
// said once, and tried again with each renewal; on a loopback it is no matter, directors that are real servers
// too have it there. An owner's addresses that the host has anyway stay the host's.
// DESIGN.md §1 properties 2 and 10, vrrp.md §7.3.
import { isLinkLocal } from '../net/ip.ts';
import { formatPrefix, type Prefix } from '../net/prefix.ts';
import type { VirtualAddress } from '../net/virtual-address.ts';
import type { Clock, EventLoop, Micros } from '../ports/clock.ts';
import type {
  AddressEntry,
  AddressRequest,
  KernelError,
  NetworkChange,
  NetworkKernel,
} from '../ports/kernel.ts';
import { addressKeyOf, addressRequestOf, isOtherAddress, isSameAddress } from './vrrp-address-request.ts';
import { describeFault, linkFaultOf } from './vrrp-link-fault.ts';
import type { NetworkView } from './vrrp-network.ts';
import { createPace } from './vrrp-pace.ts';
import type { Emit } from './vrrp-ports.ts';

/** One that is removed again and again is put back at most that often. */
const restoreEveryUs = 100_000;
/** So many at a time: a batch takes the kernel a millisecond or so. */
const sliceMax = 128;
/** Our own additions and removals cross with what the kernel tells of them. */
const strayMs = 200;
/** The kernel expires addresses on a coarse timer: 0 to 0.25 s late, never early (sockets.md). */
const expirySlackUs = 50_000;

export type LeaseSettings = {
  readonly instance: string;
  readonly interface: string;
  /** With their attributes; of an address that is not among them nothing more is known. */
  readonly addresses?: readonly VirtualAddress[];
  readonly leaseSec: number | 'off';
  /** Priority 255. */
  readonly owner: boolean;
};

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
  readonly remove: (addresses: readonly Prefix[], reason: string) => Promise<void>;
  readonly onNetworkChange: (change: NetworkChange) => void;
  /** On a device that works: what nobody can reach is not held. */
  readonly installed: () => readonly Prefix[];
  readonly isInstalled: (prefix: Prefix) => boolean;
  readonly missing: () => readonly MissingAddress[];
  readonly close: () => void;
};

type Held = {
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
  asked?: {
    readonly vip: VirtualAddress;
    readonly index: number;
    readonly leaseSec: LeaseSettings['leaseSec'];
    readonly request: AddressRequest;
  };
};

type Cause = 'added' | 'restored';

export function createAddressLeases(settings: () => LeaseSettings, ports: LeasePorts): AddressLeases {
  const { kernel, view, clock, emit } = ports;
  const held = new Map<string, Held>();
  /** Removals of our own that the kernel has not yet told of. */
  const ownRemovals = new Map<string, number>();
  /** Of the configuration's, and put there by somebody else while we do not serve. */
  const strays = new Map<string, VirtualAddress>();
  const strayPace = createPace(clock, { gatherMs: strayMs });
  let renewing = false;

  const attributes = createAttributes(() => settings().addresses ?? []);
  const attributesOf = (prefix: Prefix): VirtualAddress => attributes.of(prefix) ?? prefix;
  const deviceOf = (prefix: Prefix): string => attributesOf(prefix).device ?? settings().interface;
  const indexOf = (prefix: Prefix): number | undefined => view.linkNamed(deviceOf(prefix))?.index;
  /** Why nobody could reach an address there. */
  const deviceFault = (prefix: Prefix): string | undefined => linkFaultOf(view.linkNamed(deviceOf(prefix)));
  const isWell = ({ installed, prefix }: Held): boolean => installed && deviceFault(prefix) === undefined;
  const named = (prefix: Prefix) => ({
    instance: settings().instance,
    interface: deviceOf(prefix),
    address: formatPrefix(prefix),
  });

  function fail(entry: Held, reason: string): void {
    if (entry.failure === reason) return;
    entry.failure = reason;
    emit({ event: 'vip.failed', ...named(entry.prefix), reason });
  }

  /** Undefined where it may be added now. */
  function obstacle(entry: Held, index: number): string | undefined {
    // Of those there is one on each link.
    if (isLinkLocal(entry.prefix.address)) return undefined;
    const others = view.placesOf(entry.prefix.address).filter((found) => found.interfaceIndex !== index);
    const elsewhere = others
      .map((found) => view.linkAt(found.interfaceIndex))
      .find((link) => !link?.loopback);
    return elsewhere === undefined ? undefined : `the address is on ${elsewhere.name} already`;
  }

  function isHostsOwn({ prefix }: Held, index: number): boolean {
    return settings().owner && presentOn(index, prefix)?.validLifetime === 'forever';
  }

  const presentOn = (index: number, prefix: Prefix): AddressEntry | undefined =>
    view
      .placesOf(prefix.address)
      .find((found) => found.interfaceIndex === index && isSameAddress(found, prefix));

  /** One for ever is somebody else's, or an owner's, unless ours are for ever as well. */
  function leftOver(prefix: Prefix): Held | undefined {
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

  /** Some at a time, and adverts between them: thousands take the kernel longer than an advert may wait. */
  async function install(
    entries: readonly Held[],
    cause: Cause,
    onCame: (addresses: readonly Prefix[]) => void,
    atLeastUs: Micros = 0,
  ): Promise<void> {
    for (let start = 0; start < entries.length; start += sliceMax) {
      if (start > 0) await new Promise<void>(clock.afterPoll);
      // Some may have been removed meanwhile.
      const slice = entries.slice(start, start + sliceMax).filter((entry) => isHeld(entry));
      const came = await installSome(slice, cause, atLeastUs);
      if (came.length > 0) onCame(came);
    }
  }

  const isHeld = (entry: Held): boolean => held.get(formatPrefix(entry.prefix)) === entry;

  async function installSome(
    entries: readonly Held[],
    cause: Cause,
    atLeastUs: Micros,
  ): Promise<readonly Prefix[]> {
    const wanted = entries.flatMap((entry) => {
      const index = indexOf(entry.prefix);
      if (index === undefined) fail(entry, `${deviceOf(entry.prefix)} is missing`);
      return index !== undefined && prepare(entry, index) ? [{ entry, index }] : [];
    });
    if (wanted.length === 0) return [];
    // After a crash of this process alone they are there still: then nothing has come.
    const present = wanted.map(
      ({ entry, index }) => !entry.installed && presentOn(index, entry.prefix) !== undefined,
    );
    const at = clock.now();
    const configured = settings().leaseSec;
    const leaseSec = configured === 'off' ? 'off' : Math.max(configured, Math.ceil(atLeastUs / 1_000_000));
    const results = await kernel.replaceAddresses(
      wanted.map(({ entry, index }) => requestFor(entry, index, leaseSec)),
    );
    return wanted.flatMap(({ entry, index }, i) =>
      settle(entry, { error: results[i], at, cause, wasThere: present[i] === true, index })
        ? [entry.prefix]
        : [],
    );
  }

  /** The same one each time: it is encoded once. */
  function requestFor(entry: Held, index: number, leaseSec: LeaseSettings['leaseSec']): AddressRequest {
    const vip = attributesOf(entry.prefix);
    const { asked } = entry;
    if (asked?.vip === vip && asked.index === index && asked.leaseSec === leaseSec) return asked.request;
    const request = addressRequestOf(vip, index, leaseSec);
    entry.asked = { vip, index, leaseSec, request };
    return request;
  }

  /** @returns whether the kernel is to be asked for it. */
  function prepare(entry: Held, index: number): boolean {
    if (entry.hostsOwn) return false;
    if (!entry.installed && isHostsOwn(entry, index)) {
      entry.hostsOwn = true;
      entry.installed = true;
      return false;
    }
    // One that is here stays, whoever adds it elsewhere: to let its lease run out would help nobody.
    const reason = entry.installed ? undefined : obstacle(entry, index);
    if (reason !== undefined) fail(entry, reason);
    return reason === undefined;
  }

  /** @returns whether the address has come newly. */
  function settle(
    entry: Held,
    answer: { error: KernelError | undefined; at: Micros; cause: Cause; wasThere: boolean; index: number },
  ): boolean {
    if (!isHeld(entry)) return false;
    if (answer.error !== undefined) {
      fail(entry, answer.error.message);
      return false;
    }
    delete entry.failure;
    entry.renewedAt = answer.at;
    entry.index = answer.index;
    if (entry.installed) return false;
    entry.installed = true;
    if (answer.wasThere) return false;
    const { leaseSec } = settings();
    if (answer.cause === 'restored') emit({ event: 'vip.restored', ...named(entry.prefix) });
    else
      emit({
        event: 'vip.added',
        ...named(entry.prefix),
        ...(leaseSec === 'off' ? {} : { lease_s: leaseSec }),
      });
    return true;
  }

  const installAndTell = (entries: readonly Held[], cause: Cause, atLeastUs?: Micros): Promise<void> =>
    install(entries, cause, ports.onInstalled, atLeastUs);

  function lose(entry: Held): void {
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

  /** Whether our own request explains that removal. */
  function isOurs(key: string): boolean {
    const count = ownRemovals.get(key) ?? 0;
    if (count === 0) return false;
    if (count === 1) ownRemovals.delete(key);
    else ownRemovals.set(key, count - 1);
    return true;
  }

  /** What may be removed: never what the host would be left without, nor an owner's own addresses. */
  function removable(prefix: Prefix, index: number): boolean {
    const key = formatPrefix(prefix);
    const entry = held.get(key);
    held.delete(key);
    if (entry?.installed === true) return !entry.hostsOwn;
    if (presentOn(index, prefix) === undefined || settings().owner) return false;
    const others = view.addressesOn(index).filter((found) => isOtherAddress(found, prefix));
    // A device of its own may be there for this address alone.
    if (others.length > 0 || attributesOf(prefix).device !== undefined) return true;
    emit({
      event: 'vip.failed',
      ...named(prefix),
      reason: 'it is the only address of the interface; left there',
    });
    return false;
  }

  async function remove(addresses: readonly Prefix[], reason: string): Promise<void> {
    const wanted = addresses.flatMap((prefix) => {
      const before = held.get(formatPrefix(prefix))?.index;
      const index = before !== undefined && view.linkAt(before) !== undefined ? before : indexOf(prefix);
      if (index !== undefined) return removable(prefix, index) ? [{ prefix, index }] : [];
      // It went with its interface.
      held.delete(formatPrefix(prefix));
      return [];
    });
    if (wanted.length === 0) return;
    for (const { prefix } of wanted) {
      const key = formatPrefix(prefix);
      ownRemovals.set(key, (ownRemovals.get(key) ?? 0) + 1);
    }
    for (let start = 0; start < wanted.length; start += sliceMax) {
      if (start > 0) await new Promise<void>(clock.afterPoll);
      // Those that have been added anew meanwhile are wanted.
      const slice = wanted.slice(start, start + sliceMax).filter(({ prefix }) => {
        const isBack = held.has(formatPrefix(prefix));
        if (isBack) isOurs(formatPrefix(prefix));
        return !isBack;
      });
      await removeSome(slice, reason);
    }
  }

  async function removeSome(
    wanted: readonly { readonly prefix: Prefix; readonly index: number }[],
    reason: string,
  ): Promise<void> {
    if (wanted.length === 0) return;
    const results = await kernel.removeAddresses(
      wanted.map(({ prefix, index }) => addressKeyOf(prefix, index)),
    );
    for (const [i, { prefix }] of wanted.entries()) {
      const error = results[i];
      if (error === undefined) {
        emit({ event: 'vip.removed', ...named(prefix), reason });
        continue;
      }
      isOurs(formatPrefix(prefix));
      // It went by itself: its lease ran out, or its interface is gone.
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENODEV') continue;
      emit({ event: 'vip.failed', ...named(prefix), reason: `not removed: ${error.message}` });
    }
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
    const vip = attributes.of({ address, length });
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
      ownRemovals.clear();
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
      await install(entries, 'added', onCame);
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

/** The attributes of each by its prefix, as long as the configuration is the same. */
function createAttributes(addresses: () => readonly VirtualAddress[]) {
  let known: readonly VirtualAddress[] = [];
  let byPrefix: ReadonlyMap<string, VirtualAddress> = new Map();
  return {
    of: (prefix: Prefix): VirtualAddress | undefined => {
      const now = addresses();
      if (now !== known) {
        known = now;
        byPrefix = new Map(now.map((vip) => [formatPrefix(vip), vip]));
      }
      return byPrefix.get(formatPrefix(prefix));
    },
  };
}
