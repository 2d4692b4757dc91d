// Which address adverts come from, and which instances share a socket.
import { describe, expect, it } from 'vitest';
import { channelOf, noSource, sourceAddressOf } from '../../../src/daemon/vrrp/router-config.ts';
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import { ip } from '../../../src/net/ip.ts';
import type { AddressEntry } from '../../../src/ports/kernel.ts';
import { viewOf } from '../../make/vrrp-host.ts';
import { instance } from '../../make/vrrp-instance.ts';

const entry = (address: string, more: Partial<AddressEntry> = {}): AddressEntry => ({
  address: ip(address),
  prefixLength: 64,
  interfaceIndex: 2,
  validLifetime: 'forever',
  ...more,
});

function source(present: readonly AddressEntry[], changes: Partial<VrrpInstanceConfig>, current = noSource) {
  const config = instance({
    family: 'inet6',
    virtualAddresses: [{ address: ip('fe80::100'), length: 64 }],
    ...changes,
  });
  const view = viewOf(present);
  const isVirtual = (address: string) => address === 'fe80::100';
  return sourceAddressOf({ config, view, isVirtual, current });
}

describe('the source of IPv6 adverts', () => {
  const all = [entry('10.9.0.1'), entry('fd00::1'), entry('fe80::100'), entry('fe80::1'), entry('fe80::2')];

  it('to the group is link-local, and floats nowhere (RFC 9568 §5.1.2.1)', () => {
    expect(source(all, {})).toBe('fe80::1');
    expect(source([entry('10.9.0.1'), entry('fd00::1'), entry('fe80::100')], {})).toBeUndefined();
  });

  it('stays what it is while that is there', () => {
    expect(source(all, {}, ip('fe80::2'))).toBe('fe80::2');
  });

  it('is none that duplicate detection has not cleared, configured or not (RFC 4862 §5.4)', () => {
    const tentative = entry('fe80::1', { tentative: true });
    expect(source([tentative, entry('fe80::2')], {})).toBe('fe80::2');
    expect(source([tentative], { sourceAddress: ip('fe80::1') })).toBeUndefined();
  });

  it('to peers reaches as far as they are', () => {
    expect(source(all, { unicastPeers: [ip('fd00::2')] })).toBe('fd00::1');
    expect(source(all, { unicastPeers: [ip('fe80::9')] })).toBe('fe80::1');
  });

  it('of the owner may be its virtual one (RFC 9568 §5.1.1.1)', () => {
    expect(source([entry('fe80::100')], { priority: 255 })).toBe('fe80::100');
  });
});

describe('the channel of an instance', () => {
  const peerTtl = [{ peer: ip('fd00::2'), min: 255, max: 255 }];

  it('is one for all of IPv4, and one for each set of bounds of IPv6', () => {
    expect(channelOf(instance({ unicastPeers: [ip('10.9.0.2')] }))).toEqual({ family: 'inet' });
    expect(channelOf(instance({ family: 'inet6' }))).toEqual({ family: 'inet6' });
    const peers = { family: 'inet6', unicastPeers: [ip('fd00::2')] } as const;
    expect(channelOf(instance(peers))).toEqual({ family: 'inet6', unicast: [] });
    expect(channelOf(instance({ ...peers, peerTtl }))).toEqual({ family: 'inet6', unicast: peerTtl });
  });
});
