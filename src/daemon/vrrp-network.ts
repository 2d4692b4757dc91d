// Links and addresses of the host as last known: read once, then kept by notifications, read again after
// an overflow. Decides nothing; tells whoever listens what changed, after it is known here.
import type { Ip } from '../net/ip.ts';
import type { Link } from '../net/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { AddressEntry, KernelError, NetworkChange, NetworkKernel } from '../ports/kernel.ts';

const readAttempts = 5;
const retryMs = 1000;

export type NetworkView = {
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

export function createNetworkView(kernel: NetworkKernel, clock: Clock): NetworkView {
  let links = new Map<number, Link>();
  let addresses = new Map<string, AddressEntry>();
  const listeners = new Set<(change: NetworkChange) => void>();
  let changes = 0;
  let watching = false;

  const tell = (change: NetworkChange) => {
    for (const listener of [...listeners]) listener(change);
  };

  async function read(): Promise<KernelError | undefined> {
    for (let attempt = 0; attempt < readAttempts; attempt += 1) {
      const before = changes;
      const [foundLinks, inet, inet6] = await Promise.all([
        kernel.links(),
        kernel.addresses('inet'),
        kernel.addresses('inet6'),
      ]);
      if (!foundLinks.ok) return foundLinks.error;
      if (!inet.ok) return inet.error;
      // A kernel without IPv6 has none of its addresses.
      const foundAddresses = [...inet.value, ...(inet6.ok ? inet6.value : [])];
      links = new Map(foundLinks.value.map((link) => [link.index, link]));
      addresses = new Map(foundAddresses.map((address) => [keyOf(address), address]));
      // What a notification said meanwhile may be newer than what was read.
      if (changes === before) return undefined;
    }
    return undefined;
  }

  async function reread(): Promise<void> {
    const failure = await read();
    if (failure !== undefined) clock.after(retryMs, () => void reread());
    tell({ type: 'resync' });
  }

  function follow(change: NetworkChange): void {
    changes += 1;
    switch (change.type) {
      case 'linkChanged':
        links.set(change.link.index, change.link);
        break;
      case 'linkRemoved':
        links.delete(change.index);
        break;
      case 'addressAdded': {
        const key = keyOf(change.address);
        const before = addresses.get(key);
        addresses.set(key, change.address);
        // Its lifetime was renewed: nothing hangs on that, and ours are renewed all the time.
        if (before !== undefined && sameButLifetime(before, change.address)) return;
        break;
      }
      case 'addressRemoved':
        addresses.delete(keyOf(change.address));
        break;
      case 'resync':
        void reread();
        return;
    }
    tell(change);
  }

  return {
    load: () => {
      if (!watching) kernel.watch(follow);
      watching = true;
      return read();
    },
    linkNamed: (name) => {
      for (const link of links.values()) if (link.name === name) return link;
      return undefined;
    },
    linkAt: (index) => links.get(index),
    addressesOn: (index) => [...addresses.values()].filter((entry) => entry.interfaceIndex === index),
    placesOf: (address) => {
      const places: AddressEntry[] = [];
      for (const entry of addresses.values()) if (entry.address === address) places.push(entry);
      return places;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const keyOf = (entry: AddressEntry): string =>
  `${entry.interfaceIndex} ${entry.address}/${entry.prefixLength}`;

const sameButLifetime = (a: AddressEntry, b: AddressEntry): boolean =>
  JSON.stringify({ ...a, validLifetime: 0 }) === JSON.stringify({ ...b, validLifetime: 0 });
