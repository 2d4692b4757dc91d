// Gratuitous ARP, or for IPv6 unsolicited neighbour advertisements, for the addresses of one instance: tells the
// neighbours where they now live. When to do so is the state machine's decision. RFC 9568 §6.4.1 (120), (125).
import { familyOf, type Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Clock, Micros } from '../ports/clock.ts';
import { encodeGratuitousArpFrame } from '../wire/arp.ts';
import { encodeNeighbourAdvertisementFrame } from '../wire/ndp.ts';
import type { VrrpInterface } from './vrrp-interface.ts';
import type { Emit } from './vrrp-ports.ts';

/** Rounds after the second repeat for as long as the role lasts: they are logged at most that often. */
const refreshLoggedEveryUs = 60_000_000;

export type Announce = (
  addresses: readonly Prefix[],
  options: { readonly round: number; readonly repeat: number },
) => void;

export function createAnnouncer(
  instance: string,
  network: VrrpInterface,
  { clock, emit }: { readonly clock: Clock; readonly emit: Emit },
): Announce {
  let loggedAt: Micros = 0;
  return (addresses, { round, repeat }) => {
    const mac = network.link()?.mac;
    const frames = network.frames();
    if (mac === undefined || frames === undefined || addresses.length === 0) return;
    const encoded = addresses.map(({ address }) => announcementOf(address, mac));
    for (let i = 0; i < repeat; i += 1) for (const frame of encoded) frames.send(frame);
    const now = clock.now();
    if (round > 2 && now - loggedAt < refreshLoggedEveryUs) return;
    loggedAt = now;
    emit({ event: 'vip.announced', instance, addresses: addresses.length, round });
  };
}

const announcementOf = (address: Ip, mac: Mac): Uint8Array =>
  familyOf(address) === 'inet'
    ? encodeGratuitousArpFrame(address, mac)
    : encodeNeighbourAdvertisementFrame(address, mac);
