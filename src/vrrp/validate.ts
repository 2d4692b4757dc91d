// Whether a received advert may reach a router, by the ladder of docs/reference/vrrp.md §2.2, first broken rule first.
// What is odd but harmless comes back as notes. It changes nothing: a refused packet leaves state and timers alone.
// RFC 9568 §7.1 with errata 8298 to 8301; RFC 3768 §7.1 for version 2.
import type { Advert, Advert2, AdvertRefusal, DecodedAdvert } from '../net/advert.ts';
import { type Ip, isMulticast, isUnspecified } from '../net/ip.ts';
import type { Result } from '../net/result.ts';
import { advertIntervalUs } from './advert.ts';
import { type Difference, differencesOf, notesOn, seconds, sharesAddresses } from './differences.ts';
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

export type Validation =
  | { readonly outcome: 'accepted'; readonly advert: Advert; readonly notes: readonly Difference[] }
  | {
      readonly outcome: 'rejected';
      readonly reason: RejectReason;
      readonly detail: string;
      /** A whole advert of another router on our VRID, or of our addresses: both may be active at once. */
      readonly foreign?: true;
      /** Of a foreign router: what else it says otherwise than we do. */
      readonly also?: readonly Difference[];
    };

export type Rejection = Extract<Validation, { outcome: 'rejected' }>;

const reject = (reason: RejectReason, detail: string): Rejection => ({ outcome: 'rejected', reason, detail });

/** @param router the one whose VRID the packet names, or any: another VRID is rejected as such. */
export function validateAdvert(router: RouterConfig, facts: AdvertFacts): Validation {
  const { decoded } = facts;
  const rejection = rejectPacket(router, facts);
  if (rejection !== undefined) return withDifferences(router, rejection, facts);
  if (!decoded.ok) return rejectBytes(router, decoded.error);
  const { advert } = decoded.value;
  const refused = rejectAdvert(router, advert) ?? rejectOrigin(router, facts, advert);
  if (refused !== undefined) return withDifferences(router, refused, facts);
  return { outcome: 'accepted', advert, notes: notesOn(router, decoded.value) };
}

/**
 * An advert on a VRID that nobody here has. @returns undefined where it is another cluster's; otherwise it names our
 * addresses, so that one of the two has a wrong VRID, and both are active.
 */
export function judgeStray(router: RouterConfig, facts: AdvertFacts): Rejection | undefined {
  const { decoded } = facts;
  if (!decoded.ok || !sharesAddresses(router, decoded.value.advert)) return undefined;
  const detail = `VRID ${router.virtualRouterId}, got ${decoded.value.advert.virtualRouterId}`;
  return withDifferences(router, { ...reject('vrid', detail), foreign: true }, facts);
}

/** The first broken rule is the reason; somebody who is to find the other router wants all that is different. */
function withDifferences(router: RouterConfig, rejection: Rejection, { decoded }: AdvertFacts): Rejection {
  if (rejection.foreign !== true || !decoded.ok) return rejection;
  const also = differencesOf(router, decoded.value.advert).filter(
    ({ what }) => !rejection.reason.startsWith(what),
  );
  return also.length === 0 ? rejection : { ...rejection, also };
}

function rejectBytes(router: RouterConfig, error: AdvertRefusal): Rejection {
  const rejection = reject(error.reason, error.detail);
  const isForeign = error.reason === 'authentication' && error.virtualRouterId === router.virtualRouterId;
  return isForeign ? { ...rejection, foreign: true } : rejection;
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
function rejectOrigin(router: RouterConfig, facts: AdvertFacts, advert: Advert): Rejection | undefined {
  const { source, destination, ownAddresses, ttl } = facts;
  if (isUnspecified(source) || isMulticast(source))
    return reject('source', `a unicast source, got ${source}`);
  if (isOurs(router, source, ownAddresses)) {
    return reject('own_address', `another router's address, got ${source}`); // reflected, or a cloned host
  }
  const mode = router.unicastPeers.length === 0 ? 'multicast' : 'unicast';
  // One of the two is configured for the group, the other for unicast, or lists another peer: nobody hears the other.
  // Between peers a VRID is ours alone, so that another cluster's on the LAN is nobody's fault.
  const isForeign = destination === 'unicast' || sharesAddresses(router, advert);
  const foreign = isForeign ? ({ foreign: true } as const) : {};
  if (destination !== mode) return { ...reject('destination', `${mode}, got ${destination}`), ...foreign };
  if (mode === 'unicast' && !router.unicastPeers.includes(source)) {
    return { ...reject('unknown_peer', `a configured peer, got ${source}`), ...foreign };
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
