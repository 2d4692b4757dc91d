// The template that keeps a persistent client on its server, as ip_vs_conn shows it: a connection without a client
// port, from the client's network. Source: ip_vs_core.c (ip_vs_sched_persist), ip_vs_conn.c (ip_vs_check_template).

import type { Connection } from '../model/connection.ts';
import type { VirtualService } from '../model/ipvs.ts';
import { type Ip, ipBytes, ipFromBytes } from '../net/ip.ts';
import type { ObservedDestination, ObservedService } from '../ports/kernel.ts';
import type { Flow } from './flow.ts';

export type Template = {
  readonly connection: Connection;
  /** Absent: it is no longer in the service, and the client is scheduled anew. */
  readonly server?: ObservedDestination;
};

const ftpPort = 21;

/** @param flow of a client that `held` serves. */
export function templateOf(
  held: ObservedService,
  flow: Flow,
  connections: readonly Connection[],
): Template | undefined {
  const { service, destinations } = held;
  if (service.persistenceSec === undefined) return undefined;
  const wanted = templateKey(service, flow);
  const connection = connections.find(
    ({ protocol, client, virtual }) =>
      client.port === 0 &&
      client.address === wanted.client &&
      protocol === wanted.protocol &&
      (wanted.virtual === undefined || virtual.address === wanted.virtual) &&
      (wanted.port === undefined || virtual.port === wanted.port),
  );
  if (connection === undefined) return undefined;
  const { address, port } = connection.destination;
  // One for every port names no port of the server.
  const server = destinations.find((held) => held.address === address && (port === 0 || held.port === port));
  return { connection, ...(server !== undefined && { server }) };
}

/** By protocol and called address, and by the port where that is the service's; by the mark where it has one. */
function templateKey({ id, persistencePrefix }: VirtualService, { client, virtual, protocol }: Flow) {
  const network = networkOf(client, persistencePrefix);
  if (id.kind === 'fwmark') {
    return { client: network, protocol: 'IP', virtual: addressOfMark(id.fwmark, client), port: 0 };
  }
  const isOwnPort = virtual?.port === id.port && id.port !== ftpPort;
  return {
    client: network,
    protocol: protocol.toUpperCase(),
    virtual: virtual?.address,
    port: isOwnPort ? id.port : 0,
  };
}

export function networkOf(address: Ip, length: number): Ip {
  const bytes = ipBytes(address);
  return ipFromBytes(
    bytes.map((byte, index) => byte & (0xff << (8 - Math.min(8, Math.max(0, length - 8 * index))))),
  );
}

/** The mark in the place of an IPv4 address, in IPv6 the first four bytes. */
function addressOfMark(mark: number, like: Ip): Ip {
  const bytes = new Uint8Array(ipBytes(like).length);
  new DataView(bytes.buffer).setUint32(0, mark);
  return ipFromBytes(bytes);
}
