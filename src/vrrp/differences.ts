// In what an advert differs from those that we send. Of an accepted one it is odd but harmless, and told; of a refused one
// it is what an administrator needs to find the other router's mistake, or his own. It judges nothing: validate.ts does.
// RFC 9568 §7.1 with errata 8298 and 8300; RFC 3768 §7.1 for version 2.
import type { Advert, DecodedAdvert } from '../net/advert.ts';
import { compareIp, type Ip, isLinkLocal } from '../net/ip.ts';
import { advertIntervalUs, advertisedAddresses } from './advert.ts';
import { isOwner, OWNER_PRIORITY } from './election.ts';
import type { RouterConfig } from './types.ts';

/** In words for the journal. */
export type Difference = {
  /** virtual_router: none of its addresses is ours, so it is of another cluster. */
  readonly what:
    | 'version'
    | 'interval'
    | 'addresses'
    | 'virtual_router'
    | 'checksum'
    | 'owner'
    | 'first_address';
  readonly ours: string;
  readonly theirs: string;
};

/** Between two files, whatever the version. */
export const differencesOf = (router: RouterConfig, advert: Advert): readonly Difference[] => [
  ...(advert.version === router.version
    ? []
    : [{ what: 'version', ours: `${router.version}`, theirs: `${advert.version}` } as const]),
  ...differentInterval(router, advert),
  ...differentAddresses(router, advert),
];

/** Of an advert that is believed. */
export function notesOn(
  router: RouterConfig,
  { advert, checksumForm }: DecodedAdvert,
): readonly Difference[] {
  const notes: Difference[] = [];
  if (isOwner(router) && advert.priority === OWNER_PRIORITY) {
    notes.push({ what: 'owner', ours: 'owner', theirs: 'owner' }); // erratum 8298: the address decides
  }
  notes.push(...differentInterval(router, advert));
  const first = advert.addresses[0];
  if (router.family === 'inet6' && first !== undefined && !isLinkLocal(first)) {
    notes.push({ what: 'first_address', ours: 'link-local', theirs: first }); // erratum 8300; FRR sends none
  }
  notes.push(...differentAddresses(router, advert));
  if (checksumForm === 'rfc5798-group') {
    notes.push({ what: 'checksum', ours: 'pseudo-header with the destination', theirs: 'with the group' });
  }
  return notes;
}

/** Any of ours, advertised or not. */
export function sharesAddresses(router: RouterConfig, advert: Advert): boolean {
  const theirs = new Set(advert.addresses);
  return router.addresses.some(({ address }) => theirs.has(address));
}

export const seconds = (router: RouterConfig): string => `${router.advertIntervalUs / 1e6} s`;

const differentInterval = (router: RouterConfig, advert: Advert): readonly Difference[] =>
  advertIntervalUs(advert) === router.advertIntervalUs
    ? []
    : [{ what: 'interval', ours: seconds(router), theirs: `${advertIntervalUs(advert) / 1e6} s` }];

/**
 * RFC 3768 §7.1 would drop such an advert unless the sender owns the addresses; that leaves two actives while an address
 * is added director by director, so, as in version 3, it is said and the advert kept.
 */
function differentAddresses(router: RouterConfig, advert: Advert): readonly Difference[] {
  const own = advertisedAddresses(router);
  const [ours, theirs] = [sorted(own), sorted(advert.addresses)];
  if (ours === theirs) return [];
  // Who only elects has none, and is no other cluster for that.
  const elects = own.length === 0 || advert.addresses.length === 0;
  const what = sharesAddresses(router, advert) || elects ? 'addresses' : 'virtual_router';
  return [{ what, ours: shortened(ours) || 'none', theirs: shortened(theirs) || 'none' }];
}

/** An advert may name 255 addresses. */
const wordsMax = 8;

function shortened(addresses: string): string {
  const words = addresses.split(' ');
  if (words.length <= wordsMax) return addresses;
  return `${words.slice(0, wordsMax).join(' ')} and ${words.length - wordsMax} more`;
}

const sorted = (addresses: readonly Ip[]): string => [...addresses].sort(compareIp).join(' ');
