// Whom adverts are sent to, over which interface.
import { describe, expect, it } from 'vitest';
import { advertRoutesOf } from '../../../../src/daemon/vrrp/adverts/advert-routes.ts';
import { noSource } from '../../../../src/daemon/vrrp/router-config.ts';
import { ip } from '../../../../src/net/ip.ts';
import type { AddressEntry } from '../../../../src/ports/kernel.ts';
import { viewOf } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const present: readonly AddressEntry[] = ['10.9.0.1', '10.9.0.5'].map((address) => ({
  ...{ address: ip(address), prefixLength: 24, interfaceIndex: 2, validLifetime: 'forever' },
}));
const view = viewOf(present);
const destinations = (...peers: readonly string[]) =>
  advertRoutesOf({
    config: instance({ unicastPeers: peers.map(ip) }),
    ...{ view, isVirtual: () => false, current: () => noSource },
  }).flatMap((route) => route.destinations);

describe('the destinations of adverts', () => {
  it('are the peers, or the group where there is none', () => {
    expect(destinations('10.9.0.2', '10.8.0.2')).toEqual(['10.9.0.2', '10.8.0.2']);
    expect(destinations()).toEqual(['224.0.0.18']);
  });

  it('are not of this host: a name may stand for every director, and one list on all of them', () => {
    expect(destinations('10.9.0.1', '10.9.0.2', '10.9.0.5')).toEqual(['10.9.0.2']);
  });

  it('are the peers as they stand there where all of them are of this host: it has nobody else', () => {
    expect(destinations('10.9.0.1')).toEqual(['10.9.0.1']);
  });
});
