// How servers are checked, as configured.

import type { Ip } from '../../net/ip.ts';
import type { TlsVersion } from '../tls-target.ts';

/** Of HTTP statuses; both ends belong to it. */
export type StatusRange = readonly [from: number, to: number];

/** What must hold of a JSON document: `path` leads to a value, which compares as `operator` says. */
export type JsonTest = {
  readonly path: readonly (string | number)[];
  /** Absent: any value will do. */
  readonly comparison?: {
    readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
    readonly value: string | number | boolean | null;
  };
  /** As written, for people. */
  readonly text: string;
};

export type CheckType =
  | { readonly kind: 'negotiate' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'external' }
  | { readonly kind: 'external-perl' }
  | { readonly kind: 'on' }
  | { readonly kind: 'off' }
  /** One negotiate, then `connects` connects, and again (docs/reference/ldirectord.md §3.1). */
  | { readonly kind: 'combined'; readonly connects: number };

/** One URL of several; what it leaves out is the service's. */
export type HttpUrlConfig = {
  readonly request?: string;
  readonly method?: string;
  readonly body?: string;
  readonly status?: readonly StatusRange[];
  readonly receive?: string;
  readonly json?: JsonTest;
  readonly digest?: string;
};

/** keepalived's UDP_CHECK. */
export type UdpCheckConfig = {
  /** Two hexadecimal digits a byte. */
  readonly payload?: string;
  /** As payload, x for any digit; empty: any reply. Absent: none is needed. */
  readonly requireReply?: string;
  readonly replyBytesMin?: number;
  readonly replyBytesMax?: number;
};

/** What an HTTP check has beyond request, receive and httpmethod. */
export type HttpCheckConfig = {
  readonly body?: string;
  readonly status?: readonly StatusRange[];
  readonly json?: JsonTest;
  readonly digest?: string;
  readonly version?: '1.1' | '2';
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Instead of the service's own request, unless a server has one. */
  readonly urls?: readonly HttpUrlConfig[];
  readonly weightHeader?: string;
};

/** How a check meets a TLS server, beyond sni, verify and ca. */
export type TlsCheckConfig = {
  /** TLS is asked for within the protocol. */
  readonly starttls?: boolean;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly minVersion?: TlsVersion;
  readonly ciphers?: string;
};

/** What a DNS check has beyond request (the name) and receive. */
export type DnsCheckConfig = { readonly type?: string; readonly rcodes?: readonly string[] };

/** Where a check leaves this director; keepalived's bindto, bind_port, bind_if and fwmark. */
export type CheckBinding = {
  /** The source address. */
  readonly address?: Ip;
  /** The source port. */
  readonly port?: number;
  readonly interface?: string;
  /** The firewall mark of its packets. */
  readonly mark?: number;
  /** How far they go (TTL, hop limit); no config says it. */
  readonly hops?: number;
};

/** What is asked of servers, how, how often, and how many answers in a row count. */
export type CheckConfig = {
  readonly service: string;
  readonly checktype: CheckType;
  /** Absent: the server's own. */
  readonly checkaddress?: Ip;
  readonly checkport?: number;
  /** 'vip': to the virtual address, as clients; absent: to the server itself. */
  readonly checkpath?: 'direct' | 'vip';
  /** Absent: as the routes say. */
  readonly bind?: CheckBinding;
  readonly checkcommand: string;
  /** A program with its own arguments, in place of checkcommand. */
  readonly miscPath?: readonly string[];
  /** As whom either runs; absent: as scripts do. */
  readonly checkuser?: string;
  /** Whether its exit status says the weight. */
  readonly miscDynamic?: true;
  readonly request: string;
  readonly receive: string;
  readonly httpmethod: string;
  readonly http?: HttpCheckConfig;
  readonly dns?: DnsCheckConfig;
  readonly udp?: UdpCheckConfig;
  /** How an SMTP check names itself. */
  readonly heloName?: string;
  /** What a check of service file reads. */
  readonly checkfile?: string;
  /** The header before what a check says over TCP. */
  readonly proxyProtocol?: 'v1' | 'v2';
  /** Where an agent says the weight of its server. */
  readonly agentPort?: number;
  /** What it is sent first; `\n` stands for a line end. */
  readonly agentSend?: string;
  readonly virtualhost?: string;
  readonly sni?: string;
  readonly verify: boolean;
  readonly caFile?: string;
  readonly tls?: TlsCheckConfig;
  /** A certificate that ends within so many days is told of. */
  readonly certificateExpiryDays?: number;
  readonly login: string;
  readonly passwd: string;
  readonly database: string;
  readonly secret: string;

  readonly checktimeoutMs: number;
  readonly negotiatetimeoutMs: number;
  readonly checkintervalMs: number;
  /** From a failure to the next check, while the server is not out yet; absent: as ever. */
  readonly retryintervalMs?: number;
  /** Within which the first check comes; absent: within a second (health/schedule.ts). */
  readonly warmupMs?: number;
  /** Tries of a ping check. */
  readonly checkcount: number;
  /** Consecutive failures that take a server out. */
  readonly fall: number;
  /** Consecutive successes that bring it back. The first success ever is enough at start. */
  readonly rise: number;
};
