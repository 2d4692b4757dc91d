// Links of our own over rtnetlink (linux/if_link.h): a macvlan with a MAC address of choice is made, kept without
// an IPv6 address of its own, brought up, and deleted. By name: its index is not known before it is there.
import { type Mac, macBytes } from '../../net/mac.ts';
import {
  openAttribute,
  writeAttribute,
  writeNested,
  writeText,
  writeU32,
} from '../netlink/netlink-attributes.ts';
import { createWriter, type Writer } from '../writer.ts';

const IFF_UP = 1;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_LINK = 5;
const IFLA_LINKINFO = 18;
const IFLA_AF_SPEC = 26;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_MACVLAN_MODE = 1;
const AF_INET6 = 10;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const IN6_ADDR_GEN_MODE_NONE = 1;
/**
 * Not private: there the kernel keeps frames from a peer's macvlan, which has the same MAC address, from the
 * parent interface, and with them the peer's adverts.
 */
const MACVLAN_MODE_BRIDGE = 4;

export type MacvlanRequest = { readonly name: string; readonly parentIndex: number; readonly mac: Mac };

/** RTM_NEWLINK that makes it, down. */
export const encodeMacvlan = ({ name, parentIndex, mac }: MacvlanRequest): Uint8Array =>
  encodeLink(name, 0, (writer) => {
    writeU32(writer, IFLA_LINK, parentIndex);
    writeAttribute(writer, IFLA_ADDRESS, macBytes(mac));
    writeNested(writer, IFLA_LINKINFO, () => {
      writeText(writer, IFLA_INFO_KIND, 'macvlan');
      writeNested(writer, IFLA_INFO_DATA, () => writeU32(writer, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE));
    });
  });

/** RTM_NEWLINK: it makes itself no link-local address, which would be the same one on every director. */
export const encodeNoAddressGeneration = (name: string): Uint8Array =>
  encodeLink(name, 0, (writer) =>
    writeNested(writer, IFLA_AF_SPEC, () =>
      writeNested(writer, AF_INET6, () =>
        openAttribute(writer, IFLA_INET6_ADDR_GEN_MODE, () => writer.u8(IN6_ADDR_GEN_MODE_NONE)),
      ),
    ),
  );

/** RTM_NEWLINK. */
export const encodeLinkUp = (name: string): Uint8Array => encodeLink(name, IFF_UP, () => {});

/** RTM_NEWLINK. */
export const encodeLinkMac = (name: string, mac: Mac): Uint8Array =>
  encodeLink(name, 0, (writer) => writeAttribute(writer, IFLA_ADDRESS, macBytes(mac)));

/** RTM_DELLINK. */
export const encodeLinkKey = (name: string): Uint8Array => encodeLink(name, 0, () => {});

/** struct ifinfomsg, the name, and more. @param flags that are set */
function encodeLink(name: string, flags: number, more: (writer: Writer) => void): Uint8Array {
  const writer = createWriter(96);
  writer.u32(0); // family, padding, type
  writer.s32Host(0); // index: by name
  writer.u32Host(flags);
  writer.u32Host(flags); // which of them change
  writeText(writer, IFLA_IFNAME, name);
  more(writer);
  return writer.written();
}
