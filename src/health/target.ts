// What a check asks of one real server: everything a probe needs and nothing else. Two servers of two virtual
// services with an equal target are one check (its key is the JSON of the target).
import type { Ip } from '../net/ip.ts';

export type HttpTarget = {
  readonly kind: 'http';
  readonly scheme: 'http' | 'https';
  readonly address: Ip;
  readonly port: number;
  readonly path: string;
  readonly method: 'GET' | 'HEAD';
  /** Host header, and the TLS server name unless `sni` is set. */
  readonly virtualhost?: string;
  readonly sni?: string;
  /** Whether a certificate must chain to a trusted authority and name the host. */
  readonly verify: boolean;
  readonly caFile?: string;
  /** JavaScript regular expression, unanchored; absent: any body. */
  readonly receive?: string;
};

export type CheckTarget =
  | HttpTarget
  | { readonly kind: 'connect'; readonly address: Ip; readonly port: number }
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
      /** Runs `command` as a script (checktype external-perl). */
      readonly interpreter?: 'perl';
      /** checkcommand VIP|fwmark VPORT RIP RPORT (ldirectord.md §3.1). */
      readonly arguments: readonly [string, string, string, string];
    }
  | { readonly kind: 'on' }
  | { readonly kind: 'off' };
