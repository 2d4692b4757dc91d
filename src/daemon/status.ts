// What `status` shows: the present state of the whole daemon as plain data, put together from its parts.
import type { VrrpInstanceStatus } from './vrrp-messages.ts';

export type RealStatus = {
  readonly real: string;
  readonly verdict: 'unverified' | 'up' | 'down';
  /** In the kernel's table now; absent where the server is not in it. */
  readonly weight?: number;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  /** What the last check said. */
  readonly detail: string;
  readonly checkedAgoMs?: number;
};

export type ServiceStatus = {
  readonly service: string;
  readonly scheduler: string;
  readonly fallback?: { readonly address: string; readonly serving: boolean };
  readonly reals: readonly RealStatus[];
};

export type IpvsStatus = {
  readonly available: boolean;
  readonly reason?: string;
  /** Times that the table was found changed by someone else, and put right. */
  readonly driftRepairs: number;
  /** Operations that the kernel refuses at present, in its own words. */
  readonly refused: readonly string[];
};

export type DaemonStatus = {
  readonly director: string;
  readonly version: string;
  readonly pid: number;
  readonly phase: 'starting' | 'ready' | 'stopping';
  readonly uptimeSec: number;
  readonly config: string;
  readonly nowMs: number;
  readonly vrrp: readonly VrrpInstanceStatus[];
  readonly services: readonly ServiceStatus[];
  readonly ipvs?: IpvsStatus;
};
