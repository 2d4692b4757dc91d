// The paths of a `vrrp` entry: which interfaces its adverts go over, the first of which carries the addresses.
import { type Family, familyOf } from '../../net/ip.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { VrrpDraft } from './keys.ts';

export type Paths = { readonly first: string; readonly further: readonly string[] };

/** An entry that names none is an error (judgePaths), and has the empty name here. */
export function pathsOf({ interface: only = '', interfaces = [only] }: VrrpDraft): Paths {
  const [first = '', ...further] = interfaces;
  return { first, further };
}

export function judgePaths(draft: VrrpDraft, index: number, { problems, sites }: Resolution): void {
  const { interface: only, interfaces } = draft;
  if (only === undefined && interfaces === undefined) {
    const rule = 'an interface name of 1 to 15 characters';
    problems.push(errorAt(sites('vrrp', index), `read vrrp ${index + 1} interface`, rule, ''));
  }
  if (interfaces === undefined) return;
  if (only !== undefined) {
    const rule = 'interface or interfaces, of which the first carries the addresses';
    problems.push(errorAt(sites('vrrp', index, 'interface'), 'use interface', rule, 'both'));
  }
  for (const [i, name] of interfaces.entries()) {
    if (interfaces.indexOf(name) === i) continue;
    const at = sites('vrrp', index, 'interfaces', i);
    problems.push(errorAt(at, 'use interfaces', 'each interface once', `${name} again`));
  }
  judgePeers(draft, interfaces, index, { problems, sites });
}

/** A unicast advert goes over the interface whose network its peer is in: each needs a peer of its own. */
function judgePeers(
  { unicast_peer: peers = [] }: VrrpDraft,
  interfaces: readonly string[],
  index: number,
  { problems, sites }: Pick<Resolution, 'problems' | 'sites'>,
): void {
  const addresses = peers.flatMap((peer) => ('address' in peer ? [peer.address] : []));
  // A name may have an address on each.
  if (addresses.length < peers.length) return;
  for (const family of ['inet', 'inet6'] as const satisfies readonly Family[]) {
    const count = addresses.filter((address) => familyOf(address) === family).length;
    if (count === 0 || count >= interfaces.length) continue;
    const rule = `an address of the peer on each of ${interfaces.join(', ')}`;
    problems.push(warningAt(sites('vrrp', index, 'unicast_peer'), 'use every path', rule, `${count}`));
  }
}
