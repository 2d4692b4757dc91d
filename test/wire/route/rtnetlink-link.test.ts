import { describe, expect, it } from 'vitest';
import type { Mac } from '../../../src/net/mac.ts';
import {
  encodeLinkKey,
  encodeLinkUp,
  encodeMacvlan,
  encodeNoAddressGeneration,
} from '../../../src/wire/route/rtnetlink-link.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** struct ifinfomsg of no index, and the name "v0". */
const head = (flags: string) => `${'00'.repeat(8)}${flags}${flags}07000300${'76300000'}`;

describe('a macvlan', () => {
  it('is made on its parent with its MAC address, in bridge mode, down', () => {
    const mac = '00:00:5e:00:01:33' as Mac;
    expect(hex(encodeMacvlan({ name: 'v0', parentIndex: 7, mac }))).toBe(
      [head('00000000'), '0800050007000000', '0a000100' + '00005e0001330000']
        .concat(['1c001280', '0c000100' + '6d6163766c616e00', '0c000280' + '0800010004000000'])
        .join(''),
    );
  });

  it('makes itself no IPv6 address (IN6_ADDR_GEN_MODE_NONE)', () => {
    expect(hex(encodeNoAddressGeneration('v0'))).toBe(`${head('00000000')}10001a800c000a800500080001000000`);
  });

  it('comes up by name, and goes by name', () => {
    expect(hex(encodeLinkUp('v0'))).toBe(head('01000000'));
    expect(hex(encodeLinkKey('v0'))).toBe(head('00000000'));
  });
});
