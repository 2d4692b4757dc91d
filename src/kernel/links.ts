// Links of this host over rtnetlink: read, and macvlans of ours made, set and removed.

import type { NetworkKernel } from '../ports/kernel.ts';
import { NLM_F_CREATE, NLM_F_EXCL } from '../wire/netlink/netlink.ts';
import {
  decodeLink,
  encodeGetLinks,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
} from '../wire/route/rtnetlink.ts';
import {
  encodeLinkKey,
  encodeLinkMac,
  encodeLinkUp,
  encodeMacvlan,
  encodeNoAddressGeneration,
} from '../wire/route/rtnetlink-link.ts';
import { dumpDecoded } from './dump-decoded.ts';
import type { NetlinkRequests } from './netlink-requests.ts';

type Links = Pick<NetworkKernel, 'links' | 'addMacvlan' | 'setLinkMac' | 'setLinkUp' | 'removeLink'>;

export function createLinks(requests: NetlinkRequests): Links {
  const change = async (type: number, encode: () => Uint8Array, flags = 0) =>
    (await requests.change([() => ({ type, flags, payload: encode() })]))[0];
  return {
    links: () => dumpDecoded(requests, { type: RTM_GETLINK, payload: encodeGetLinks() }, decodeLink),
    addMacvlan: async (request) => {
      const error = await change(RTM_NEWLINK, () => encodeMacvlan(request), NLM_F_CREATE | NLM_F_EXCL);
      // Refused by a kernel without IPv6, which makes no address then either.
      if (error === undefined) await change(RTM_NEWLINK, () => encodeNoAddressGeneration(request.name));
      return error;
    },
    setLinkMac: (name, mac) => change(RTM_NEWLINK, () => encodeLinkMac(name, mac)),
    setLinkUp: (name) => change(RTM_NEWLINK, () => encodeLinkUp(name)),
    removeLink: (name) => change(RTM_DELLINK, () => encodeLinkKey(name)),
  };
}
