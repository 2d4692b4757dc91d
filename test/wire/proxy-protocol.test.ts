import { expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { encodeProxyHeader } from '../../src/wire/proxy-protocol.ts';

const four = [
  { address: ip('10.9.0.1'), port: 40000 },
  { address: ip('10.9.0.2'), port: 80 },
] as const;
const six = [
  { address: ip('fd09::1'), port: 40000 },
  { address: ip('fd09::2'), port: 443 },
] as const;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

it('version 1 is a line with both ends of the connection (proxy-protocol.txt §2.1)', () => {
  expect(text(encodeProxyHeader('v1', ...four))).toBe('PROXY TCP4 10.9.0.1 10.9.0.2 40000 80\r\n');
  expect(text(encodeProxyHeader('v1', ...six))).toBe('PROXY TCP6 fd09::1 fd09::2 40000 443\r\n');
});

it('version 2 is LOCAL, with no addresses (§2.2)', () => {
  expect(Buffer.from(encodeProxyHeader('v2', ...four)).toString('hex')).toBe(
    '0d0a0d0a000d0a515549540a20000000',
  );
});
