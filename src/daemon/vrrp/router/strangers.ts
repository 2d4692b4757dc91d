// Tells of routers on our VRID, or with our addresses, that are not configured as we are: another cluster's, or a peer
// with a slip in its file. With the address, the link-layer address and what is different, for whoever has to find it;
// at most a line a minute of each. Nothing of the election hangs on it. RFC 9568 §8.
import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Ip } from '../../../net/ip.ts';
import type { Difference } from '../../../vrrp/differences.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { Sender, SenderMacs } from '../adverts/sender-macs.ts';

/** How many packets it stands for; absent: one. */
type Packet = Sender & { readonly standsFor?: number };

export type Strangers = {
  /** Its adverts are not believed, or are those of another cluster. */
  readonly foreign: (packet: Packet, reason: string) => void;
  /** Its advert is believed. @param notes in what it differs */
  readonly believed: (packet: Packet, notes: readonly Difference[]) => void;
  readonly alsoActive: (peer: Ip, priority: number) => void;
};

export type StrangerPorts = {
  readonly emit: Emit;
  readonly limit: RateLimit;
  readonly senderMacs: SenderMacs;
  /** Has him answer for his own address. */
  readonly ask: (sender: Sender) => void;
};

type Known = StrangerPorts & {
  readonly config: () => VrrpInstanceConfig;
  /** Of the advert that the state machine speaks of. */
  last?: Sender;
};

export function createStrangers(config: () => VrrpInstanceConfig, ports: StrangerPorts): Strangers {
  const known: Known = { ...ports, config };
  return {
    foreign: (packet, reason) => tellForeign(known, packet, reason),
    believed: (packet, notes) => {
      known.last = packet;
      for (const note of notes) tellDifference(known, packet, note);
    },
    alsoActive: (peer, priority) => tellActive(known, peer, priority),
  };
}

export const describeDifference = ({ what, ours, theirs }: Difference): string =>
  `${what === 'virtual_router' ? 'addresses' : what}: ${ours}, got ${theirs}`;

function tellForeign(known: Known, packet: Packet, reason: string): void {
  const { name: instance, virtualRouterId: vrid } = known.config();
  const { source, over } = packet;
  note(known, { packet, key: 'foreign' }, (mac, count) =>
    known.emit({
      ...{ event: 'vrrp.foreign_router', instance, vrid, interface: over, source },
      ...(mac !== undefined && { mac }),
      ...{ reason, count },
    }),
  );
}

/** Said once for as long as it goes on; how often it was heard again is of no interest. */
function tellDifference(known: Known, packet: Packet, difference: Difference): void {
  const { what, ours, theirs } = difference;
  if (what === 'virtual_router') {
    tellForeign(known, packet, describeDifference(difference));
    return;
  }
  const { name: instance } = known.config();
  const { source } = packet;
  note(known, { packet, key: `differs ${what}`, once: true }, (mac) =>
    known.emit({
      ...{ event: 'vrrp.advert_differs', instance, source },
      ...(mac !== undefined && { mac }),
      ...{ what, ours, theirs },
    }),
  );
}

/** The state machine forgets a peer that falls silent, and would tell of it anew each time it comes back. */
function tellActive(known: Known, peer: Ip, peer_priority: number): void {
  const { name: instance, virtualRouterId: vrid, interface: first } = known.config();
  const packet = known.last?.source === peer ? known.last : { source: peer, over: first };
  note(known, { packet, key: 'split' }, (mac) =>
    known.emit({
      ...{ event: 'vrrp.split_brain_suspected', instance, vrid, peer },
      ...(mac !== undefined && { mac }),
      peer_priority,
    }),
  );
}

type Noting = { readonly packet: Packet; readonly key: string; readonly once?: true };

/** What is said first waits for the next advert, whose frame has the address; what repeats it, for nothing. */
function note(known: Known, noting: Noting, say: (mac: string | undefined, count: number) => void): void {
  const { limit, senderMacs, ask, config } = known;
  const { packet, key, once } = noting;
  let isFirst = true;
  limit.note(
    `${config().name} ${packet.source} ${key}`,
    (count) => {
      if (!isFirst && once) return;
      const search = isFirst ? senderMacs.find(packet) : undefined;
      if (search === undefined) {
        say(senderMacs.known(packet), count);
        return;
      }
      ask(packet);
      void search.then((mac) => say(mac, count));
    },
    packet.standsFor,
  );
  isFirst = false;
}
