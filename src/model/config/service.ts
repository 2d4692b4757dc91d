// A virtual service as configured: its key, its servers, its checks, what happens without servers.

import type { Ip } from '../../net/ip.ts';
import type { Mark } from '../../net/mark.ts';
import type { FlapPolicy } from '../flapping.ts';
import type { Forward, ServiceId, Tunnel } from '../ipvs.ts';
import type { CheckConfig } from './check.ts';
import type { ServiceMailConfig } from './mail.ts';
import type { Position } from './problem.ts';

export type RealConfig = {
  readonly address: Ip;
  /** 0: the virtual service's own port. */
  readonly port: number;
  readonly forward: Forward;
  /** Of ipip; absent: IP in IP. */
  readonly tunnel?: Tunnel;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** Override the virtual's, both or neither. */
  readonly request?: string;
  readonly receive?: string;
  /** In place of its service's checks. */
  readonly checks?: readonly OneOfChecks[];
  readonly notify?: ServerNotifyConfig;
  /** Only false is said: nobody is mailed of it. */
  readonly mail?: false;
  /** The DNS name that its address comes from (roster/effective.ts). */
  readonly name?: string;
  /** In the config, or in a real_file. */
  readonly at: Position;
};

/** A server by its name: as many as the name has addresses of the service's family. */
export type NamedRealConfig = Omit<RealConfig, 'address' | 'name'> & {
  /** In lower case; a dot at its end keeps search domains off. */
  readonly name: string;
  /** 'one': ldirectord makes one server of a name, whatever it has. */
  readonly takes: 'all' | 'one';
};

export type RealFileConfig = { readonly path: string; readonly at: Position };

/** A tier of the fallback: it serves while the real servers do not, and no tier before it does. */
export type FallbackConfig = RealConfig & {
  /** With the service's own check; one that is not checked counts as up. */
  readonly checked: boolean;
};

/** A tier by its name: the lowest address that the name has, in the service's family. */
export type NamedFallbackConfig = Omit<FallbackConfig, 'address' | 'name'> & {
  /** As a {@link NamedRealConfig}'s. */
  readonly name: string;
  /** Its place among all tiers, from 0. */
  readonly tier: number;
};

/** What a service needs of its servers, by the sum of their weights; keepalived's words. */
export type QuorumConfig = {
  readonly quorum: number;
  /** Gained at quorum + hysteresis, lost below quorum - hysteresis; less than quorum. */
  readonly hysteresis: number;
  /** Programs with their arguments, run when it is gained and lost. */
  readonly up?: readonly string[];
  readonly down?: readonly string[];
  /** Of both; absent: an unprivileged one where the daemon may change to it. */
  readonly user?: string;
};

/** Programs with their arguments, run as a server comes up and goes down. */
export type ServerNotifyConfig = {
  readonly up?: readonly string[];
  readonly down?: readonly string[];
  /** Of both; absent: an unprivileged one where the daemon may change to it. */
  readonly user?: string;
};

/** One check of several; what it leaves out is the server's, else the service's. */
export type OneOfChecks = Partial<CheckConfig>;

/** Packets that get the firewall mark of their service from us. */
export type MarkedConfig = Omit<Mark, 'mark'> & { readonly at: Position };

export type VirtualConfig = CheckConfig & {
  readonly id: ServiceId;
  /** Of a service of a firewall mark alone; absent: somebody else marks them. */
  readonly marks?: readonly MarkedConfig[];
  readonly servicename?: string;
  readonly comment?: string;
  /** Absent: as all services have it. */
  readonly mail?: ServiceMailConfig;
  readonly scheduler: string;
  readonly schedFlags: readonly string[];
  readonly persistentSec?: number;
  readonly netmaskPrefix?: number;
  readonly persistenceEngine?: string;
  readonly ops: boolean;

  /** All of which must find a server up, in place of the one that the keys above are; never empty. */
  readonly checks?: readonly OneOfChecks[];
  /** How long a server that came back takes to reach its weight; absent: it has it at once. */
  readonly slowStartMs?: number;
  /** How a server that falls again and again is held out; absent: it is not. */
  readonly flapping?: FlapPolicy;
  /** How long a server that is no longer configured may keep its connections; absent: not at all. */
  readonly drainTimeoutMs?: number;

  readonly quiescent: boolean;
  readonly readdquiescent: boolean;
  readonly cleanstop: boolean;
  /** In the order in which they are tried. */
  readonly fallbacks: readonly FallbackConfig[];
  /** Become fallbacks, each in its place, as their names are resolved. */
  readonly namedFallbacks?: readonly NamedFallbackConfig[];
  readonly fallbackcommand?: string;
  /** A tier that does not serve stays in the table with weight 0; absent: it is removed. */
  readonly fallbackQuiescent?: true;
  /** Absent: one server that serves is enough, whatever its weight. */
  readonly quorum?: QuorumConfig;
  /** A stop of the daemon runs the programs of a loss. */
  readonly omega?: true;
  readonly reals: readonly RealConfig[];
  /** Become reals as their names are resolved. */
  readonly namedReals?: readonly NamedRealConfig[];
  /** More of both kinds, in a file of its own. */
  readonly realFile?: RealFileConfig;
  /** Of the file that has it, where `execute` names that; false: that file has none. Absent: the one of all. */
  readonly maintenancedir?: string | false;
  readonly at: Position;
};
