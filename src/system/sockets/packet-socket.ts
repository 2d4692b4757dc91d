// Whole Ethernet frames out of one interface, through AF_PACKET: what gratuitous ARP needs, since no socket
// of the IP layer can send it. Receives nothing. Source: packet(7).
import { ok, type Result } from '../../net/result.ts';
import type { FramePort } from '../../ports/datagram.ts';
import { AF_PACKET, closeDescriptor, type ErrnoCode, openSocket, SOCK_RAW, sendTo } from '../libc.ts';

const ethernetHeaderLength = 14;
/** struct sockaddr_ll. */
const addressLength = 20;

/** @param interfaceIndex where frames leave; needs CAP_NET_RAW. */
export function openFrameSocket(interfaceIndex: number): Result<FramePort, ErrnoCode> {
  // Protocol 0: the kernel queues nothing for this socket.
  const opened = openSocket(AF_PACKET, SOCK_RAW, 0);
  if (!opened.ok) return opened;
  let closed = false;
  return ok({
    send: (frame) => {
      if (frame.byteLength < ethernetHeaderLength)
        throw new RangeError(`Cannot send frame: expected at least 14 bytes, got ${frame.byteLength}`);
      if (closed) return 'EBADF';
      const sent = sendTo(opened.value, frame, linkAddress(frame, interfaceIndex));
      return sent.ok ? undefined : sent.error;
    },
    close: () => {
      if (!closed) closeDescriptor(opened.value);
      closed = true;
    },
  });
}

/** sll_family in the machine's order, sll_protocol in the network's, sll_ifindex, sll_halen, sll_addr. */
function linkAddress(frame: Uint8Array, interfaceIndex: number): Uint8Array {
  const address = new Uint8Array(addressLength);
  address.set(new Uint8Array(Uint16Array.of(AF_PACKET).buffer), 0);
  address.set(frame.subarray(12, 14), 2);
  address.set(new Uint8Array(Int32Array.of(interfaceIndex).buffer), 4);
  address[11] = 6;
  address.set(frame.subarray(0, 6), 12);
  return address;
}
