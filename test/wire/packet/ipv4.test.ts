// The IPv4 header of what raw sockets deliver.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIpv4 } from '../../../src/wire/packet/ipv4.ts';

const HEADER = '45c0002000010000ff70d0010a090001e0000012';
const packet = (header: string, payload = '310564010064758f0a090064'): Uint8Array =>
  Uint8Array.from(Buffer.from(header + payload, 'hex'));

describe('decodeIpv4', () => {
  it('gives TTL, protocol, addresses and payload', () => {
    const decoded = decodeIpv4(packet(HEADER));
    expect(decoded).toMatchObject({
      ok: true,
      value: { ttl: 255, protocol: 112, source: '10.9.0.1', destination: '224.0.0.18' },
    });
    expect(decoded.ok && Buffer.from(decoded.value.payload).toString('hex')).toBe('310564010064758f0a090064');
  });

  it('cuts off what lies beyond the total length', () => {
    const decoded = decodeIpv4(packet(HEADER, '310564010064758f0a090064ffffffff'));
    expect(decoded.ok && decoded.value.payload.length).toBe(12);
  });

  it('skips options', () => {
    const decoded = decodeIpv4(packet(`46${HEADER.slice(2, 4)}0024${HEADER.slice(8)}94040000`));
    expect(decoded.ok && decoded.value.payload.length).toBe(12);
  });

  it.each([
    ['IP version 4, got 6', `65${HEADER.slice(2)}`],
    ['IPv4 header length of at least 20, got 16', `44${HEADER.slice(2)}`],
    ['IPv4 total length from 20 to 32, got 33', `45c00021${HEADER.slice(8)}`],
    ['IPv4 total length from 20 to 32, got 19', `45c00013${HEADER.slice(8)}`],
  ])('refuses: %s', (error, header) => {
    expect(decodeIpv4(packet(header))).toEqual({ ok: false, error });
  });

  it('refuses every prefix of a packet', () => {
    const bytes = packet(HEADER);
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeIpv4(bytes.subarray(0, length)).ok).toBe(false);
    }
  });

  it('never throws, and never yields bytes from outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const decoded = decodeIpv4(bytes);
        if (decoded.ok) expect(decoded.value.payload.length).toBeLessThanOrEqual(bytes.length - 20);
      }),
      { numRuns: 1000 },
    );
  });
});
