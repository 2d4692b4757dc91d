// Names of services and servers that come from outside: only what formatServiceId, realName and destinationName can have
// written is one. And a server of a service as one key, "SERVICE SERVER", for maps and state files.
import { formatEndpoint, parseEndpoint } from '../net/endpoint.ts';
import {
  type DestinationName,
  formatServiceId,
  type Numbered,
  type Protocol,
  type RealName,
  type ServiceId,
  type ServiceName,
} from './ipvs.ts';

declare const keyed: unique symbol;
/** A server of a service, as it is configured or as the table has it. */
export type ServerKey<Server extends RealName | DestinationName> = string & { readonly [keyed]: Server };

export const serverKey = <Server extends RealName | DestinationName>(
  service: ServiceName,
  server: Server,
): ServerKey<Server> => `${service} ${server}` as ServerKey<Server>;

export function parseServiceName(text: string): ServiceName | undefined {
  const [kind = '', rest = ''] = text.split(' ');
  const id = /^fwmark6? \d+$/.test(text) ? markOf(kind, rest) : addressOf(kind, rest);
  const name = id && formatServiceId(id);
  return name === text ? name : undefined;
}

const markOf = (kind: string, mark: string): ServiceId => ({
  ...{ kind: 'fwmark', family: kind === 'fwmark6' ? 'inet6' : 'inet', fwmark: Number(mark) },
});

function addressOf(protocol: string, text: string): ServiceId | undefined {
  const endpoint = parseEndpoint(text);
  return endpoint && isProtocol(protocol) ? { kind: 'address', protocol, ...endpoint } : undefined;
}

const isProtocol = (word: string): word is Protocol | Numbered<'protocol'> =>
  /^(tcp|udp|sctp|protocol-\d+)$/.test(word);

export const parseRealName = (text: string): RealName | undefined =>
  isEndpoint(text) ? (text as RealName) : undefined;

export const parseDestinationName = (text: string): DestinationName | undefined =>
  isEndpoint(text) ? (text as DestinationName) : undefined;

function isEndpoint(text: string): boolean {
  const endpoint = parseEndpoint(text);
  return endpoint !== undefined && formatEndpoint(endpoint) === text;
}

/** @param parseServer of which of the two kinds the server's name is. */
export function parseServerKey<Server extends RealName | DestinationName>(
  text: string,
  parseServer: (text: string) => Server | undefined,
): ServerKey<Server> | undefined {
  const end = text.lastIndexOf(' ');
  const [service, server] = [parseServiceName(text.slice(0, end)), parseServer(text.slice(end + 1))];
  return service !== undefined && server !== undefined ? serverKey(service, server) : undefined;
}
