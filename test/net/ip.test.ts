import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareIp,
  familyOf,
  ip,
  ipBytes,
  ipFromBytes,
  isMulticast,
  isUnspecified,
  parseIp,
} from '../../src/net/ip.ts';

describe('parseIp', () => {
  it.each([
    '0.0.0.0',
    '10.9.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    '2001:db8::1:0:0:1',
    '1:2:3:4:5:6:7:8',
  ])('keeps the canonical %s', (text) => expect(parseIp(text)).toBe(text));

  it.each([
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['0:0:1:2:3:4:5:6', '::1:2:3:4:5:6'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ])('RFC 5952 §4: %s becomes %s', (text, canonical) => expect(parseIp(text)).toBe(canonical));

  it.each([
    '',
    '1',
    '1...1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '010.1.1.1',
    '0x10.1.1.1',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.-4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '12345::',
    'g::',
    '::1.2.3',
    'fe80::1%eth0',
    '1.2.3.4::',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
  ])('refuses %j', (text) => expect(parseIp(text)).toBeUndefined());

  it('reads back what it writes, for every address', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1), { minLength: 16, maxLength: 16 })
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, (value) => {
        const address = ipFromBytes(value);
        expect([...ipBytes(address)]).toEqual([...value]);
        expect(parseIp(address)).toBe(address);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseIp(text)));
  });
});

describe('addresses', () => {
  it('throws for a literal that is none', () => expect(() => ip('1...1')).toThrow('got 1...1'));
  it('refuses byte strings of another length', () =>
    expect(() => ipFromBytes(new Uint8Array(5))).toThrow('got 5'));
  it('orders as unsigned integers in network order (RFC 9568 §6.4.3)', () => {
    expect(compareIp(ip('10.0.0.200'), ip('10.0.0.9'))).toBeGreaterThan(0);
    expect(compareIp(ip('9.255.255.255'), ip('10.0.0.0'))).toBeLessThan(0);
    expect(compareIp(ip('10.0.0.1'), ip('10.0.0.1'))).toBe(0);
    expect(compareIp(ip('255.255.255.255'), ip('::1'))).toBeLessThan(0);
  });
  it('knows families, groups and the unspecified', () => {
    expect([familyOf(ip('10.0.0.1')), familyOf(ip('::1'))]).toEqual(['inet', 'inet6']);
    expect(
      ['223.255.255.255', '224.0.0.18', '239.1.1.1', '240.0.0.1', 'ff02::12', 'fe80::1'].map((text) =>
        isMulticast(ip(text)),
      ),
    ).toEqual([false, true, true, false, true, false]);
    expect([isUnspecified(ip('::')), isUnspecified(ip('0.0.0.1'))]).toEqual([true, false]);
  });
});
