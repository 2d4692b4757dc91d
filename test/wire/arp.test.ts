// Gratuitous ARP, byte by byte.
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { type Mac, parseMac } from '../../src/net/mac.ts';
import { encodeGratuitousArp, encodeGratuitousArpFrame } from '../../src/wire/arp.ts';

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
