// Addresses of this host over rtnetlink: read, replaced, removed.
import type { AddressRequest, NetworkKernel } from '../ports/kernel.ts';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../wire/netlink/netlink.ts';
import {
  decodeAddress,
  encodeAddress,
  encodeAddressKey,
  encodeGetAddresses,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
} from '../wire/route/rtnetlink.ts';
import { dumpDecoded } from './dump-decoded.ts';
import type { NetlinkRequests } from './netlink-requests.ts';

type Addresses = Pick<NetworkKernel, 'addresses' | 'replaceAddresses' | 'removeAddresses'>;

export const createAddresses = (requests: NetlinkRequests): Addresses => ({
  addresses: (family) =>
    dumpDecoded(requests, { type: RTM_GETADDR, payload: encodeGetAddresses(family) }, decodeAddress),
  replaceAddresses: (entries) =>
    requests.change(
      entries.map((entry) => () => ({
        type: RTM_NEWADDR,
        flags: NLM_F_CREATE | NLM_F_REPLACE,
        payload: encodeOnce(entry),
      })),
    ),
  removeAddresses: (entries) =>
    requests.change(entries.map((entry) => () => ({ type: RTM_DELADDR, payload: encodeAddressKey(entry) }))),
});

const encoded = new WeakMap<AddressRequest, Uint8Array>();

/** One that is renewed asks with the same value again and again. */
function encodeOnce(entry: AddressRequest): Uint8Array {
  const payload = encoded.get(entry) ?? encodeAddress(entry);
  encoded.set(entry, payload);
  return payload;
}
