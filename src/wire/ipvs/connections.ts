// The lines of /proc/net/ip_vs_conn (net/netfilter/ipvs/ip_vs_conn.c): connections, and the templates that keep a
// persistent client on its server. IPv4 addresses stand there as eight hexadecimal digits in reading order, ports
// as four, IPv6 addresses in full.

import type { Connection } from '../../model/connection.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { type Ip, ipFromBytes, parseIp } from '../../net/ip.ts';

/** @param text of the whole file. A line that is no connection, the heading first, is passed over. */
export const parseConnections = (text: string): readonly Connection[] =>
  text.split('\n').flatMap((line) => parseConnection(line) ?? []);

function parseConnection(line: string): Connection | undefined {
  const [protocol, ...words] = line.trim().split(/\s+/);
  const [client, virtual, destination] = [0, 2, 4].map((at) => parseEndpoint(words[at], words[at + 1]));
  const [state, expires, name, ...data] = words.slice(6);
  if (protocol === undefined || state === undefined || !/^\d+$/.test(expires ?? '')) return undefined;
  if (client === undefined || virtual === undefined || destination === undefined) return undefined;
  const engine = name === undefined ? undefined : { name, data: data.join(' ') };
  const expiresSec = Number(expires);
  return {
    protocol,
    client,
    virtual,
    destination,
    state,
    expiresSec,
    ...(engine !== undefined && { engine }),
  };
}

function parseEndpoint(address: string | undefined, port: string | undefined): Endpoint | undefined {
  const parsed = parseAddress(address ?? '');
  if (parsed === undefined || !/^[0-9A-F]{4}$/i.test(port ?? '')) return undefined;
  return { address: parsed, port: Number.parseInt(port ?? '', 16) };
}

function parseAddress(text: string): Ip | undefined {
  return /^[0-9A-F]{8}$/i.test(text) ? ipFromBytes(Buffer.from(text, 'hex')) : parseIp(text);
}
