// A VRRP ADVERTISEMENT as a value, in wire units, and why bytes may fail to be one. Shared by the codec
// (wire/packet/vrrp.ts) and the election (vrrp/), neither of which may know the other. RFC 9568 §5.2, RFC 3768 §5.3.
import type { Ip } from './ip.ts';

type AdvertFields = {
  /** 1 to 255. */
  readonly virtualRouterId: number;
  /** 0: the sender resigns; 1 to 254; 255: it owns the addresses. */
  readonly priority: number;
  /** 1 to 255 addresses of one family. */
  readonly addresses: readonly Ip[];
};

/** RFC 9568 (and RFC 5798). */
export type Advert3 = AdvertFields & { readonly version: 3 /** 1 to 4095. */; readonly intervalCs: number };
/** RFC 3768; IPv4 only. */
export type Advert2 = AdvertFields & {
  readonly version: 2;
  /** 1 to 255. */
  readonly intervalSec: number;
  readonly auth: AdvertAuth;
};
export type Advert = Advert2 | Advert3;

export type AdvertAuth =
  | { readonly type: 'none' }
  /** RFC 2338 §5.3.6 simple text: at most 8 characters of Latin-1, no trailing NUL. */
  | { readonly type: 'simple'; readonly password: string }
  /** Seen on the wire, never sent: 2 is RFC 2338's IP authentication header. */
  | { readonly type: 'unsupported'; readonly code: number };

/**
 * How a checksum was computed. Version 3 over IPv4 is a fork (docs/reference/vrrp.md §1.3): RFC 5798 with the
 * pseudo-header, RFC 9568 §5.2.8 without; some old unicast senders put the group address into the pseudo-header.
 */
export type ChecksumForm = 'rfc3768' | 'rfc5798' | 'rfc9568' | 'rfc5798-group' | 'rfc8200';

export type DecodedAdvert = { readonly advert: Advert; readonly checksumForm: ChecksumForm };

export type AdvertDefect =
  | 'short'
  | 'version'
  | 'type'
  | 'count'
  | 'length'
  /** A trailer that we do not know how to check. */
  | 'authentication'
  | 'checksum'
  | 'interval';

/** The first rule that the bytes broke; `version` and `virtualRouterId` as far as they could be read. */
export type AdvertRefusal = {
  readonly reason: AdvertDefect;
  readonly detail: string;
  readonly version?: number;
  readonly virtualRouterId?: number;
};
