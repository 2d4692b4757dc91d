import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEndpoint, parseEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import { macBytes, macFromBytes, parseMac } from '../../src/net/mac.ts';
import {
  formatNetmask,
  formatPrefix,
  parseNetmask,
  parsePrefix,
  prefixContains,
} from '../../src/net/prefix.ts';

describe('prefixes', () => {
  it('gives a bare address the host length, as keepalived does', () => {
    expect(parsePrefix('10.0.0.1')).toEqual({ address: '10.0.0.1', length: 32 });
    expect(parsePrefix('fd09::1')).toEqual({ address: 'fd09::1', length: 128 });
  });
  it('reads and writes a length', () =>
    expect(formatPrefix(parsePrefix('192.168.6.240/24') ?? never())).toBe('192.168.6.240/24'));
  it.each(['10.0.0.1/33', 'fd09::1/129', '10.0.0.1/', '10.0.0/8', '/8', '10.0.0.1/-1', '10.0.0.1/8/8'])(
    'refuses %s',
    (text) => expect(parsePrefix(text)).toBeUndefined(),
  );
  it('contains what shares its bits, up to the last', () => {
    const prefix = parsePrefix('10.1.2.129/25') ?? never();
    expect(prefixContains(prefix, ip('10.1.2.255'))).toBe(true);
    expect(prefixContains(prefix, ip('10.1.2.127'))).toBe(false);
    expect(prefixContains(prefix, ip('::1'))).toBe(false);
    expect(prefixContains(parsePrefix('0.0.0.0/0') ?? never(), ip('255.0.0.1'))).toBe(true);
  });
  it('turns every length into a netmask and back', () => {
    for (let length = 0; length <= 32; length++) expect(parseNetmask(formatNetmask(length))).toBe(length);
  });
  it.each(['255.0.255.0', '0.0.0.1', '255.255.255', 'ffff::'])('refuses the netmask %s', (text) =>
    expect(parseNetmask(text)).toBeUndefined(),
  );
});

describe('endpoints', () => {
  it.each(['192.168.6.2:80', '[fd09::2]:443', '0.0.0.0:0', '[::]:65535'])('reads and writes %s', (text) =>
    expect(formatEndpoint(parseEndpoint(text) ?? never())).toBe(text),
  );
  it.each([
    '192.168.6.2',
    '192.168.6.2:',
    '192.168.6.2:65536',
    'fd09::2:80',
    '[10.0.0.1]:80',
    '[fd09::2]',
    'web:80',
    '10.0.0.1:http',
  ])('refuses %s', (text) => expect(parseEndpoint(text)).toBeUndefined());
});

describe('MAC addresses', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        expect([...macBytes(macFromBytes(bytes))]).toEqual([...bytes]);
      }),
    );
  });
  it('is lower case', () => expect(parseMac('00:00:5E:00:01:05')).toBe('00:00:5e:00:01:05'));
  it.each(['', '0:0:5e:0:1:5', '00-00-5e-00-01-05', '00:00:5e:00:01', 'gg:00:5e:00:01:05'])(
    'refuses %j',
    (text) => expect(parseMac(text)).toBeUndefined(),
  );
});

function never(): never {
  throw new Error('a parse that must succeed did not');
}
