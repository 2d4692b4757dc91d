// Gratuitous ARP, byte by byte.
import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { type Mac, parseMac } from '../../../src/net/mac.ts';
import {
  decodeArpReply,
  encodeArpProbeFrame,
  encodeArpRequestFrame,
  encodeGratuitousArp,
  encodeGratuitousArpFrame,
} from '../../../src/wire/packet/arp.ts';

const mac = parseMac('02:00:5e:10:20:30') as Mac;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const BODY =
  '0001' + '0800' + '06' + '04' + '0001' + '02005e102030' + '0a090064' + '02005e102030' + '0a090064';

describe('gratuitous ARP', () => {
  it('RFC 9568 §6.4.1: a request for the address from the address, target link-layer address our own', () => {
    expect(hex(encodeGratuitousArp(ip('10.9.0.100'), mac))).toBe(BODY);
  });

  it('goes to the Ethernet broadcast address', () => {
    const frame = `${'ffffffffffff'}${'02005e102030'}${'0806'}${BODY}`;
    expect(hex(encodeGratuitousArpFrame(ip('10.9.0.100'), mac))).toBe(frame);
  });

  it('does not exist for IPv6', () => {
    expect(() => encodeGratuitousArp(ip('fd09::1'), mac)).toThrow(RangeError);
  });
});

describe('an ARP probe', () => {
  it('is from no address, and asks for the one (RFC 5227 §1.1)', () => {
    const frame = Buffer.from(encodeArpProbeFrame(ip('10.9.0.100'), '02:00:00:00:00:01' as Mac));
    expect(frame.toString('hex')).toBe(
      'ffffffffffff' +
        '020000000001' +
        '0806' +
        '0001080006040001' +
        '020000000001' +
        '00000000' +
        '000000000000' +
        '0a090064',
    );
  });
});

describe('an ARP request', () => {
  it('says where its sender is', () => {
    const frame = encodeArpRequestFrame(ip('10.9.0.2'), ip('10.9.0.1'), '02:00:00:00:00:01' as Mac);
    expect(Buffer.from(frame.subarray(22, 32)).toString('hex')).toBe('0200000000010a090001');
    expect(Buffer.from(frame.subarray(32)).toString('hex')).toBe('0000000000000a090002');
  });
});

describe('an ARP reply', () => {
  const reply = Buffer.from(
    '0001080006040002' + '020000000002' + '0a090064' + '020000000001' + '00000000',
    'hex',
  );

  it('tells who has the address', () => {
    expect(decodeArpReply(reply)).toEqual({ address: '10.9.0.100', mac: '02:00:00:00:00:02' });
  });

  it('is nothing else: no request, no other kind, no part of one', () => {
    for (const place of [0, 2, 4, 6, 7]) {
      const changed = Uint8Array.from(reply);
      changed[place] = 9;
      expect(decodeArpReply(changed)).toBeUndefined();
    }
    for (let length = 0; length < 28; length++)
      expect(decodeArpReply(reply.subarray(0, length))).toBeUndefined();
  });
});
