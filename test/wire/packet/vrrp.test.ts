// The VRRP codec: packets captured from other implementations, the ladder of refusals, the three checksums,
// and bytes that mean nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advert, Advert2, Advert3 } from '../../../src/net/advert.ts';
import { type Ip, ip, ipFromBytes } from '../../../src/net/ip.ts';
import {
  type AdvertPath,
  decodeAdvert,
  encodeAdvert,
  VRRP_GROUP_INET,
} from '../../../src/wire/packet/vrrp.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const path = (
  source: string,
  destination = source.includes(':') ? 'ff02::12' : '224.0.0.18',
): AdvertPath => ({
  source: ip(source),
  destination: ip(destination),
});

const advert3 = (priority: number, ...addresses: string[]): Advert3 => ({
  version: 3,
  virtualRouterId: 5,
  priority,
  intervalCs: 100,
  addresses: addresses.map(ip),
});
const advert2 = (auth: Advert2['auth']): Advert2 => ({
  version: 2,
  virtualRouterId: 5,
  priority: 100,
  intervalSec: 1,
  auth,
  addresses: [ip('10.9.0.100')],
});

const GOLDEN = [
  {
    name: 'version 3 over IPv4 with pseudo-header, FRR 8.4.4',
    bytes: '310564010064758f0a090064',
    path: path('10.9.0.1'),
    advert: advert3(100, '10.9.0.100'),
    form: 'rfc5798',
  },
  {
    name: 'version 3 over IPv4, message only',
    bytes: '31056401006460280a090064',
    path: path('10.9.0.1'),
    advert: advert3(100, '10.9.0.100'),
    form: 'rfc9568',
  },
  {
    name: 'version 3 over IPv4 with pseudo-header, keepalived 2.2.7',
    bytes: '310596010064438e0a090064',
    path: path('10.9.0.2'),
    advert: advert3(150, '10.9.0.100'),
    form: 'rfc5798',
  },
  {
    name: 'version 3 over IPv6, FRR 8.4.4',
    bytes: `310564010064e8dc${'fd090000000000000000000000000100'}`,
    path: path('fe80::fbfe:57fa:8d8e:a408'),
    advert: advert3(100, 'fd09::100'),
    form: 'rfc8200',
  },
  {
    name: 'version 3 over IPv6, keepalived 2.2.7',
    bytes: `310564020019ddef${'fe800000000000000000000000000005'}${'fd090000000000000000000000000100'}`,
    path: path('fe80::4cf6:a5ff:feca:a070'),
    advert: { ...advert3(100, 'fe80::5', 'fd09::100'), intervalCs: 25 },
    form: 'rfc8200',
  },
  {
    name: 'version 2 without authentication',
    bytes: '210564010001708b0a0900640000000000000000',
    path: path('10.9.0.1'),
    advert: advert2({ type: 'none' }),
    form: 'rfc3768',
  },
  {
    name: 'version 2 with a password, keepalived 2.2.7',
    bytes: '2105640101010b250a0900643132333400000000',
    path: path('10.9.0.1'),
    advert: advert2({ type: 'simple', password: '1234' }),
    form: 'rfc3768',
  },
] as const;

describe('packets of other implementations', () => {
  it.each(GOLDEN)('decodes $name', (golden) => {
    expect(decodeAdvert(hex(golden.bytes), golden.path)).toEqual({
      ok: true,
      value: { advert: golden.advert, checksumForm: golden.form },
    });
  });

  it.each(GOLDEN)('encodes $name', (golden) => {
    const checksum = golden.form === 'rfc9568' ? 'rfc9568' : 'rfc5798';
    expect(toHex(encodeAdvert(golden.advert, { ...golden.path, checksum }))).toBe(golden.bytes);
  });
});

/** A packet whose bytes may break any rule, under a message-only checksum that is right. */
function forged(text: string): Uint8Array {
  const bytes = hex(text.replaceAll(' ', ''));
  bytes.fill(0, 6, 8);
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  new DataView(bytes.buffer).setUint16(6, ~sum & 0xffff);
  return bytes;
}

const reasonOf = (bytes: Uint8Array, on: AdvertPath = path('10.9.0.1')): string => {
  const decoded = decodeAdvert(bytes, on);
  return decoded.ok ? 'accepted' : decoded.error.reason;
};

describe('the ladder of refusals (docs/reference/vrrp.md §2.2), first broken rule first', () => {
  it.each([
    ['version', '410564010064 0000 0a090064'],
    ['version', '010564010064 0000 0a090064'],
    ['type', '320564010064 0000 0a090064'],
    ['type before count', '320564000064 0000'],
    ['count', '310564000064 0000'],
    ['length', '310564020064 0000 0a090064'],
    ['length', '210564010001 0000 0a090064 000000'],
    ['length of what follows', '310564010064 0000 0a090064 00000001'],
    ['interval', '310564010000 0000 0a090064'],
    ['interval', '31056401f000 0000 0a090064'],
    ['interval', '210564010000 0000 0a090064 0000000000000000'],
  ])('%s', (reason, bytes) => {
    expect(reasonOf(forged(bytes))).toBe(reason.split(' ')[0]);
  });

  it('short', () => {
    expect(reasonOf(hex('31056401006475'))).toBe('short');
  });

  it('checksum', () => {
    expect(reasonOf(hex('31056401006475900a090064'))).toBe('checksum');
  });

  it('checksum before interval: a corrupted interval is not taken for a malicious one', () => {
    expect(reasonOf(hex('31056401000075900a090064'))).toBe('checksum');
  });

  it('version: 2 over IPv6 does not exist', () => {
    expect(reasonOf(forged('210564010001 0000 fd090000000000000000000000000100'), path('fe80::1'))).toBe(
      'version',
    );
  });

  it('says which router the packet was for, as far as it could be read', () => {
    const refused = decodeAdvert(forged('310564000064 0000'), path('10.9.0.1'));
    expect(refused).toMatchObject({ error: { reason: 'count', version: 3, virtualRouterId: 5 } });
  });
});

describe('tolerance', () => {
  it('an advert of version 2 may name no address, as a keepalived that only elects sends it', () => {
    const bytes = hex('2133640000017acb0000000000000000');
    const decoded = decodeAdvert(bytes, path('10.9.0.2'));
    expect(decoded).toMatchObject({ ok: true, value: { advert: { virtualRouterId: 0x33, addresses: [] } } });
    if (decoded.ok)
      expect(encodeAdvert(decoded.value.advert, { ...path('10.9.0.2'), checksum: 'rfc5798' })).toEqual(bytes);
  });

  it('zeros behind the message are link-layer padding', () => {
    expect(reasonOf(hex('310564010064758f0a090064000000000000'))).toBe('accepted');
  });

  it('RFC 9568 §5.2.6: the reserved bits are ignored', () => {
    const decoded = decodeAdvert(forged('31056401f064 0000 0a090064'), path('10.9.0.1'));
    expect(decoded).toMatchObject({ value: { advert: { intervalCs: 100 } } });
  });

  it('RFC 3768 §5.3.10: authentication data is ignored with type 0', () => {
    const decoded = decodeAdvert(forged('210564010001 0000 0a090064 3132333400000000'), path('10.9.0.1'));
    expect(decoded).toMatchObject({ value: { advert: { auth: { type: 'none' } } } });
  });

  it('an authentication type that we do not speak is reported, not guessed', () => {
    const decoded = decodeAdvert(forged('210564010201 0000 0a090064 0000000000000000'), path('10.9.0.1'));
    expect(decoded).toMatchObject({ value: { advert: { auth: { type: 'unsupported', code: 2 } } } });
  });

  it('old unicast senders put the group into the pseudo-header: accepted from unicast only', () => {
    const sent = encodeAdvert(advert3(100, '10.9.0.100'), {
      ...path('10.9.0.1', '224.0.0.18'),
      checksum: 'rfc5798',
    });
    expect(decodeAdvert(sent, path('10.9.0.1', '10.9.0.2'))).toMatchObject({
      value: { checksumForm: 'rfc5798-group' },
    });
    expect(reasonOf(sent, path('10.9.0.1', '224.0.0.18'))).toBe('accepted');
    const toUs = encodeAdvert(advert3(100, '10.9.0.100'), {
      ...path('10.9.0.1', '10.9.0.2'),
      checksum: 'rfc5798',
    });
    expect(reasonOf(toUs, path('10.9.0.1', '224.0.0.18'))).toBe('checksum');
  });
});

describe('values that the wire cannot carry are refused by a throw', () => {
  const options = { ...path('10.9.0.1'), checksum: 'rfc5798' } as const;
  const good = advert3(100, '10.9.0.100');
  it.each<[string, Advert]>([
    ['no address', { ...good, addresses: [] }],
    ['256 addresses', { ...good, addresses: new Array<Ip>(256).fill(ip('10.0.0.1')) }],
    ['an address of the other family', { ...good, addresses: [ip('fd09::1')] }],
    ['interval 0', { ...good, intervalCs: 0 }],
    ['interval 4096', { ...good, intervalCs: 4096 }],
    ['priority 256', { ...good, priority: 256 }],
    ['VRID 0', { ...good, virtualRouterId: 0 }],
    ['a password of 9 characters', advert2({ type: 'simple', password: '123456789' })],
    ['an authentication type that we do not speak', advert2({ type: 'unsupported', code: 2 })],
  ])('%s', (_, advert) => {
    expect(() => encodeAdvert(advert, options)).toThrow(RangeError);
  });
});

const inet = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(ipFromBytes);
const inet6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(ipFromBytes);
const fields = (address: fc.Arbitrary<Ip>) => ({
  virtualRouterId: fc.integer({ min: 1, max: 255 }),
  priority: fc.integer({ min: 0, max: 255 }),
  addresses: fc.array(address, { minLength: 1, maxLength: 20 }),
});
const intervalCs = fc.integer({ min: 1, max: 4095 });
const auth: fc.Arbitrary<Advert2['auth']> = fc.oneof(
  fc.constant({ type: 'none' } as const),
  fc.stringMatching(/^[!-~]{0,8}$/).map((password) => ({ type: 'simple', password }) as const),
);
const packet: fc.Arbitrary<{ advert: Advert; path: AdvertPath }> = fc.oneof(
  fc.record({
    advert: fc.record({ version: fc.constant(3 as const), intervalCs, ...fields(inet) }),
    path: fc.record({ source: inet, destination: fc.constant(VRRP_GROUP_INET) }),
  }),
  fc.record({
    advert: fc.record({ version: fc.constant(3 as const), intervalCs, ...fields(inet6) }),
    path: fc.record({ source: inet6, destination: inet6 }),
  }),
  fc.record({
    advert: fc.record({
      version: fc.constant(2 as const),
      intervalSec: fc.integer({ min: 1, max: 255 }),
      auth,
      ...fields(inet),
    }),
    path: fc.record({ source: inet, destination: inet }),
  }),
);
const form = fc.constantFrom('rfc5798', 'rfc9568');

describe('properties', () => {
  it('decode(encode(x)) = x', () => {
    fc.assert(
      fc.property(packet, form, ({ advert, path }, checksum) => {
        const decoded = decodeAdvert(encodeAdvert(advert, { ...path, checksum }), path);
        expect(decoded).toMatchObject({ ok: true, value: { advert } });
      }),
    );
  });

  it('every prefix of every valid packet is refused without a throw', () => {
    fc.assert(
      fc.property(packet, form, ({ advert, path }, checksum) => {
        const bytes = encodeAdvert(advert, { ...path, checksum });
        for (let length = 0; length < bytes.length; length++) {
          expect(['short', 'length']).toContain(reasonOf(bytes.subarray(0, length), path));
        }
      }),
    );
  });

  it('one flipped bit is found by the checksum', () => {
    fc.assert(
      fc.property(packet, form, fc.nat(), ({ advert, path }, checksum, at) => {
        const bytes = encodeAdvert(advert, { ...path, checksum });
        const before = decodeAdvert(bytes, path);
        const bit = at % (8 * bytes.length);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const after = decodeAdvert(bytes, path);
        // Another form of checksum may fit by chance; the same one never does.
        const sameForm = before.ok && after.ok && before.value.checksumForm === after.value.checksumForm;
        expect(sameForm).toBe(false);
      }),
    );
  });

  it('arbitrary bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), packet, (bytes, { path }) => {
        decodeAdvert(bytes, path);
      }),
      { numRuns: 1000 },
    );
  });
});
