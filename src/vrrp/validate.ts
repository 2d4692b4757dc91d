// Whether a received advert may reach a router, by the ladder of docs/reference/vrrp.md §2.2, first broken rule first.
// What is odd but harmless comes back as notes. It changes nothing: a refused packet leaves state and timers alone.
// RFC 9568 §7.1 with errata 8298 to 8301; RFC 3768 §7.1 for version 2.
import type { Advert, Advert2, AdvertRefusal, ChecksumForm, DecodedAdvert } from '../net/advert.ts';
import { compareIp, type Ip, isLinkLocal, isMulticast, isUnspecified } from '../net/ip.ts';
import type { Result } from '../net/result.ts';
import { advertIntervalUs, advertisedAddresses } from './advert.ts';
import { isOwner, OWNER_PRIORITY } from './election.ts';
import type { RouterConfig } from './types.ts';

/** What the shell knows of a packet. */
export type AdvertFacts = {
  /** TTL; absent where the kernel has judged the hop limit already. */
  readonly ttl?: number;
  readonly source: Ip;
  readonly destination: 'multicast' | 'unicast';
  /** Every address of the receiving interface, besides the router's sourceAddress. */
  readonly ownAddresses: readonly Ip[];
  readonly decoded: Result<DecodedAdvert, AdvertRefusal>;
  /** How many packets, where the kernel let in a sample of a flood; absent: one. */
  readonly standsFor?: number;
};

export type RejectReason =
  | AdvertRefusal['reason']
  | 'ttl'
  | 'vrid'
  | 'interval_mismatch'
  | 'authentication'
  | 'source'
  | 'own_address'
  | 'unknown_peer'
  | 'destination';

/** An accepted advert says something else than we do; in words for the journal. */
export type Note = {
  /** virtual_router: none of its addresses is ours, so it is of another cluster. */
  readonly what: 'interval' | 'addresses' | 'virtual_router' | 'checksum' | 'owner' | 'first_address';
  readonly ours: string;
  readonly theirs: string;
};

export type Validation =
  | { readonly outcome: 'accepted'; readonly advert: Advert; readonly notes: readonly Note[] }
  | {
      readonly outcome: 'rejected';
      readonly reason: RejectReason;
      readonly detail: string;
      /** A whole advert of another router on our VRID: both may be active at once. */
      readonly foreign?: true;
    };

type Rejection = Extract<Validation, { outcome: 'rejected' }>;

const reject = (reason: RejectReason, detail: string): Rejection => ({ outcome: 'rejected', reason, detail });

/** @param router the one whose VRID the packet names, or any: another VRID is rejected as such. */
export function validateAdvert(router: RouterConfig, facts: AdvertFacts): Validation {
  const { decoded } = facts;
  const rejection = rejectPacket(router, facts);
  if (rejection !== undefined) return rejection;
  if (!decoded.ok) return reject(decoded.error.reason, decoded.error.detail);
  const { advert, checksumForm } = decoded.value;
  const refused = rejectAdvert(router, advert) ?? rejectOrigin(router, facts);
  return refused ?? { outcome: 'accepted', advert, notes: notesOn(router, advert, checksumForm) };
}

/** Rungs 1 to 3: they come before what the codec finds in the rest of the message. */
function rejectPacket(router: RouterConfig, { ttl, decoded }: AdvertFacts): Rejection | undefined {
  if (!decoded.ok && decoded.error.reason === 'short') return reject('short', decoded.error.detail);
  // RFC 9568 §5.1.1.3: 255, or it was routed. Unicast peers may be more than one hop away.
  if (ttl !== undefined && router.unicastPeers.length === 0 && ttl !== 255)
    return reject('ttl', `TTL 255, got ${ttl}`);
  const version = decoded.ok ? decoded.value.advert.version : decoded.error.version;
  // Versions 2 and 3 on one VRID never hear each other: both become active (docs/reference/vrrp.md §2.2).
  if (version !== router.version) {
    const rejection = reject('version', `version ${router.version}, got ${version}`);
    return decoded.ok ? { ...rejection, foreign: true } : rejection;
  }
  return undefined;
}

/** Rungs 7 to 12. */
function rejectAdvert(router: RouterConfig, advert: Advert): Rejection | undefined {
  if (advert.virtualRouterId !== router.virtualRouterId) {
    return reject('vrid', `VRID ${router.virtualRouterId}, got ${advert.virtualRouterId}`);
  }
  if (advert.version === 3) return undefined;
  if (advertIntervalUs(advert) !== router.advertIntervalUs) {
    // RFC 3768 §7.1: discard. Both sides become active: worth an alarm.
    const detail = `interval ${seconds(router)}, got ${advert.intervalSec} s`;
    return { ...reject('interval_mismatch', detail), foreign: true };
  }
  return rejectAuthentication(router, advert);
}

/** RFC 2338 §7.1; RFC 3768 knows type 0 only. */
function rejectAuthentication(router: RouterConfig, { auth }: Advert2): Rejection | undefined {
  const expected = router.authPass === undefined ? 'none' : 'simple';
  if (auth.type !== expected) {
    const got = auth.type === 'unsupported' ? `type ${auth.code}` : auth.type;
    return { ...reject('authentication', `authentication ${expected}, got ${got}`), foreign: true };
  }
  if (auth.type === 'simple' && !samePassword(auth.password, router.authPass ?? '')) {
    return { ...reject('authentication', 'our password, got another'), foreign: true };
  }
  return undefined;
}

/** In a time that does not depend on how much of it is right. */
function samePassword(a: string, b: string): boolean {
  let difference = 0;
  for (let i = 0; i < 8; i++) difference |= (a.charCodeAt(i) || 0) ^ (b.charCodeAt(i) || 0);
  return difference === 0;
}

/** Rung 13. */
function rejectOrigin(router: RouterConfig, facts: AdvertFacts): Rejection | undefined {
  const { source, destination, ownAddresses, ttl } = facts;
  if (isUnspecified(source) || isMulticast(source))
    return reject('source', `a unicast source, got ${source}`);
  if (isOurs(router, source, ownAddresses)) {
    return reject('own_address', `another router's address, got ${source}`); // reflected, or a cloned host
  }
  const mode = router.unicastPeers.length === 0 ? 'multicast' : 'unicast';
  if (destination !== mode) return reject('destination', `${mode}, got ${destination}`);
  if (mode === 'unicast' && !router.unicastPeers.includes(source)) {
    return reject('unknown_peer', `a configured peer, got ${source}`);
  }
  const bounds = router.peerTtl?.find(({ peer }) => peer === source);
  if (bounds === undefined || ttl === undefined || (ttl >= bounds.min && ttl <= bounds.max)) return undefined;
  return reject('ttl', `TTL ${bounds.min} to ${bounds.max} from ${source}, got ${ttl}`);
}

/** A VIP that we hold is not ours alone: its owner advertises from it (RFC 9568 §5.1.1.1). */
function isOurs(router: RouterConfig, source: Ip, ownAddresses: readonly Ip[]): boolean {
  if (source === router.sourceAddress) return true;
  const isVirtual = router.addresses.some((prefix) => prefix.address === source);
  return ownAddresses.includes(source) && !isVirtual;
}

function notesOn(router: RouterConfig, advert: Advert, checksumForm: ChecksumForm): readonly Note[] {
  const notes: Note[] = [];
  if (isOwner(router) && advert.priority === OWNER_PRIORITY) {
    notes.push({ what: 'owner', ours: 'owner', theirs: 'owner' }); // erratum 8298: the address decides
  }
  if (advertIntervalUs(advert) !== router.advertIntervalUs) {
    notes.push({ what: 'interval', ours: seconds(router), theirs: `${advertIntervalUs(advert) / 1e6} s` });
  }
  const first = advert.addresses[0];
  if (router.family === 'inet6' && first !== undefined && !isLinkLocal(first)) {
    notes.push({ what: 'first_address', ours: 'link-local', theirs: first }); // erratum 8300; FRR sends none
  }
  const own = advertisedAddresses(router);
  const [ours, theirs] = [sorted(own), sorted(advert.addresses)];
  // RFC 3768 §7.1 would drop this unless the sender owns the addresses; that leaves two actives while an
  // address is added director by director, so, as in version 3, it is said and the advert kept.
  if (ours !== theirs) {
    const shares = advert.addresses.some((address) =>
      router.addresses.some((prefix) => prefix.address === address),
    );
    // Who only elects has none, and is no other cluster for that.
    const elects = own.length === 0 || advert.addresses.length === 0;
    const what = shares || elects ? 'addresses' : 'virtual_router';
    notes.push({ what, ours: shortened(ours) || 'none', theirs: shortened(theirs) || 'none' });
  }
  if (checksumForm === 'rfc5798-group') {
    notes.push({ what: 'checksum', ours: 'pseudo-header with the destination', theirs: 'with the group' });
  }
  return notes;
}

const seconds = (router: RouterConfig): string => `${router.advertIntervalUs / 1e6} s`;

/** An advert may name 255 addresses. */
const wordsMax = 8;

function shortened(addresses: string): string {
  const words = addresses.split(' ');
  if (words.length <= wordsMax) return addresses;
  return `${words.slice(0, wordsMax).join(' ')} and ${words.length - wordsMax} more`;
}

const sorted = (addresses: readonly Ip[]): string => [...addresses].sort(compareIp).join(' ');
