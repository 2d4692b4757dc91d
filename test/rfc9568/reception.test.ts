// RFC 9568 §7.1 and RFC 3768 §7.1: which adverts reach the state machine. The rungs that bytes alone decide are
// tested in test/wire/packet/vrrp.test.ts; here it is what depends on the router, and the order of all.
import { describe, expect, it } from 'vitest';
import type { Advert2, Advert3, ChecksumForm } from '../../src/net/advert.ts';
import { ip } from '../../src/net/ip.ts';
import { err, ok } from '../../src/net/result.ts';
import type { RouterConfig } from '../../src/vrrp/types.ts';
import { type AdvertFacts, validateAdvert } from '../../src/vrrp/validate.ts';
import { testRouter } from '../make/a-router.ts';

const advert3: Advert3 = {
  version: 3,
  virtualRouterId: 51,
  priority: 150,
  intervalCs: 100,
  addresses: [ip('10.9.0.100')],
};
const { intervalCs: _, ...common } = advert3;
const advert2: Advert2 = { ...common, version: 2, intervalSec: 1, auth: { type: 'none' } };

const decoded = (advert: Advert2 | Advert3, checksumForm: ChecksumForm = 'rfc5798') =>
  ok({ advert, checksumForm });

const facts = (changes: Partial<AdvertFacts> = {}): AdvertFacts => ({
  ttl: 255,
  source: ip('10.9.0.2'),
  destination: 'multicast',
  ownAddresses: [ip('10.9.0.1'), ip('10.8.0.1')],
  decoded: decoded(advert3),
  ...changes,
});

function outcome(changes: Partial<AdvertFacts>, router: Partial<RouterConfig> = {}): string {
  const verdict = validateAdvert(testRouter(router), facts(changes));
  return verdict.outcome === 'accepted' ? 'accepted' : verdict.reason;
}

function notes(changes: Partial<AdvertFacts>, router: Partial<RouterConfig> = {}): readonly string[] {
  const verdict = validateAdvert(testRouter(router), facts(changes));
  return verdict.outcome === 'accepted' ? verdict.notes.map((note) => note.what) : ['rejected'];
}

const unicast = { unicastPeers: [ip('10.9.0.2')] };

describe('RFC 9568 §7.1', () => {
  it('an advert as we expect it is accepted without notes', () => {
    expect(validateAdvert(testRouter(), facts())).toEqual({
      outcome: 'accepted',
      advert: advert3,
      notes: [],
    });
  });

  it('the TTL is 255, or the packet was routed', () => {
    expect(outcome({ ttl: 254 })).toBe('ttl');
    expect(outcome({ ttl: 64, destination: 'unicast' })).toBe('ttl');
  });

  it('unicast peers may be further away', () => {
    expect(outcome({ ttl: 62, destination: 'unicast' }, unicast)).toBe('accepted');
  });

  it('unicast peers may be bound to a distance (RFC 5082), each to his own', () => {
    const bounded = { ...unicast, peerTtl: [{ peer: ip('10.9.0.2'), min: 62, max: 64 }] };
    const at = (ttl: number) => outcome({ ttl, destination: 'unicast' }, bounded);
    expect([61, 62, 64, 65].map(at)).toEqual(['ttl', 'accepted', 'accepted', 'ttl']);
    const other = { ...unicast, peerTtl: [{ peer: ip('10.9.0.9'), min: 255, max: 255 }] };
    expect(outcome({ ttl: 3, destination: 'unicast' }, other)).toBe('accepted');
  });

  it('a hop limit that the kernel has judged is not judged again', () => {
    const { ttl: _, ...judged } = facts();
    expect(validateAdvert(testRouter(), judged)).toMatchObject({ outcome: 'accepted' });
  });

  it('addresses that come along unadvertised are no difference', () => {
    const more = { address: ip('10.9.9.9'), length: 32 };
    const addresses = [...testRouter().addresses, more];
    expect(notes({}, { addresses, advertised: testRouter().addresses.length })).toEqual([]);
    expect(notes({}, { addresses })).toEqual(['addresses']);
  });

  it('the version is ours', () => {
    expect(outcome({ decoded: decoded(advert2, 'rfc3768') })).toBe('version');
    expect(outcome({}, { version: 2 })).toBe('version');
  });

  it('the VRID is ours', () => {
    expect(outcome({ decoded: decoded({ ...advert3, virtualRouterId: 52 }) })).toBe('vrid');
  });

  it('what the codec refused stays refused, with its reason', () => {
    const refused = err({ reason: 'checksum', detail: 'bad', version: 3, virtualRouterId: 51 } as const);
    expect(outcome({ decoded: refused })).toBe('checksum');
  });

  it('the first broken rule counts: short, TTL, version, then the rest of the message, then the router', () => {
    const short = err({ reason: 'short', detail: '' } as const);
    const count = (version: number) => err({ reason: 'count', detail: '', version } as const);
    expect(outcome({ ttl: 1, decoded: short })).toBe('short');
    expect(outcome({ ttl: 1, decoded: count(2) })).toBe('ttl');
    expect(outcome({ decoded: count(2) })).toBe('version');
    expect(outcome({ decoded: count(3), source: ip('10.9.0.1') })).toBe('count');
    expect(outcome({ decoded: decoded({ ...advert3, virtualRouterId: 9 }), source: ip('10.9.0.1') })).toBe(
      'vrid',
    );
  });

  it('another interval is only noted', () => {
    expect(notes({ decoded: decoded({ ...advert3, intervalCs: 25 }) })).toEqual(['interval']);
  });

  it('other addresses are only noted, another order not even that', () => {
    const two = [ip('10.9.0.101'), ip('10.9.0.100')];
    expect(notes({ decoded: decoded({ ...advert3, addresses: two }) })).toEqual(['addresses']);
    const both = { addresses: two.map((address) => ({ address, length: 24 })) };
    const reversed = decoded({ ...advert3, addresses: [...two].reverse() });
    expect(notes({ decoded: reversed }, both)).toEqual([]);
  });

  it('erratum 8298: an owner hears another owner, and it is noted', () => {
    const other = decoded({ ...advert3, priority: 255 });
    expect(notes({ decoded: other }, { priority: 255 })).toEqual(['owner']);
  });

  it('erratum 8300: an IPv6 advert that does not begin with a link-local address is noted', () => {
    const router = {
      family: 'inet6',
      sourceAddress: ip('fe80::1'),
      addresses: [{ address: ip('fd09::100'), length: 64 }],
    } as const;
    const source = ip('fe80::2');
    const global = decoded({ ...advert3, addresses: [ip('fd09::100')] });
    expect(notes({ source, decoded: global }, router)).toEqual(['first_address']);
    const local = decoded({ ...advert3, addresses: [ip('fe80::5'), ip('fd09::100')] });
    const first = [{ address: ip('fe80::5'), length: 64 }, ...router.addresses];
    expect(notes({ source, decoded: local }, { ...router, addresses: first })).toEqual([]);
  });

  it('a checksum over the group although unicast is noted', () => {
    const old = decoded(advert3, 'rfc5798-group');
    expect(notes({ destination: 'unicast', decoded: old }, unicast)).toEqual(['checksum']);
  });
});

describe('where an advert may come from (docs/reference/vrrp.md §2.2, 13)', () => {
  it.each(['0.0.0.0', '224.0.0.18'])('not from %s', (source) => {
    expect(outcome({ source: ip(source) })).toBe('source');
  });

  it.each(['10.9.0.1', '10.8.0.1'])('not from our own %s', (source) => {
    expect(outcome({ source: ip(source) })).toBe('own_address');
  });

  it('the owner advertises from the VIP, which may be on our interface too', () => {
    const owner = { source: ip('10.9.0.100'), ownAddresses: [ip('10.9.0.1'), ip('10.9.0.100')] };
    expect(outcome(owner)).toBe('accepted');
  });

  it('in unicast mode only from a configured peer', () => {
    expect(outcome({ destination: 'unicast', source: ip('10.9.0.3') }, unicast)).toBe('unknown_peer');
    expect(outcome({ destination: 'unicast' }, unicast)).toBe('accepted');
  });

  it('multicast and unicast do not mix', () => {
    expect(outcome({ destination: 'unicast' })).toBe('destination');
    expect(outcome({ destination: 'multicast' }, unicast)).toBe('destination');
  });
});

describe('RFC 3768 §7.1', () => {
  const version2 = { version: 2 } as const;
  const of = (changes: Partial<Advert2>) => ({ decoded: decoded({ ...advert2, ...changes }, 'rfc3768') });

  it('an advert as we expect it is accepted', () => {
    expect(outcome(of({}), version2)).toBe('accepted');
  });

  it('another interval is discarded', () => {
    expect(outcome(of({ intervalSec: 2 }), version2)).toBe('interval_mismatch');
  });

  it('another authentication type is discarded', () => {
    expect(outcome(of({ auth: { type: 'simple', password: 'x' } }), version2)).toBe('authentication');
    expect(outcome(of({}), { ...version2, authPass: 'x' })).toBe('authentication');
    expect(outcome(of({ auth: { type: 'unsupported', code: 2 } }), version2)).toBe('authentication');
  });

  it.each([
    ['secret', 'accepted'],
    ['Secret', 'authentication'],
    ['secre', 'authentication'],
    ['secrets', 'authentication'],
    ['', 'authentication'],
  ])('RFC 2338 §5.3.6: password %s is %s', (password, expected) => {
    expect(outcome(of({ auth: { type: 'simple', password } }), { ...version2, authPass: 'secret' })).toBe(
      expected,
    );
  });
});
