// The link-layer addresses of other routers, for people who look for one: from the frame of his next advert, or his answer
// to a question for his address, whichever comes first (a keepalived that hears what it must refuse hardly sends any). It
// takes as long as that, and a few are looked for at a time; what was found is remembered for what is said of him later.
// How a frame is caught is system/sockets/sender-mac.ts's. RFC 5227 §2.1.1 (a probe teaches nobody anything).
import { familyOf, type Ip } from '../../../net/ip.ts';
import { encodeArpProbeFrame } from '../../../wire/packet/arp.ts';
import { encodeNeighbourSolicitationFrame } from '../../../wire/packet/ndp.ts';
import type { NetworkView } from '../network-view.ts';
import type { VrrpPorts } from '../vrrp-ports.ts';
import type { PathRoute } from './paths.ts';

/** Whoever is on the LAN may send from any address. */
const atOnceMax = 4;
const rememberedMax = 64;
const longestMs = 10_000;

/** Who sent it, and over which of our interfaces it came. */
export type Sender = { readonly source: Ip; readonly over: string };

export type SenderMacs = {
  /** @returns undefined where it cannot be told. Settles with undefined where no advert came in that time. */
  readonly find: (sender: Sender, withinMs?: number) => Promise<string | undefined> | undefined;
  /** Somebody has answered for that address. */
  readonly answered: (sender: Sender, mac: string | undefined) => void;
  /** As it was found last. */
  readonly known: (sender: Sender) => string | undefined;
};

type Search = {
  readonly result: Promise<string | undefined>;
  readonly end: (mac: string | undefined) => void;
};

export function createSenderMacs(
  ports: Pick<VrrpPorts, 'findSenderMac'> & { readonly view: NetworkView },
): SenderMacs {
  const searches = new Map<string, Search>();
  const found = new Map<string, string>();
  const keyOf = ({ source, over }: Sender) => `${over} ${source}`;

  function remember(sender: Sender, mac: string): void {
    found.delete(keyOf(sender));
    found.set(keyOf(sender), mac);
    const [oldest] = found.keys();
    if (found.size > rememberedMax && oldest !== undefined) found.delete(oldest);
  }

  function begin(find: () => Promise<string | undefined>, sender: Sender): Search {
    let end: Search['end'] = () => {};
    const result = new Promise<string | undefined>((resolve) => {
      end = (mac) => {
        searches.delete(keyOf(sender));
        if (mac !== undefined) remember(sender, mac);
        resolve(mac);
      };
    });
    const search = { result, end };
    searches.set(keyOf(sender), search);
    void find().then((mac) => {
      if (searches.get(keyOf(sender)) === search) end(mac);
    });
    return search;
  }

  return {
    find: (sender, withinMs = longestMs) => {
      const running = searches.get(keyOf(sender));
      if (running !== undefined) return running.result;
      const { findSenderMac, view } = ports;
      const index = view.linkNamed(sender.over)?.index;
      if (index === undefined || findSenderMac === undefined || searches.size >= atOnceMax) return undefined;
      const limitMs = Math.min(longestMs, withinMs);
      return begin(() => findSenderMac(index, sender.source, limitMs), sender).result;
    },
    answered: (sender, mac) => {
      if (mac !== undefined) searches.get(keyOf(sender))?.end(mac);
    },
    known: (sender) => found.get(keyOf(sender)),
  };
}

/** Has him answer for his own address. */
export function askSender({ source, over }: Sender, routes: readonly PathRoute[]): void {
  const route = routes.find((each) => each.interface === over);
  const mac = route?.device.link()?.mac;
  if (route === undefined || mac === undefined) return;
  const frame =
    familyOf(source) === 'inet'
      ? encodeArpProbeFrame(source, mac)
      : encodeNeighbourSolicitationFrame(source, route.source, mac);
  route.device.frames()?.send(frame);
}
