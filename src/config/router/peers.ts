// Whom adverts go to instead of a multicast group, and from which address. A name stays a name, whose addresses are asked
// for again and again.
import * as z from 'zod';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { parseHostName } from '../../net/host-name.ts';
import { type Family, familyOf, type Ip, ip, ipBytes, isMulticast, parseIp } from '../../net/ip.ts';
import { readPairs } from '../../net/word-pairs.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { address, scalar } from '../values/scalars.ts';
import { familyName } from './families.ts';
import type { RouterSite } from './router-site.ts';

type PeerDraft = ({ readonly address: Ip } | { readonly name: string }) & {
  readonly minTtl?: number;
  readonly maxTtl?: number;
};

const peer = scalar('an address or a name, and behind it min_ttl N, max_ttl N (0 to 255)', readPeer, {
  type: 'string',
});

/** RFC 9568 §5.1.1.2, §5.1.2.2. */
const vrrpGroups: Readonly<Record<Family, Ip>> = { inet: ip('224.0.0.18'), inet6: ip('ff02::12') };

const group = scalar('a multicast address, of IPv6 one of the link (ffX2::)', readGroup, { type: 'string' });

export const peersShape = {
  unicast_peer: optional(
    z.array(peer),
    'Peers to send adverts to instead of multicast, by address or name. Behind one: min_ttl, max_ttl of what it sends.',
  ),
  unicast_src_ip: optional(
    address(),
    'The source address of adverts. Default: the first address of the interface.',
  ),
  source: optional(address(), 'Another spelling of unicast_src_ip.'),
  mcast_dst_ip: optional(
    z.array(group),
    'Another multicast group for adverts, one a family; of IPv6 one of the link. Default: 224.0.0.18 and ff02::12.',
  ),
} as const;
export type PeersDraft = z.output<z.ZodObject<typeof peersShape>>;

type Peers = Pick<
  VrrpInstanceConfig,
  'unicastPeers' | 'peerNames' | 'peerTtl' | 'sourceAddress' | 'multicastGroup'
>;

/** Those of one family; names may have addresses of either. */
export function resolvePeers(draft: PeersDraft, family: Family): Peers {
  const { unicast_peer: peers = [], unicast_src_ip, source } = draft;
  const sourceAddress = [unicast_src_ip ?? source].find(
    (own) => own !== undefined && familyOf(own) === family,
  );
  const ofFamily = peers
    .filter((peer) => 'address' in peer)
    .filter((peer) => familyOf(peer.address) === family);
  const named = peers.filter((peer) => 'name' in peer);
  const bounded = ofFamily.filter(({ minTtl, maxTtl }) => (minTtl ?? maxTtl) !== undefined);
  const peerTtl = bounded.map(({ address, minTtl, maxTtl }) => ({
    peer: address,
    min: minTtl ?? 0,
    max: maxTtl ?? 255,
  }));
  return {
    unicastPeers: ofFamily.map(({ address }) => address),
    ...(named.length > 0 && { peerNames: named }),
    ...(peerTtl.length > 0 && { peerTtl }),
    ...present({ sourceAddress, multicastGroup: peers.length > 0 ? undefined : groupOf(draft, family) }),
  };
}

/** Undefined: RFC 9568's. */
const groupOf = ({ mcast_dst_ip: groups = [] }: PeersDraft, family: Family): Ip | undefined =>
  groups.find((each) => familyOf(each) === family && each !== vrrpGroups[family]);

function judgeGroups(draft: PeersDraft, families: readonly Family[], { site, problems }: RouterSite): void {
  const { mcast_dst_ip: groups = [], unicast_peer: peers = [] } = draft;
  if (peers.length > 0 && groups.length > 0)
    problems.push(
      warningAt(site('mcast_dst_ip'), 'use mcast_dst_ip', 'no unicast_peer beside it', `${peers.length}`),
    );
  for (const [i, each] of groups.entries()) {
    const family = familyOf(each);
    const isRepeated = groups.findIndex((other) => familyOf(other) === family) < i;
    if (families.includes(family) && !isRepeated) continue;
    const rule = isRepeated
      ? 'one group of each family'
      : `an address of ${families.map(familyName).join(' or ')}, as the VIPs`;
    problems.push(errorAt(site('mcast_dst_ip', i), 'use mcast_dst_ip', rule, each));
  }
}

/** @param families of the virtual addresses */
export function judgePeers(draft: PeersDraft, families: readonly Family[], at: RouterSite): void {
  const { site, problems } = at;
  const { unicast_peer: peers = [], unicast_src_ip: first, source: second } = draft;
  const names = families.map(familyName).join(' or ');
  judgeGroups(draft, families, at);
  const refuse = (path: readonly [string, ...number[]], rule: string, got: string) =>
    problems.push(errorAt(site(...path), `use ${path[0]}`, rule, got));
  for (const family of families) {
    // A name may have addresses of either.
    if (peers.length === 0 || peers.some((each) => 'name' in each || familyOf(each.address) === family)) {
      continue;
    }
    const rule = 'a peer for each family of virtual_ipaddress';
    refuse(['unicast_peer'], rule, `none of ${familyName(family)}`);
  }
  for (const [i, each] of peers.entries()) {
    if (!('name' in each)) {
      if (families.includes(familyOf(each.address))) continue;
      refuse(['unicast_peer', i], `an address of ${names}, as the VIPs`, each.address);
    } else if (families.includes('inet6') && (each.minTtl ?? each.maxTtl) !== undefined) {
      // Which hop limits its socket takes is fixed by address as it is opened (system/sockets/advert-filter.ts).
      refuse(['unicast_peer', i], 'an address with min_ttl or max_ttl of IPv6', each.name);
    }
  }
  for (const key of ['unicast_src_ip', 'source'] as const) {
    const own = draft[key];
    if (own !== undefined && !families.includes(familyOf(own)))
      refuse([key], `an address of ${names}, as the VIPs`, own);
  }
  if (first !== undefined && second !== undefined && first !== second) {
    refuse(['source'], `the same as unicast_src_ip (${first})`, second);
  }
}

function readPeer(text: string): PeerDraft | undefined {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  const who = readHost(first);
  const given = readPairs(rest, { min_ttl: readTtl, max_ttl: readTtl });
  if (who === undefined || given === undefined) return undefined;
  const { min_ttl: minTtl, max_ttl: maxTtl } = given;
  if ((minTtl ?? 0) > (maxTtl ?? 255)) return undefined;
  return { ...who, ...(minTtl !== undefined && { minTtl }), ...(maxTtl !== undefined && { maxTtl }) };
}

function readHost(text: string): { readonly address: Ip } | { readonly name: string } | undefined {
  const address = parseIp(text);
  if (address !== undefined) return { address };
  const name = parseHostName(text);
  return name === undefined ? undefined : { name };
}

/** RFC 4291 §2.7: the second half of the second byte is the scope, 2 the link. */
function readGroup(text: string): Ip | undefined {
  const found = parseIp(text.trim());
  if (found === undefined || !isMulticast(found)) return undefined;
  return familyOf(found) === 'inet' || ((ipBytes(found)[1] ?? 0) & 0x0f) === 2 ? found : undefined;
}

const readTtl = (text: string) => (/^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined);
