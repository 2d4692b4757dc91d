import { describe, expect, it } from 'vitest';
import { parseVirtualAddress } from '../../src/net/virtual-address.ts';

describe('a virtual address', () => {
  it.each([
    ['10.0.0.9', { address: '10.0.0.9', length: 32 }],
    ['fd00::9', { address: 'fd00::9', length: 128 }],
    [
      '10.0.0.9/24 dev eth1 label eth1:vip',
      { address: '10.0.0.9', length: 24, device: 'eth1', label: 'eth1:vip' },
    ],
    ['10.0.0.9/22  brd  +', { address: '10.0.0.9', length: 22, broadcast: '10.0.3.255' }],
    ['10.0.0.9/24 broadcast 10.0.0.255', { address: '10.0.0.9', length: 24, broadcast: '10.0.0.255' }],
    ['fd00::9/64 scope site dev eth1', { address: 'fd00::9', length: 64, scope: 200, device: 'eth1' }],
  ])('%s', (text, value) => {
    expect(parseVirtualAddress(text)).toEqual(value);
  });

  it.each([
    ['no address', 'dev eth0'],
    ['an unknown word', '10.0.0.9 eth0'],
    ['an unknown scope', '10.0.0.9 scope galaxy'],
    ['a label of 16 characters', '10.0.0.9 label 1234567890123456'],
    ['a label in IPv6', 'fd00::9 label x'],
    ['a broadcast in IPv6', 'fd00::9 brd +'],
    ['a broadcast of IPv6', '10.0.0.9 brd fd00::1'],
  ])('refuses %s', (_, text) => {
    expect(parseVirtualAddress(text)).toBeUndefined();
  });
});
