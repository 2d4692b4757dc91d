// What a virtual router tracks, and what was found of it. What it makes of that decides vrrp/track.ts.
/** up, down, not known yet, or the number in a tracked file. */
export type Finding = 'unknown' | 'up' | 'down' | { readonly value: number };

export type Tracker = {
  readonly kind: 'interface' | 'script' | 'file' | 'process' | 'virtual';
  readonly name: string;
  /** -253 to 253. 0: a failure is a fault. Above: added while up. Below: taken off while down. */
  readonly weight: number;
  /** Turns the weight's sign; with weight 0 the fault is while it is up. */
  readonly reverse: boolean;
  /** Servers that a virtual service must have up; absent: its own quorum, or one where it has none. */
  readonly quorum?: number;
};
