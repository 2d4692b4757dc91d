// An address and a port: 192.168.6.2:80, [fd09::2]:80.
import { familyOf, type Ip, parseIp } from './ip.ts';

export type Endpoint = { readonly address: Ip; readonly port: number };

/** Strict: decimal port 0 to 65535, IPv6 in brackets. Names are the config's business. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const address = parseIp(match[1] ?? match[2] ?? '');
  const port = Number(match[3]);
  if (address === undefined || port > 65535) return undefined;
  return (match[1] === undefined) === (familyOf(address) === 'inet') ? { address, port } : undefined;
}

/** The canonical text, fit to be a map key. */
export const formatEndpoint = ({ address, port }: Endpoint): string =>
  familyOf(address) === 'inet6' ? `[${address}]:${port}` : `${address}:${port}`;
