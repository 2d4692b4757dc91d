// What a check asks of one real server: everything a probe needs and nothing else. Two servers of two virtual
// services with an equal target are one check (its key is the JSON of the target).
import type { Ip } from '../net/ip.ts';
import type { AgentTarget, HttpProxyTarget, ProxyProtocolVersion, TextTarget } from './text-check.ts';
import type { TlsTarget } from './tls-target.ts';

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

/** One request and what its answer must be. */
export type HttpQuestion = {
  readonly path: string;
  readonly method: string;
  readonly body?: string;
  /** Absent: 200 to 299. */
  readonly status?: readonly StatusRange[];
  /** Regular expression (net/linear-pattern.ts), unanchored; absent: any body. */
  readonly receive?: string;
  readonly json?: JsonTest;
  /** MD5 of the whole body, lower-case hexadecimal. */
  readonly digest?: string;
};

export type HttpTarget = HttpQuestion &
  TlsTarget & {
    readonly kind: 'http';
    readonly scheme: 'http' | 'https';
    readonly address: Ip;
    readonly port: number;
    readonly proxyProtocol?: ProxyProtocolVersion;
    /** Host header, and the TLS server name unless `sni` is set. */
    readonly virtualhost?: string;
    /** Absent: HTTP/1.1. */
    readonly version?: '2';
    readonly headers?: readonly (readonly [name: string, value: string])[];
    /** Basic authentication (RFC 7617). */
    readonly login?: { readonly user: string; readonly password: string };
    /** Asked one after the other, after the first question: every answer must be right. */
    readonly further?: readonly HttpQuestion[];
    /** A response header whose value (50, 50%) is the weight to serve with. */
    readonly weightHeader?: string;
  };

export type DnsTarget = {
  readonly kind: 'dns';
  readonly address: Ip;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
  /** Without a final dot; empty: the root. */
  readonly name: string;
  /** A, AAAA, PTR, SOA... */
  readonly type: string;
  /** Any of these is right: NOERROR, NXDOMAIN... */
  readonly rcodes: readonly string[];
  /** A record of `type` must match; absent: the rcode is enough. */
  readonly receive?: string;
};

export type LdapTarget = TlsTarget & {
  readonly kind: 'ldap';
  readonly scheme: 'ldap' | 'ldaps';
  readonly address: Ip;
  readonly port: number;
  /** Host to verify, for a certificate that does not name the address. */
  readonly virtualhost?: string;
  /** Absent: anonymous. */
  readonly login?: { readonly user: string; readonly password: string };
  /** The entry that must be there; empty: the root DSE. */
  readonly base: string;
  /** Its DN must match. */
  readonly receive?: string;
};

export type SqlTarget = {
  readonly kind: 'sql';
  readonly engine: 'mysql' | 'pgsql';
  readonly address: Ip;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Must yield at least one row. */
  readonly query: string;
};

export type RadiusTarget = {
  readonly kind: 'radius';
  readonly address: Ip;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly secret: string;
};

/** grpc.health.v1: `service` must be SERVING; empty: the server as a whole. */
export type GrpcTarget = TlsTarget & {
  readonly kind: 'grpc';
  readonly scheme: 'grpc' | 'grpcs';
  readonly address: Ip;
  readonly port: number;
  /** :authority, and the TLS server name unless `sni` is set. */
  readonly virtualhost?: string;
  readonly service: string;
};

/** A check, and an agent on the server that says how much weight the server wants (HAProxy's agent-check). */
export type WithAgentTarget = {
  readonly kind: 'with-agent';
  readonly main: CheckTarget;
  readonly agent: AgentTarget;
};

export type CheckTarget =
  | HttpTarget
  | DnsTarget
  | LdapTarget
  | SqlTarget
  | RadiusTarget
  | GrpcTarget
  | TextTarget
  | HttpProxyTarget
  | WithAgentTarget
  | {
      readonly kind: 'connect';
      readonly address: Ip;
      readonly port: number;
      readonly proxyProtocol?: ProxyProtocolVersion;
    }
  | {
      readonly kind: 'ping';
      readonly address: Ip;
      readonly tries: number;
      /** How long one try waits before the next is sent. */
      readonly tryTimeoutMs: number;
    }
  | {
      readonly kind: 'external';
      readonly command: string;
      /** Absent: the one that runs scripts. */
      readonly user?: string;
      /** An exit status above 1 is a success, and 2 more than the weight (keepalived's misc_dynamic). */
      readonly dynamicWeight?: true;
      /** Runs `command` as a script (checktype external-perl). */
      readonly interpreter?: 'perl';
      /** checkcommand VIP|fwmark VPORT RIP RPORT (docs/reference/ldirectord.md §3.1). */
      readonly arguments: readonly [string, string, string, string];
    }
  | { readonly kind: 'on' }
  | { readonly kind: 'off' };
