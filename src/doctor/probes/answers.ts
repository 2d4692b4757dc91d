// What the doctor asked with packets of its own, and what came back: plain values, of which probings make findings. Who
// sends and hears is compose/doctor-probes.ts.
import type { Ip } from '../../net/ip.ts';
import type { Mac } from '../../net/mac.ts';
import type { Facts } from '../facts.ts';

/** Who has an address on the network of a device. */
export type Neighbour = { readonly device: string; readonly address: Ip };
export type Holder = Neighbour & { readonly mac: Mac };

/**
 * `own`: as anybody reaches the server; `vip`: as IPVS sends clients' packets; `back`: from an address that is not on the
 * server's network; `size`: as large as what IPVS may send.
 */
export type Way = 'own' | 'vip' | 'back' | 'size';

export type Ask =
  | { readonly kind: 'syn'; readonly port: number }
  /** @property bytes of the whole packet. */
  | { readonly kind: 'echo'; readonly bytes?: number };

/** Around the packet; as IPVS wraps it. */
export type Wrapping = {
  readonly type: 'ipip' | 'gre' | 'gue';
  /** Of gue. */
  readonly port: number;
  readonly from: Ip;
  readonly to: Ip;
};

/** One packet. */
export type Shot = {
  readonly way: Way;
  /** The server that is asked. */
  readonly target: Ip;
  /** The services that it matters to. */
  readonly services: readonly string[];
  readonly device: string;
  readonly mac: Mac;
  readonly source: Ip;
  readonly destination: Ip;
  readonly ttl: number;
  readonly ask: Ask;
  readonly wrapping?: Wrapping;
};

export type Fate = 'answered' | 'reset' | 'unreachable' | 'expired' | 'too big' | 'silent';

/** @property from whose frame it was. */
export type Outcome = {
  readonly shot: Shot;
  readonly fate: Fate;
  readonly from?: Mac;
  readonly device?: string;
};

/** An advert that came by, as a router of the config takes it. */
export type HeardAdvert = {
  readonly router: string;
  readonly source: Ip;
  readonly mac: Mac;
  /** A whole advert that is not believed, or has none of our addresses. */
  readonly isForeign: boolean;
};

export type Answers = {
  /** Our own link-layer addresses, by device; of Ethernet alone. */
  readonly macs: Readonly<Record<string, Mac>>;
  readonly asked: readonly Neighbour[];
  readonly holders: readonly Holder[];
  readonly outcomes: readonly Outcome[];
  readonly adverts: readonly HeardAdvert[];
  /** Routers whose adverts are too far apart to be waited for. */
  readonly unheeded: readonly string[];
  /** What was not asked, and why. */
  readonly unasked: readonly string[];
  /** In words. */
  readonly sent: string;
};

export type Probed = Facts & { readonly answers: Answers };
