// One run of the simulator as plain data: who takes part, how the network and the hosts behave, and what goes
// wrong when. Drawn from a seed (draw-scenario.ts), and cut down when it fails (shrink.ts).

import type { Micros } from '../../src/ports/clock.ts';
import type { RouterConfig } from '../../src/vrrp/types.ts';

/** A place on the network: the number of a host, or that of the client, which comes after the last host. */
export type Place = number;

export type HostPlan = {
  readonly name: string;
  /** Its monotonic clock at time 0, and how fast it runs. */
  readonly clock: { readonly offsetUs: Micros; readonly rate: number };
  /** Datagrams that its receive buffer holds. */
  readonly bufferSize: number;
  readonly startAt: Micros;
  /** Of another make: it yields, and steps down, without a word. */
  readonly silent?: boolean;
};

export type RouterPlan = { readonly host: Place; readonly config: RouterConfig };

/** The routers that may hear each other: one VRID, version, family and mode. */
export type GroupPlan = { readonly name: string; readonly routers: readonly RouterPlan[] };

/** Chances for each packet on each path that the weather touches, until the faults end. */
export type Weather = {
  readonly loss: number;
  /** Gilbert: a path turns bad, and good again, at each packet with these chances; when bad it passes none. */
  readonly burst?: { readonly begins: number; readonly ends: number };
  readonly late: number;
  readonly lateUs: Micros;
  readonly duplicate: number;
  readonly flip: number;
  /** Directed paths as "from>to"; undefined: all. */
  readonly paths?: readonly string[];
};

export type Garbage =
  | 'ttl'
  | 'version'
  | 'type'
  | 'count_zero'
  | 'interval_zero'
  | 'checksum'
  | 'short'
  | 'random'
  | 'own_address'
  | 'source_multicast'
  | 'other_vrid';

export type Fault = { readonly at: Micros } & (
  | {
      /** The VRRP process alone; its supervisor starts it again. */ readonly kind: 'crash';
      readonly host: Place;
      readonly forUs: Micros;
    }
  | {
      /** SIGKILL of everything of ours: the kernel goes on serving. */ readonly kind: 'kill';
      readonly host: Place;
      readonly forUs: Micros;
    }
  | { readonly kind: 'powerLoss'; readonly host: Place; readonly forUs: Micros }
  | { readonly kind: 'stop'; readonly host: Place; readonly forUs: Micros }
  | { readonly kind: 'handOver'; readonly host: Place; readonly group: number }
  | {
      /** The process stands still; what it finds first when it goes on. */ readonly kind: 'stall';
      readonly host: Place;
      readonly forUs: Micros;
      readonly first: 'timers' | 'input';
    }
  | {
      /** The whole host stands still. */ readonly kind: 'freeze';
      readonly host: Place;
      readonly forUs: Micros;
      readonly first: 'timers' | 'input';
      readonly clock: 'runs' | 'stands';
      readonly packets: 'kept' | 'lost';
    }
  | { readonly kind: 'linkDown'; readonly host: Place; readonly forUs: Micros }
  | { readonly kind: 'cut'; readonly from: Place; readonly to: Place; readonly forUs: Micros }
  | { readonly kind: 'partition'; readonly side: readonly Place[]; readonly forUs: Micros }
  | { readonly kind: 'deleteVip'; readonly host: Place; readonly group: number; readonly vip: number }
  | {
      /** What a router tracks changes its priority. */ readonly kind: 'tracked';
      readonly host: Place;
      readonly group: number;
      readonly offset: number;
      readonly forUs: Micros;
    }
  | { readonly kind: 'unsent'; readonly host: Place; readonly forUs: Micros }
  | { readonly kind: 'slowKernel'; readonly host: Place; readonly byUs: Micros; readonly forUs: Micros }
  | {
      /** A host of somebody else's has the first address, and answers for it. */ readonly kind: 'squatter';
      readonly group: number;
      readonly forUs: Micros;
    }
  | { readonly kind: 'garbage'; readonly host: Place; readonly group: number; readonly what: Garbage }
);
export type FaultKind = Fault['kind'];

export type Scenario = {
  readonly seed: number;
  readonly hosts: readonly HostPlan[];
  readonly groups: readonly GroupPlan[];
  /** δ: the longest delay of a path in good weather. */
  readonly delayUs: Micros;
  /** J: how late a process that runs acts on a timer at most. */
  readonly latenessUs: Micros;
  /** G: how long the kernel takes for a change of addresses at most. */
  readonly kernelUs: Micros;
  readonly weather: Weather;
  readonly faults: readonly Fault[];
  readonly faultsEndAt: Micros;
  /** Hosts that stay broken when the faults end, and how: the others are the core (docs/reference/vrrp.md §5.1). */
  readonly broken: readonly { readonly host: Place; readonly how: 'dead' | 'cut_off' }[];
};
