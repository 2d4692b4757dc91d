import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyOf, ip } from '../../../src/net/ip.ts';
import {
  decodeAddress,
  decodeLink,
  encodeAddress,
  encodeAddressKey,
  encodeGetAddresses,
  encodeGetLinks,
  type InterfaceAddress,
} from '../../../src/wire/route/rtnetlink.ts';
import { anyInet, anyInet6 } from '../../make/model-arbitraries.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const lifetime = fc.oneof(fc.integer({ min: 1, max: 0xffff_fffe }), fc.constant('forever' as const));
const anyAddress: fc.Arbitrary<InterfaceAddress> = fc.oneof(
  fc.record(
    {
      address: anyInet,
      prefixLength: fc.nat(32),
      interfaceIndex: fc.integer({ min: 1, max: 0x7fff_ffff }),
      label: fc.stringMatching(/^[a-z0-9:]{1,15}$/),
      validLifetime: lifetime,
    },
    { requiredKeys: ['address', 'prefixLength', 'interfaceIndex', 'validLifetime'] },
  ),
  fc.record({
    address: anyInet6,
    prefixLength: fc.nat(128),
    interfaceIndex: fc.integer({ min: 1, max: 0x7fff_ffff }),
    validLifetime: lifetime,
  }),
);

/** An Ethernet link, up and running: the head of what Linux says of one. */
const LINK = hex(`
  00000100 03000000 43100100 00000000
  09000300 65746830 00000000 08000400 dc050000 05001000 06000000 0a000100 02aabbccddee0000`);

describe('addresses', () => {
  it('come back as they were encoded', () => {
    fc.assert(
      fc.property(anyAddress, (entry) => {
        expect(decodeAddress(encodeAddress(entry))).toEqual(entry);
      }),
    );
  });

  it('are sent with preferred and valid lifetime alike (IFA_CACHEINFO)', () => {
    const entry = { address: ip('192.168.6.240'), prefixLength: 24, interfaceIndex: 3 };
    const bytes = encodeAddress({ ...entry, validLifetime: 4 });
    expect(Buffer.from(bytes).toString('hex')).toBe(
      `021800000300000008000200c0a806f008000100c0a806f0140006000400000004000000${'0'.repeat(16)}`,
    );
  });

  it('of IPv6 are sent with NODAD: a virtual address does not wait', () => {
    const entry = { address: ip('fd00::1'), prefixLength: 128, interfaceIndex: 3 };
    const bytes = encodeAddress({ ...entry, validLifetime: 'forever' });
    expect(bytes[2]).toBe(2);
    expect(Buffer.from(bytes).includes('0800080002000000', 0, 'hex')).toBe(true);
  });

  it('that are never to be a source have a preferred lifetime of 0, and a scope and broadcast where asked', () => {
    const entry = { address: ip('10.0.0.9'), prefixLength: 24, interfaceIndex: 3, validLifetime: 4 } as const;
    const bytes = encodeAddress({ ...entry, deprecated: true, scope: 253, broadcast: ip('10.0.0.255') });
    expect(bytes[3]).toBe(253);
    expect(Buffer.from(bytes).toString('hex')).toContain('08000400' + '0a0000ff');
    expect(Buffer.from(bytes).toString('hex')).toContain('14000600' + '00000000' + '04000000');
  });

  it('are tentative until duplicate detection is done, and for good where it found another (IFA_FLAGS)', () => {
    const entry = (flags: string) =>
      decodeAddress(hex(`0a400000 03000000 14000100 fe80${'00'.repeat(13)}01 08000800 ${flags}`));
    expect(['40000000', '08000000', '80000000'].map((flags) => entry(flags)?.tentative)).toEqual([
      true,
      true,
      undefined,
    ]);
  });

  it('of 127/8 have the scope of the host, all others the universe', () => {
    const at = (address: string) =>
      encodeAddressKey({ address: ip(address), prefixLength: 8, interfaceIndex: 1 })[3];
    expect([at('127.0.0.2'), at('10.0.0.1'), at('fd00::1')]).toEqual([254, 0, 0]);
  });

  it('are removed by link, address and prefix length alone', () => {
    const entry = { address: ip('10.0.0.1'), prefixLength: 24, interfaceIndex: 3, label: 'eth0:1' };
    expect(Buffer.from(encodeAddressKey(entry)).toString('hex')).toBe(
      '0218000003000000080002000a000001080001000a000001',
    );
  });

  it('are ours on a point-to-point link, not the peer (IFA_LOCAL before IFA_ADDRESS)', () => {
    const bytes = hex('02200000 03000000 08000100 0a000002 08000200 0a000001');
    expect(decodeAddress(bytes)?.address).toBe('10.0.0.1');
  });

  it('of another family, or malformed, are left out, without a throw', () => {
    expect(decodeAddress(hex('07180000 03000000 08000200 0a000001'))).toBeUndefined();
    expect(decodeAddress(hex('02180000 03000000 06000200 0a000000'))).toBeUndefined();
    fc.assert(
      fc.property(anyAddress, fc.nat(100), (entry, length) => {
        const bytes = encodeAddress(entry);
        // Its address stands whole after the head, IFA_LOCAL: until then there is nothing to report.
        const whole = 12 + (familyOf(entry.address) === 'inet' ? 4 : 16);
        if (length < whole) expect(decodeAddress(bytes.subarray(0, length))).toBeUndefined();
        else decodeAddress(bytes.subarray(0, length));
      }),
    );
  });
});

describe('links', () => {
  it('are read with name, MAC address, MTU and state', () => {
    expect(decodeLink(LINK)).toEqual({
      index: 3,
      name: 'eth0',
      mac: '02:aa:bb:cc:dd:ee',
      mtu: 1500,
      up: true,
      running: true,
      loopback: false,
    });
  });

  it('are down without IFF_UP, and without carrier where IFF_RUNNING is missing', () => {
    const bytes = LINK.slice();
    bytes[8] = 0x02;
    expect(decodeLink(bytes)).toMatchObject({ up: false, running: false });
    bytes[8] = 0x03;
    expect(decodeLink(bytes)).toMatchObject({ up: true, running: false });
  });

  it('have no MAC address where the hardware address is of another size', () => {
    const tunnel = hex(
      '00000003 04000000 c1000000 00000000 08000300 676f3000 08000400 c4050000 08000100 0a000001',
    );
    expect(decodeLink(tunnel)).toEqual({
      index: 4,
      name: 'go0',
      mtu: 1476,
      up: true,
      running: true,
      loopback: false,
    });
  });

  it('that a bridge speaks of as its ports (AF_BRIDGE) are not links that come and go', () => {
    const bytes = LINK.slice();
    bytes[0] = 7;
    expect(decodeLink(bytes)).toBeUndefined();
  });

  it('are refused in every truncation of the attributes they need, without a throw', () => {
    for (let length = 0; length < 36; length += 1) {
      expect(decodeLink(LINK.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
  });
});

it('dumps ask for every link, and for the addresses of one family', () => {
  expect(encodeGetLinks()).toHaveLength(16);
  expect([...encodeGetAddresses('inet6')]).toEqual([10, 0, 0, 0, 0, 0, 0, 0]);
});
