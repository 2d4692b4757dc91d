// The link-layer addresses of other routers, for people who look for one: from the frame of his next advert. It takes as
// long as that, and a few are looked for at a time; what was found is remembered for what is said of him later. How a
// frame is caught is system/sockets/sender-mac.ts's.
import type { Ip } from '../../../net/ip.ts';
import type { NetworkView } from '../network-view.ts';
import type { VrrpPorts } from '../vrrp-ports.ts';

/** Whoever is on the LAN may send from any address. */
const atOnceMax = 4;
const rememberedMax = 64;
const longestMs = 10_000;

/** Who sent it, and over which of our interfaces it came. */
export type Sender = { readonly source: Ip; readonly over: string };

export type SenderMacs = {
  /** @returns undefined where it cannot be told. Settles with undefined where no advert came in that time. */
  readonly find: (sender: Sender, withinMs?: number) => Promise<string | undefined> | undefined;
  /** As it was found last. */
  readonly known: (sender: Sender) => string | undefined;
};

export function createSenderMacs(
  ports: Pick<VrrpPorts, 'findSenderMac'> & { readonly view: NetworkView },
): SenderMacs {
  const searches = new Map<string, Promise<string | undefined>>();
  const found = new Map<string, string>();
  const keyOf = ({ source, over }: Sender) => `${over} ${source}`;

  function remember(sender: Sender, mac: string): void {
    found.delete(keyOf(sender));
    found.set(keyOf(sender), mac);
    const [oldest] = found.keys();
    if (found.size > rememberedMax && oldest !== undefined) found.delete(oldest);
  }

  async function search(index: number, sender: Sender, withinMs: number): Promise<string | undefined> {
    const mac = await ports.findSenderMac?.(index, sender.source, Math.min(longestMs, withinMs));
    searches.delete(keyOf(sender));
    if (mac !== undefined) remember(sender, mac);
    return mac;
  }

  return {
    find: (sender, withinMs = longestMs) => {
      const running = searches.get(keyOf(sender));
      if (running !== undefined) return running;
      const index = ports.view.linkNamed(sender.over)?.index;
      if (index === undefined || ports.findSenderMac === undefined || searches.size >= atOnceMax)
        return undefined;
      const begun = search(index, sender, withinMs);
      searches.set(keyOf(sender), begun);
      return begun;
    },
    known: (sender) => found.get(keyOf(sender)),
  };
}
