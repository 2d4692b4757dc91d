// An address with a prefix length (192.168.6.240/24), and IPv4 netmasks as lengths.
import { familyOf, type Ip, ipBytes, ipFromBytes, ipSize, parseIp } from './ip.ts';

export type Prefix = { readonly address: Ip; readonly length: number };

/** Of one address alone: 32 or 128. */
export const hostLength = (address: Ip): number => 8 * ipSize(familyOf(address));

/** "A/L"; a bare address gets the host length (32 or 128), as in keepalived. */
export function parsePrefix(text: string): Prefix | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = parseIp(match?.[1] ?? '');
  if (match === null || address === undefined) return undefined;
  const bits = hostLength(address);
  const length = match[2] === undefined ? bits : Number(match[2]);
  return length <= bits ? { address, length } : undefined;
}

export const formatPrefix = (prefix: Prefix): string => `${prefix.address}/${prefix.length}`;

/** Whether `address` lies in the network of `prefix`. False across families. */
export function prefixContains(prefix: Prefix, address: Ip): boolean {
  if (familyOf(prefix.address) !== familyOf(address)) return false;
  const [network, host] = [ipBytes(prefix.address), ipBytes(address)];
  return network.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix.length - 8 * index));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((host[index] ?? 0) & mask);
  });
}

/** The length of a contiguous dotted IPv4 netmask, or undefined: "255.255.255.0" is 24, "255.0.255.0" none. */
export function parseNetmask(text: string): number | undefined {
  const address = parseIp(text);
  if (address === undefined || familyOf(address) !== 'inet') return undefined;
  const bits = [...ipBytes(address)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

/** The dotted netmask of an IPv4 prefix length. */
export const formatNetmask = (length: number): Ip => ipFromBytes(netmaskBytes(length));

export function netmaskBytes(length: number): Uint8Array {
  return Uint8Array.from([0, 1, 2, 3], (index) => {
    const bits = Math.min(8, Math.max(0, length - 8 * index));
    return (0xff << (8 - bits)) & 0xff;
  });
}
