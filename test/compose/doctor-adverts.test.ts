// Adverts that come by while the doctor listens: whose they are, and whether a router of the config believes them.
import { describe, expect, it } from 'vitest';
import { heardAdverts } from '../../src/compose/doctor-adverts.ts';
import type { Advert3 } from '../../src/net/advert.ts';
import { ip } from '../../src/net/ip.ts';
import type { Mac } from '../../src/net/mac.ts';
import { encodeAdvert, VRRP_GROUP_INET } from '../../src/wire/packet/vrrp.ts';
import { doctorFacts } from '../make/doctor-facts.ts';

const facts = doctorFacts();
const [router] = facts.config.vrrp;
if (router === undefined) throw new Error('Cannot test: expected a virtual router, got none');
const { name, virtualRouterId, advertIntervalMs, virtualAddresses } = router;
const mac = '02:00:00:00:00:09' as Mac;
const source = ip('10.7.0.9');
const peers: Advert3 = {
  ...{ version: 3, virtualRouterId, priority: 100, intervalCs: advertIntervalMs / 10 },
  addresses: virtualAddresses.map(({ address }) => address),
};

function heard(changes: Partial<Advert3> = {}, ttl = 255, device = 'eth0') {
  const destination = ip(VRRP_GROUP_INET);
  const payload = encodeAdvert({ ...peers, ...changes }, { source, destination, checksum: 'rfc5798' });
  const packet = { source, destination, protocol: 112, ttl, payload } as const;
  return heardAdverts({ from: mac, is: 'advert', packet }, device, facts);
}

describe('an advert that came by', () => {
  it.each<[string, ReturnType<typeof heard>, boolean | undefined]>([
    ['of a peer', heard(), false],
    ['of a peer that resigns', heard({ priority: 0 }), false],
    ['of a peer with another interval', heard({ intervalCs: 500 }), false],
    ['with none of our addresses', heard({ addresses: [ip('10.7.0.99')] }), true],
    ['with our addresses and another VRID', heard({ virtualRouterId: virtualRouterId + 1 }), true],
    [
      'of another cluster',
      heard({ virtualRouterId: virtualRouterId + 1, addresses: [ip('10.7.0.99')] }),
      undefined,
    ],
    ['that was routed', heard({}, 254), false],
    ['on an interface of no router', heard({}, 255, 'eth1'), undefined],
  ])('%s', (_, adverts, isForeign) => {
    expect(adverts).toEqual(isForeign === undefined ? [] : [{ router: name, source, mac, isForeign }]);
  });
});
