// The link-layer address from which somebody's adverts come: of his next one on that interface, as the frame has it. A
// socket of the IP layer does not tell it, and the neighbour table need not know a router that only speaks to the group.
// A packet socket that nobody polls lets in his adverts alone, and is looked at now and then. Source: packet(7), bpf(4).
import { familyOf, type Ip, ipBytes } from '../../net/ip.ts';
import { type Mac, macFromBytes } from '../../net/mac.ts';
import { AF_PACKET, closeDescriptor, openSocket, receiveFrom, SOCK_DGRAM, setSocketOption } from '../libc.ts';
import { accept, assemble, at, LOAD_BYTE, LOAD_WORD, load, reject, unlessEqual } from './socket-filter.ts';
import { attaching } from './socket-filter-option.ts';

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const protocolVrrp = 112;
/** SKF_AD_OFF + SKF_AD_IFINDEX. */
const INTERFACE_INDEX = -0x1000 + 8;
const lookEveryMs = 20;

/** @returns undefined where none came in that time, or the kernel refused the socket. */
export async function findSenderMac(
  interfaceIndex: number,
  source: Ip,
  limitMs: number,
): Promise<Mac | undefined> {
  const protocol = familyOf(source) === 'inet' ? ETH_P_IP : ETH_P_IPV6;
  const opened = openSocket(AF_PACKET, SOCK_DGRAM, ((protocol & 0xff) << 8) | (protocol >> 8));
  if (!opened.ok) return undefined;
  const fd = opened.value;
  try {
    const { level, name, value } = attaching(filterFor(interfaceIndex, source));
    if (!setSocketOption(fd, level, name, value).ok) return undefined;
    // What came before the filter was there is not his.
    while (receive(fd) !== undefined);
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs += lookEveryMs) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      const mac = receive(fd);
      if (mac !== undefined) return mac;
    }
    return undefined;
  } finally {
    closeDescriptor(fd);
  }
}

/** @returns the sender of one frame (struct sockaddr_ll), where one has come. */
function receive(fd: number): Mac | undefined {
  const from = new Uint8Array(20);
  return receiveFrom(fd, new Uint8Array(64), from).ok ? macFromBytes(from.subarray(12, 18)) : undefined;
}

function filterFor(interfaceIndex: number, source: Ip): Uint8Array {
  const isInet = familyOf(source) === 'inet';
  const bytes = ipBytes(source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return assemble([
    load(LOAD_WORD, INTERFACE_INDEX),
    unlessEqual(interfaceIndex, 'other'),
    load(LOAD_BYTE, isInet ? 9 : 6),
    unlessEqual(protocolVrrp, 'other'),
    ...Array.from({ length: bytes.byteLength / 4 }, (_, index) => [
      load(LOAD_WORD, (isInet ? 12 : 8) + 4 * index),
      unlessEqual(view.getUint32(4 * index), 'other'),
    ]).flat(),
    accept,
    at('other'),
    reject,
  ]);
}
