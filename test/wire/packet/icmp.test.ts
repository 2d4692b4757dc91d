import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumOf, isIntact, onesComplementSum } from '../../../src/wire/packet/checksum.ts';
import { decodeEchoReply, encodeEchoRequest } from '../../../src/wire/packet/icmp.ts';

const family = fc.constantFrom('inet' as const, 'inet6' as const);
const echo = fc.record({
  identifier: fc.integer({ min: 0, max: 0xffff }),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  payload: fc.uint8Array({ maxLength: 100 }),
});

/** What a host makes of a request: another type, and for IPv4 the checksum that goes with it. */
function replied(request: Uint8Array): Uint8Array {
  const reply = Uint8Array.from(request);
  reply[0] = request[0] === 8 ? 0 : 129;
  if (reply[0] === 0) {
    reply.set([0, 0], 2);
    const sum = checksumOf(onesComplementSum(reply));
    reply.set([sum >> 8, sum & 0xff], 2);
  }
  return reply;
}

describe('an echo request', () => {
  it('is type 8 with a checksum over the message (RFC 792)', () => {
    const bytes = encodeEchoRequest('inet', { identifier: 1, sequence: 2, payload: Uint8Array.of(3) });
    expect([...bytes]).toEqual([8, 0, 0xf4, 0xfc, 0, 1, 0, 2, 3]);
    expect(isIntact(onesComplementSum(bytes))).toBe(true);
  });
  it('is type 128 with the checksum left to the kernel (RFC 4443 §4.1, RFC 3542 §3.1)', () => {
    const bytes = encodeEchoRequest('inet6', { identifier: 1, sequence: 2, payload: Uint8Array.of(3) });
    expect([...bytes]).toEqual([128, 0, 0, 0, 0, 1, 0, 2, 3]);
  });
});

describe('an echo reply', () => {
  it('carries identifier, sequence and payload of the request', () => {
    fc.assert(
      fc.property(family, echo, (family, echo) => {
        expect(decodeEchoReply(family, replied(encodeEchoRequest(family, echo)))).toEqual(echo);
      }),
    );
  });
  it('is not a request, and not the reply of the other family', () => {
    fc.assert(
      fc.property(family, echo, (family, echo) => {
        const request = encodeEchoRequest(family, echo);
        expect(decodeEchoReply(family, request)).toBeUndefined();
        const other = family === 'inet' ? 'inet6' : 'inet';
        expect(decodeEchoReply(other, replied(request))).toBeUndefined();
      }),
    );
  });
  it('of IPv4 with one bit flipped is refused (RFC 792 checksum)', () => {
    fc.assert(
      fc.property(echo, fc.nat(), (echo, nth) => {
        const reply = replied(encodeEchoRequest('inet', echo));
        const bit = nth % (8 * reply.length);
        reply[bit >> 3] = (reply[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(decodeEchoReply('inet', reply)).toBeUndefined();
      }),
    );
  });
  it('is never read from arbitrary or cut bytes with a throw', () => {
    fc.assert(
      fc.property(family, fc.uint8Array({ maxLength: 80 }), (family, bytes) => {
        decodeEchoReply(family, bytes);
      }),
    );
    for (let length = 0; length < 8; length++) {
      expect(
        decodeEchoReply('inet6', Uint8Array.of(129, 0, 0, 0, 0, 0, 0, 0).subarray(0, length)),
      ).toBeUndefined();
    }
  });
});
