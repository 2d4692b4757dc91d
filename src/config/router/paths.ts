// The paths of a `vrrp` entry: which interfaces its adverts go over, the first of which carries the addresses.
import * as z from 'zod';
import { type Family, familyOf } from '../../net/ip.ts';
import { errorAt, warningAt } from '../problem.ts';
import { optional } from '../values/documented.ts';
import { flag, interfaceName } from '../values/scalars.ts';
import type { PeersDraft } from './peers.ts';
import type { RouterSite } from './router-site.ts';

export const pathsShape = {
  interface: optional(
    interfaceName,
    'The interface that adverts go out of and that the addresses are put on. It, or interfaces, must be given.',
  ),
  interfaces: optional(
    z.array(interfaceName, { error: 'a list of interfaces' }).min(1, { error: 'at least one interface' }),
    'Instead of interface: that one first, then further paths for adverts, such as a cable between the directors.',
  ),
  dont_track_primary: optional(
    flag(),
    'Whether its interface may be down, or without a carrier, and the router goes on; else that is a fault.',
    'no',
  ),
} as const;
type PathsDraft = z.output<z.ZodObject<typeof pathsShape>>;

export type Paths = { readonly first: string; readonly further: readonly string[] };

/** An entry that names none is an error (judgePaths), and has the empty name here. */
export function pathsOf({ interface: only = '', interfaces = [only] }: PathsDraft): Paths {
  const [first = '', ...further] = interfaces;
  return { first, further };
}

/** @param number of the entry, as people count */
export function judgePaths(
  draft: PathsDraft & PeersDraft,
  number: number,
  { site, problems }: RouterSite,
): void {
  const { interface: only, interfaces } = draft;
  if (only === undefined && interfaces === undefined) {
    const rule = 'an interface name of 1 to 15 characters';
    problems.push(errorAt(site(), `read vrrp ${number} interface`, rule, ''));
  }
  if (interfaces === undefined) return;
  if (only !== undefined) {
    const rule = 'interface or interfaces, of which the first carries the addresses';
    problems.push(errorAt(site('interface'), 'use interface', rule, 'both'));
  }
  for (const [i, name] of interfaces.entries()) {
    if (interfaces.indexOf(name) === i) continue;
    const at = site('interfaces', i);
    problems.push(errorAt(at, 'use interfaces', 'each interface once', `${name} again`));
  }
  judgePeersOnPaths(draft, interfaces, { site, problems });
}

/** A unicast advert goes over the interface whose network its peer is in: each needs a peer of its own. */
function judgePeersOnPaths(
  { unicast_peer: peers = [] }: PeersDraft,
  interfaces: readonly string[],
  { site, problems }: RouterSite,
): void {
  const addresses = peers.flatMap((peer) => ('address' in peer ? [peer.address] : []));
  // A name may have an address on each.
  if (addresses.length < peers.length) return;
  for (const family of ['inet', 'inet6'] as const satisfies readonly Family[]) {
    const count = addresses.filter((address) => familyOf(address) === family).length;
    if (count === 0 || count >= interfaces.length) continue;
    const rule = `an address of the peer on each of ${interfaces.join(', ')}`;
    problems.push(warningAt(site('unicast_peer'), 'use every path', rule, `${count}`));
  }
}
