// Links and addresses of the host as last known: read once, then kept by notifications, read again after
// an overflow. Decides nothing; tells whoever listens what changed, after it is known here.
import type { LinkDelay } from '../../model/config/router.ts';
import type { Ip } from '../../net/ip.ts';
import type { Link } from '../../net/link.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AddressEntry, KernelError, NetworkChange, NetworkKernel } from '../../ports/kernel.ts';
import { type AddressIndex, createAddressIndex } from './address-index.ts';
import { createLinkDelays, type LinkDelays } from './link-delays.ts';

const readsMax = 5;
const retryMs = 1000;

export type NetworkView = {
  /** From now on a change of these interfaces counts only once it has lasted. */
  readonly delay: (delays: readonly LinkDelay[]) => void;
  /** Reads everything; from then on changes are followed. @returns why it could not be read. */
  readonly load: () => Promise<KernelError | undefined>;
  readonly linkNamed: (name: string) => Link | undefined;
  readonly linkAt: (index: number) => Link | undefined;
  /** In the kernel's order: the primary address first. */
  readonly addressesOn: (interfaceIndex: number) => readonly AddressEntry[];
  readonly placesOf: (address: Ip) => readonly AddressEntry[];
  /** `resync`: anything may have changed. @returns ends it. */
  readonly onChange: (listener: (change: NetworkChange) => void) => () => void;
};

type Known = {
  readonly kernel: NetworkKernel;
  readonly clock: Clock;
  readonly addresses: AddressIndex;
  readonly delays: LinkDelays;
  readonly listeners: Set<(change: NetworkChange) => void>;
  links: Map<number, Link>;
  names: ReadonlyMap<string, Link>;
  /** Heard of so far. */
  changes: number;
  isWatching: boolean;
};

export function createNetworkView(kernel: NetworkKernel, clock: Clock): NetworkView {
  const delays = createLinkDelays(clock, (index) => {
    const link = known.links.get(index);
    if (link !== undefined) tell(known, { type: 'linkChanged', link: delays.shown(link) });
  });
  const known: Known = {
    ...{ kernel, clock, delays, addresses: createAddressIndex(), listeners: new Set() },
    ...{ links: new Map(), names: new Map(), changes: 0, isWatching: false },
  };
  const { addresses, listeners } = known;
  const shownOf = (link: Link | undefined) => (link === undefined ? undefined : delays.shown(link));
  return {
    load: () => {
      if (!known.isWatching) kernel.watch((change) => follow(known, change));
      known.isWatching = true;
      return read(known);
    },
    delay: delays.use,
    linkNamed: (name) => shownOf(known.names.get(name)),
    linkAt: (index) => shownOf(known.links.get(index)),
    addressesOn: addresses.on,
    placesOf: addresses.placesOf,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function tell({ listeners }: Known, change: NetworkChange): void {
  for (const listener of [...listeners]) listener(change);
}

async function read(known: Known): Promise<KernelError | undefined> {
  const { kernel } = known;
  for (let attempt = 0; attempt < readsMax; attempt += 1) {
    const before = known.changes;
    const [links, inet, inet6] = await Promise.all([
      kernel.links(),
      kernel.addresses('inet'),
      kernel.addresses('inet6'),
    ]);
    if (!links.ok) return links.error;
    if (!inet.ok) return inet.error;
    takeLinks(known, links.value);
    // A kernel without IPv6 has none of its addresses.
    known.addresses.reset([...inet.value, ...(inet6.ok ? inet6.value : [])]);
    // What a notification said meanwhile may be newer than what was read.
    if (known.changes === before) return undefined;
  }
  return undefined;
}

function takeLinks(known: Known, found: readonly Link[]): void {
  const { links, delays } = known;
  const isFirst = links.size === 0;
  for (const index of links.keys()) if (!found.some((link) => link.index === index)) delays.gone(index);
  known.links = new Map(found.map((link) => [link.index, link]));
  for (const link of found) delays.heard(link, isFirst);
  nameLinks(known);
}

function nameLinks(known: Known): void {
  known.names = new Map([...known.links.values()].map((link) => [link.name, link]));
}

async function readAgain(known: Known): Promise<void> {
  const failure = await read(known);
  if (failure !== undefined) known.clock.after(retryMs, () => void readAgain(known));
  tell(known, { type: 'resync' });
}

function follow(known: Known, change: NetworkChange): void {
  known.changes += 1;
  if (change.type === 'resync') void readAgain(known);
  else if (note(known, change)) tell(known, change);
}

/** @returns whether it is anything new. */
function note(known: Known, change: Exclude<NetworkChange, { readonly type: 'resync' }>): boolean {
  const { links, delays, addresses } = known;
  switch (change.type) {
    case 'linkChanged':
      links.set(change.link.index, change.link);
      delays.heard(change.link);
      nameLinks(known);
      return true;
    case 'linkRemoved':
      links.delete(change.index);
      delays.gone(change.index);
      nameLinks(known);
      return true;
    case 'addressAdded':
      // Its lifetime was renewed: nothing hangs on that, and ours are renewed all the time.
      return addresses.put(change.address);
    case 'addressRemoved':
      addresses.drop(change.address);
      return true;
  }
}
