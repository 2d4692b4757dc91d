import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeInfo, decodeListedDestination, decodeListedService } from '../../../src/wire/ipvs/listing.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

/** Dump entries of a Linux 6.1: a service whose netmask has a hole, and one with 32-bit statistics only. */
const service = (netmask: string, stats: string) =>
  hex(`01010000 ${length(84 + stats.replaceAll(/\s/g, '').length / 2)}0100 06000100 02000000 06000200 06000000 14000300 c0a806f0 00000000 00000000 00000000
  06000400 00500000 08000600 776c6300 0c000700 03000000 3f000000 08000800 68010000 08000900 ${netmask} ${stats}`);
const length = (bytes: number) => Buffer.from(Uint16Array.of(bytes).buffer).toString('hex');
const narrow =
  '2c000a00 08000100 09000000 08000200 0a000000 08000300 0b000000 0c000400 0c00000000000000 04000c00';
const wide =
  '34000c00 0c000100 0000000001000000 0c000500 ffffffffff000000 0c000600 0200000000000000 0c000a00 0500000000000000';

describe('a listed service', () => {
  it('has the traffic, in 64 bits where the kernel counts so', () => {
    const traffic = decodeListedService(service('ffffffff', `${narrow}${wide}`))?.traffic;
    expect(traffic).toMatchObject({
      connections: 2 ** 32,
      bytesOut: 2 ** 40 - 1,
      connectionsPerSec: 2,
      bytesOutPerSec: 5,
      packetsIn: 0,
    });
  });

  it('has the traffic in 32 bits of an older kernel', () => {
    const older = narrow.replace('04000c00', '').replace('2c000a00', '28000a00');
    expect(decodeListedService(service('ffffffff', older))?.traffic).toMatchObject({
      connections: 9,
      packetsIn: 10,
      packetsOut: 11,
      bytesIn: 12,
      bytesOut: 0,
    });
  });

  it('says a netmask with holes as it is', () => {
    expect(decodeListedService(service('ff00ff00', ''))).toMatchObject({
      persistencePrefix: 0,
      granularity: '255.0.255.0',
    });
  });

  it('is refused without a throw, cut anywhere', () => {
    const whole = service('ffffffff', wide);
    for (let at = 0; at < whole.length; at += 1) {
      expect(decodeListedService(whole.subarray(0, at))).toBeUndefined();
    }
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeListedDestination(bytes, 'inet') === undefined));
  });
});

describe('the info', () => {
  it('has the version and the size of the connection table', () => {
    expect(decodeInfo(hex('0e010000 08000100 01020100 08000200 00100000'))).toEqual({
      version: '1.2.1',
      connectionTableSize: 4096,
    });
    expect(decodeInfo(hex('0e010000 08000100 01020100'))).toBeUndefined();
  });
});
