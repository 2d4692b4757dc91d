// What floats with a virtual router beside its addresses (excluded addresses, routes, rules), on which device, and
// the peers of unicast: the values that are written as several words. docs/reference/keepalived.md §2.
import { z } from 'zod';
import { parseHostName } from '../../net/host-name.ts';
import { type Ip, parseIp } from '../../net/ip.ts';
import { parseRoute, parseRule } from '../../net/route.ts';
import { parseVirtualAddress } from '../../net/virtual-address.ts';
import { readInterfaceName, readPairs } from '../../net/word-pairs.ts';
import { optional, required } from '../values/documented.ts';
import { leaf } from '../values/leaves.ts';

const virtualAddress = leaf(
  'an address with or without a prefix length, and behind it dev IF, label TEXT (IPv4), scope WORD, brd ADDRESS (IPv4), track no',
  parseVirtualAddress,
  { type: 'string' },
);

const route = leaf(
  'PREFIX or default, via ADDRESS or dev IF or both, and src, metric, table, mtu, onlink as in ip route, and track no; or blackhole, unreachable, prohibit before PREFIX',
  parseRoute,
  { type: 'string' },
);

const rule = leaf(
  'from PREFIX, to PREFIX, iif IF, oif IF, fwmark N, priority N, and table N, as in ip rule, and track no',
  parseRule,
  { type: 'string' },
);

export type PeerDraft = ({ readonly address: Ip } | { readonly name: string }) & {
  readonly minTtl?: number;
  readonly maxTtl?: number;
};

const peer = leaf('an address or a name, and behind it min_ttl N, max_ttl N (0 to 255)', readPeer, {
  type: 'string',
});

/** Without "yes" and "no" as names: they are answers. */
const vmac = leaf('yes, no, or an interface name of 1 to 15 characters', readVmac, {
  anyOf: [{ enum: ['yes', 'no', true, false] }, { type: 'string' }],
});

export const floatShape = {
  virtual_ipaddress: required(
    z.array(virtualAddress, { error: 'a list of addresses' }).min(1, { error: 'at least one address' }),
    'The VIPs, ADDRESS or ADDRESS/LENGTH; without a length /32 or /128. Behind it: dev, label, scope, brd, track.',
  ),
  virtual_ipaddress_excluded: optional(
    z.array(virtualAddress),
    'More VIPs, of either family, that adverts do not name.',
  ),
  virtual_routes: optional(z.array(route), 'Routes that are there while the VIPs are, as in `ip route`.'),
  virtual_rules: optional(z.array(rule), 'Policy rules that are there while the VIPs are, as in `ip rule`.'),
  unicast_peer: optional(
    z.array(peer),
    'Peers to send adverts to instead of multicast, by address or name. Behind one: min_ttl, max_ttl of what it sends.',
  ),
  use_vmac: optional(
    vmac,
    'Whether the VIPs have the virtual router MAC, on a macvlan interface of that name.',
    'no',
  ),
} as const;

/** As {@link floatShape} lists them: lines of an ldirectord.cf in which a blank does not end an entry. */
export const phraseKeys: ReadonlySet<string> = new Set(['virtual_routes', 'virtual_rules']);

/** Whether a part of such a line is one entry of several words. */
export const isPhrase = (text: string): boolean =>
  /\s(dev|label|scope|brd|broadcast|track|min_ttl|max_ttl)\s/.test(text);

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

const readTtl = (text: string) => (/^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined);

/** True: a name by rule. */
function readVmac(text: string): string | boolean | undefined {
  if (/^(yes|true|on)$/i.test(text)) return true;
  return /^(no|false|off)$/i.test(text) ? false : readInterfaceName(text);
}
