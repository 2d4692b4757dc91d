// What of IPVS is set for the whole director, as configured.
import type { SyncDaemon, Timeouts } from '../director.ts';

/** Which sync daemons run: a master while that instance is active and a backup while it is not, or both for ever. */
export type SyncConfig = Omit<SyncDaemon, 'state'> &
  ({ readonly mode: 'both' } | { readonly mode: 'role'; readonly instance: string });

export type IpvsConfig = {
  readonly resyncIntervalMs: number;
  readonly foreign: 'keep' | 'remove';
  /** Of those that are absent the kernel's stay. */
  readonly timeouts?: Partial<Timeouts>;
  readonly sync?: SyncConfig;
  /** Values by the names below net.ipv4.vs. */
  readonly sysctl?: Readonly<Record<string, string>>;
};
