import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip, ipFromBytes } from '../../../src/net/ip.ts';
import { decodeIpv4 } from '../../../src/wire/packet/ipv4.ts';
import { encodeIpv4 } from '../../../src/wire/packet/ipv4-header.ts';

const address = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(ipFromBytes);
const byte = fc.integer({ min: 0, max: 255 });

describe('an IPv4 header for a raw socket', () => {
  it('is read back as it was given', () => {
    const header = fc.record({ source: address, destination: address, protocol: byte, ttl: byte, tos: byte });
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 2000 }), (given, payload) => {
        const decoded = decodeIpv4(encodeIpv4(given, payload));
        const { tos: _, ...rest } = given;
        expect(decoded).toEqual({ ok: true, value: { ...rest, payload } });
      }),
    );
  });

  it('leaves identification and checksum to the kernel (raw(7)), and forbids nothing', () => {
    const path = { source: ip('10.9.0.1'), destination: ip('224.0.0.18') };
    const bytes = encodeIpv4({ ...path, protocol: 112, ttl: 255, tos: 0xc0 }, new Uint8Array(8));
    expect([...bytes.subarray(0, 12)]).toEqual([0x45, 0xc0, 0, 28, 0, 0, 0, 0, 255, 112, 0, 0]);
  });
});
