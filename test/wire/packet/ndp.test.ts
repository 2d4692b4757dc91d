import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import type { Mac } from '../../../src/net/mac.ts';
import { isIntact, onesComplementSum, pseudoHeaderSum } from '../../../src/wire/packet/checksum.ts';
import {
  decodeNeighbourAnswer,
  encodeNeighbourAdvertisement,
  encodeNeighbourAdvertisementFrame,
  encodeNeighbourSolicitationFrame,
} from '../../../src/wire/packet/ndp.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const vip = ip('fd00::100');
const mac = '02:00:00:00:00:01' as Mac;
const frame = encodeNeighbourAdvertisementFrame(vip, mac);

describe('an unsolicited neighbour advertisement', () => {
  it('names the address and our link-layer address (RFC 4861 §4.4, §4.6.1)', () => {
    const message = encodeNeighbourAdvertisement(vip, mac);
    expect(hex(message.subarray(0, 2))).toBe('8800');
    expect(hex(message.subarray(8))).toBe('fd000000000000000000000000000100' + '0201020000000001');
  });

  it('has R and O set, and S not (RFC 9568 §6.4.1)', () => {
    expect(hex(encodeNeighbourAdvertisement(vip, mac).subarray(4, 8))).toBe('a0000000');
  });

  it('goes from the address to all nodes, hop limit 255 (RFC 4861 §7.1.2)', () => {
    expect(hex(frame.subarray(0, 14))).toBe('333300000001' + '020000000001' + '86dd');
    expect(hex(frame.subarray(14, 22))).toBe('60000000' + '0020' + '3a' + 'ff');
    expect(hex(frame.subarray(22, 54))).toBe(
      'fd000000000000000000000000000100' + 'ff020000000000000000000000000001',
    );
    expect(frame.length).toBe(86);
  });

  it('has a checksum over the pseudo-header too (RFC 4443 §2.3)', () => {
    const message = frame.subarray(54);
    const pseudo = { source: vip, destination: ip('ff02::1'), protocol: 58, length: message.length };
    expect(isIntact(onesComplementSum(message, pseudoHeaderSum(pseudo)))).toBe(true);
  });

  it('is for IPv6 addresses alone', () => {
    expect(() => encodeNeighbourAdvertisement(ip('10.0.0.1'), mac)).toThrow(/an IPv6 address, got 10.0.0.1/);
  });
});

describe('a neighbour solicitation', () => {
  const frame = encodeNeighbourSolicitationFrame(vip, ip('fe80::1'), mac);

  it('goes to the solicited-node group, from the address that is to be answered (RFC 4861 §4.3, RFC 4291 §2.7.1)', () => {
    expect(hex(frame.subarray(0, 14))).toBe('3333ff000100' + '020000000001' + '86dd');
    expect(hex(frame.subarray(22, 54))).toBe(
      'fe800000000000000000000000000001' + 'ff0200000000000000000001ff000100',
    );
    expect(hex(frame.subarray(54, 56))).toBe('8700');
    expect(hex(frame.subarray(58))).toBe(
      '00000000' + 'fd000000000000000000000000000100' + '0101020000000001',
    );
  });

  it('has a checksum over the pseudo-header too', () => {
    const message = frame.subarray(54);
    const destination = ip('ff02::1:ff00:100');
    const pseudo = { source: ip('fe80::1'), destination, protocol: 58, length: message.length };
    expect(isIntact(onesComplementSum(message, pseudoHeaderSum(pseudo)))).toBe(true);
  });
});

describe('an answer to it', () => {
  const answer = Uint8Array.from(encodeNeighbourAdvertisement(vip, mac));
  answer[4] = 0x60;

  it('tells who has the address', () => {
    expect(decodeNeighbourAnswer(answer)).toEqual({ address: vip, mac });
    expect(decodeNeighbourAnswer(answer.subarray(0, 24))).toEqual({ address: vip });
  });

  it('is no unsolicited one, no other message, and no part of one', () => {
    expect(decodeNeighbourAnswer(encodeNeighbourAdvertisement(vip, mac))).toBeUndefined();
    expect(decodeNeighbourAnswer(frame.subarray(54))).toBeUndefined();
    for (let length = 0; length < 24; length++) {
      expect(decodeNeighbourAnswer(answer.subarray(0, length))).toBeUndefined();
    }
  });

  it('of a host that does not forward says so', () => {
    const own = encodeNeighbourAdvertisementFrame(vip, mac, false);
    expect(hex(own.subarray(58, 62))).toBe('20000000');
  });
});
