// Where an HTTP check asks, and where a redirect may take it: never off the real server under test. A redirect
// to the host that was asked for stays, whatever its address in DNS; one to any other host does not.
// Source: RFC 9110 §10.2.2 and §15.4. ldirectord follows to any host, and so may judge the wrong machine.
import { type Ip, parseIp } from '../../net/ip.ts';
import { encodeText } from '../../net/raw-bytes.ts';

export type HttpPlace = {
  readonly scheme: 'http' | 'https';
  /** Host header: the host as clients name it, with a port where one was given. */
  readonly authority: string;
  /** Of the real server. */
  readonly port: number;
  readonly path: string;
};

export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/**
 * The place that `location` names (a character a byte, as headers have it), on the same server; undefined where it leads away or means nothing.
 * Scheme and port are as it says, except that the authority that was asked keeps the port that was checked.
 */
export function redirectWithin(from: HttpPlace, location: string, server: Ip): HttpPlace | undefined {
  const base = new URL(`${from.scheme}://${from.authority}`);
  const asked = `${base.origin}${from.path}`;
  const target = location
    .trim()
    .replace(/[^\x21-\x7e]/g, (byte) => percentEncoded(Buffer.from(byte, 'latin1')));
  if (!URL.canParse(target, asked)) return undefined;
  const url = new URL(target, asked);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.hostname !== base.hostname && parseIp(host) !== server) return undefined;
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const port = url.origin === base.origin ? from.port : Number(url.port || (scheme === 'https' ? 443 : 80));
  return { scheme, authority: url.host, port, path: `${url.pathname}${url.search}` };
}

/** A request target fit for the wire: blanks and what is not ASCII percent-encoded, no fragment (RFC 9112 §3.2.1). */
export function encodePath(path: string): string {
  const [target = ''] = path.split('#');
  const encoded = target.replace(/[^\x21-\x7e]/gu, (character) => percentEncoded(encodeText(character)));
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

const percentEncoded = (bytes: Buffer): string =>
  [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
