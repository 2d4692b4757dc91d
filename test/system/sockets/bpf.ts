// A machine for classic BPF programs as the kernel runs them on a raw socket, as far as our filters go: what a test
// asks instead of the kernel. bpf(4), linux/filter.h.

export type BpfPacket = {
  /** As the socket delivers it. */
  readonly bytes: Uint8Array;
  /** Its IP header and what follows. */
  readonly network: Uint8Array;
  readonly random: number;
};

/** @returns whether the packet is let in. */
export function runFilter(program: Uint8Array, packet: BpfPacket): boolean {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  let a = 0;
  let x = 0;
  for (let pc = 0; ; pc += 1) {
    const code = view.getUint16(8 * pc, true);
    const k = view.getInt32(8 * pc + 4, true);
    const jump = (isTrue: boolean) => {
      pc += view.getUint8(8 * pc + (isTrue ? 2 : 3));
    };
    const loaded = valueAt(code, k, x, packet);
    switch (code) {
      case 0x80:
        a = packet.bytes.length;
        break;
      case 0x20:
      case 0x30:
      case 0x50:
        if (loaded === undefined) return false;
        a = loaded;
        break;
      case 0xb1:
        if (loaded === undefined) return false;
        x = 4 * (loaded & 0x0f);
        break;
      case 0x1c:
        a = (a - x) >>> 0;
        break;
      case 0x05:
        pc += k;
        break;
      case 0x15:
        jump(a === k >>> 0);
        break;
      case 0x25:
        jump(a > k >>> 0);
        break;
      case 0x35:
        jump(a >= k >>> 0);
        break;
      case 0x45:
        jump((a & k) !== 0);
        break;
      case 0x06:
        return k !== 0;
      default:
        throw new Error(
          `Cannot run: expected an instruction that our filters have, got 0x${code.toString(16)}`,
        );
    }
  }
}

function valueAt(
  code: number,
  k: number,
  x: number,
  { bytes, network, random }: BpfPacket,
): number | undefined {
  if (k === -0x1000 + 56) return random >>> 0;
  const size = code === 0x20 ? 4 : 1;
  const isNetwork = k < -0x1000;
  const from = isNetwork ? network : bytes;
  const offset = isNetwork ? k + 0x100000 : code === 0x50 ? k + x : k;
  if (offset + size > from.length) return undefined;
  let value = 0;
  for (let i = 0; i < size; i += 1) value = value * 256 + (from[offset + i] ?? 0);
  return value;
}
