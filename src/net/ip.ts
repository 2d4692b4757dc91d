// IP addresses as canonical text (RFC 5952 for IPv6), so that `===` is equality and JSON is readable.
// Strict: "10.1.1", "010.1.1.1", "0x10.1.1.1" and "1...1" are no addresses. No zone ids, no names.

declare const canonical: unique symbol;
/** A canonical IPv4 or IPv6 address, made by {@link parseIp} or {@link ipFromBytes} only. */
export type Ip = string & { readonly [canonical]: true };
export type Family = 'inet' | 'inet6';

const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39];

export const ipSize = (family: Family): 4 | 16 => (family === 'inet' ? 4 : 16);

/** The address that `text` spells, or undefined where it is not exactly one. */
export function parseIp(text: string): Ip | undefined {
  const bytes = text.includes(':') ? parseInet6(text) : parseInet(text);
  return bytes === undefined ? undefined : ipFromBytes(bytes);
}

/** As {@link parseIp}, for literals in code and tests. @throws RangeError for anything else. */
export function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined)
    throw new RangeError(`Cannot parse address: expected an IPv4 or IPv6 address, got ${text}`);
  return parsed;
}

/** @param bytes 4 or 16 bytes in network order. @throws RangeError for any other length. */
export function ipFromBytes(bytes: Uint8Array): Ip {
  if (bytes.length === 4) return bytes.join('.') as Ip;
  if (bytes.length === 16) return formatInet6(bytes) as Ip;
  throw new RangeError(`Cannot read address: expected 4 or 16 bytes, got ${bytes.length}`);
}

/** The address in network order: 4 or 16 bytes. */
export function ipBytes(address: Ip): Uint8Array {
  const bytes = address.includes(':') ? parseInet6(address) : parseInet(address);
  if (bytes === undefined)
    throw new RangeError(`Cannot encode address: expected a canonical address, got ${address}`);
  return bytes;
}

export const familyOf = (address: Ip): Family => (address.includes(':') ? 'inet6' : 'inet');

/** Orders by family, then as unsigned integers in network order (RFC 9568 §6.4.3 tie-break). */
export function compareIp(a: Ip, b: Ip): number {
  const [left, right] = [ipBytes(a), ipBytes(b)];
  return left.length - right.length || Buffer.compare(left, right);
}

export const isMulticast = (address: Ip): boolean =>
  familyOf(address) === 'inet6' ? ipBytes(address)[0] === 0xff : ((ipBytes(address)[0] ?? 0) & 0xf0) === 0xe0;

/** fe80::/10 (RFC 4291 §2.5.6). */
export const isLinkLocal = (address: Ip): boolean => {
  const [high = 0, low = 0] = familyOf(address) === 'inet6' ? ipBytes(address) : [];
  return high === 0xfe && (low & 0xc0) === 0x80;
};

export const isUnspecified = (address: Ip): boolean => ipBytes(address).every((byte) => byte === 0);

/** By hand: a table of ten thousand servers is compared every few seconds. */
function parseInet(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || part === 3) return undefined;
      bytes[part] = value;
      part += 1;
      [digits, value] = [0, 0];
      continue;
    }
    // A leading zero would be octal to some readers.
    if (code < ZERO || code > NINE || (digits > 0 && value === 0)) return undefined;
    digits += 1;
    value = value * 10 + (code - ZERO);
    if (value > 255) return undefined;
  }
  if (part !== 3 || digits === 0) return undefined;
  bytes[3] = value;
  return bytes;
}

function parseInet6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function parseGroups(text: string, mayEndInInet: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const inet = mayEndInInet && index === groups.length - 1 ? parseInet(group) : undefined;
    if (inet === undefined) return undefined;
    bytes.push(...inet);
  }
  return bytes;
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups as "::". */
function formatInet6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const run = longestZeroRun(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return text(groups);
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
