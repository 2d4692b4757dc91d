// A connection as IPVS tells of it.
import type { Endpoint } from '../net/endpoint.ts';

export type Connection = {
  /** "TCP", "UDP", "SCTP"; "IP" for the template of a firewall mark. */
  readonly protocol: string;
  /** Port 0: a template, whose address is the client's network. */
  readonly client: Endpoint;
  /** Of a firewall mark's template: the mark as an address. */
  readonly virtual: Endpoint;
  readonly destination: Endpoint;
  readonly state: string;
  readonly expiresSec: number;
  /** What a persistence engine goes by. */
  readonly engine?: { readonly name: string; readonly data: string };
};
