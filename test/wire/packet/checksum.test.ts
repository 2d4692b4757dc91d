// The Internet checksum and its pseudo-headers, against worked examples and against plain arithmetic.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import {
  checksumOf,
  isIntact,
  onesComplementSum,
  pseudoHeaderSum,
} from '../../../src/wire/packet/checksum.ts';

describe('the one’s complement sum', () => {
  it('RFC 1071 §3: the worked example', () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(onesComplementSum(bytes)).toBe(0xddf2);
    expect(checksumOf(0xddf2)).toBe(0x220d);
  });

  it('an odd last byte is the high byte of a word', () => {
    expect(onesComplementSum(Uint8Array.of(0x12))).toBe(0x1200);
  });

  it('RFC 1071 §2 (A): adding in two parts is adding at once', () => {
    const even = fc.uint8Array({ maxLength: 60 }).map((bytes) => bytes.subarray(0, bytes.length & ~1));
    fc.assert(
      fc.property(even, fc.uint8Array({ maxLength: 60 }), (head, tail) => {
        const parts = onesComplementSum(tail, onesComplementSum(head));
        expect(parts).toBe(onesComplementSum(Uint8Array.from([...head, ...tail])));
      }),
    );
  });

  it('a message with its checksum filled in is intact', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 2000 }), (bytes) => {
        const message = bytes.subarray(0, bytes.length & ~1);
        message.fill(0, 0, 2);
        new DataView(message.buffer).setUint16(0, checksumOf(onesComplementSum(message)));
        expect(isIntact(onesComplementSum(message))).toBe(true);
      }),
    );
  });
});

describe('pseudo-headers', () => {
  it('IPv4: source, destination, zero and protocol, length', () => {
    const sum = pseudoHeaderSum({
      source: ip('1.2.3.4'),
      destination: ip('5.6.7.8'),
      protocol: 112,
      length: 12,
    });
    expect(sum).toBe(0x0102 + 0x0304 + 0x0506 + 0x0708 + 112 + 12);
  });

  it('RFC 8200 §8.1: IPv6 addresses, length, next header', () => {
    const sum = pseudoHeaderSum({
      source: ip('1::2'),
      destination: ip('3::4'),
      protocol: 112,
      length: 0x0118,
    });
    expect(sum).toBe(1 + 2 + 3 + 4 + 112 + 0x0118);
  });
});
