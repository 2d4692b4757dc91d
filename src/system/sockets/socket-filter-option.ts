// A socket filter as an option of a socket: attached in place of the one before, or taken off.
// What it lets in is socket-filter.ts's and its callers'. Source: linux/filter.h, socket(7).

import { addressOf } from '../libc.ts';
import type { SocketOption } from './datagram-socket.ts';

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_DETACH_FILTER = 27;

export const attaching = (program: Uint8Array): SocketOption => ({
  level: SOL_SOCKET,
  name: SO_ATTACH_FILTER,
  value: programOf(program),
});

export const detaching: SocketOption = {
  level: SOL_SOCKET,
  name: SO_DETACH_FILTER,
  value: new Uint8Array(4),
};

/**
 * struct sock_fprog: the number of instructions (eight bytes each), and where they are: right behind it, so that
 * they live as long as the option does.
 */
function programOf(program: Uint8Array): Uint8Array {
  const memory = new Uint8Array(new ArrayBuffer(16 + program.byteLength));
  memory.set(program, 16);
  memory.set(new Uint8Array(Uint16Array.of(program.byteLength / 8).buffer), 0);
  memory.set(new Uint8Array(BigUint64Array.of(addressOf(memory) + 16n).buffer), 8);
  return memory.subarray(0, 16);
}
