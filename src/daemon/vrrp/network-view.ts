// Links and addresses of the host as last known: read once, then kept by notifications, read again after
// an overflow. Decides nothing; tells whoever listens what changed, after it is known here.
import type { LinkDelay } from '../../model/config/router.ts';
import type { Ip } from '../../net/ip.ts';
import type { Link } from '../../net/link.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AddressEntry, KernelError, NetworkChange, NetworkKernel } from '../../ports/kernel.ts';
import { createAddressIndex } from './address-index.ts';
import { createLinkDelays } from './link-delays.ts';

const readAttempts = 5;
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

export function createNetworkView(kernel: NetworkKernel, clock: Clock): NetworkView {
  let links = new Map<number, Link>();
  let names = new Map<string, Link>();
  const addresses = createAddressIndex();
  const listeners = new Set<(change: NetworkChange) => void>();
  let changes = 0;
  let watching = false;

  const tell = (change: NetworkChange) => {
    for (const listener of [...listeners]) listener(change);
  };

  const delays = createLinkDelays(clock, (index) => {
    const link = links.get(index);
    if (link !== undefined) tell({ type: 'linkChanged', link: delays.shown(link) });
  });

  const nameLinks = () => {
    names = new Map([...links.values()].map((link) => [link.name, link]));
  };

  const shownOf = (link: Link | undefined) => (link === undefined ? undefined : delays.shown(link));

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
      const isFirst = links.size === 0;
      for (const index of links.keys())
        if (!foundLinks.value.some((link) => link.index === index)) delays.gone(index);
      links = new Map(foundLinks.value.map((link) => [link.index, link]));
      for (const link of foundLinks.value) delays.heard(link, isFirst);
      nameLinks();
      addresses.reset(foundAddresses);
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
        delays.heard(change.link);
        nameLinks();
        break;
      case 'linkRemoved':
        links.delete(change.index);
        delays.gone(change.index);
        nameLinks();
        break;
      case 'addressAdded':
        // Its lifetime was renewed: nothing hangs on that, and ours are renewed all the time.
        if (!addresses.put(change.address)) return;
        break;
      case 'addressRemoved':
        addresses.drop(change.address);
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
    delay: delays.use,
    linkNamed: (name) => shownOf(names.get(name)),
    linkAt: (index) => shownOf(links.get(index)),
    addressesOn: addresses.on,
    placesOf: addresses.placesOf,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
