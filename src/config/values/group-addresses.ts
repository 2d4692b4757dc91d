// What one entry of `addresses` stands for: the services of a group, which share their servers. A range is written as
// keepalived writes it, its end as the last part of the address or as a whole one. Nothing is looked up here.
import type { Family } from '../../net/ip.ts';
import { parseIp } from '../../net/ip.ts';
import { ipRange } from '../../net/ip-range.ts';
import { type HostPort, parseHostPort } from './server-text.ts';

/** Of one service. */
export type GroupMember =
  | { readonly address: HostPort & { readonly port: string } }
  | { readonly fwmark: number; readonly family?: Family };

/** More than this of one entry, or of one group, are a slip of the keyboard. */
export const groupMax = 4096;

/** "10.0.0.1:80", "10.0.0.1-9:80", "[fd00::1-f]:8000-8010", "www.example.org:http", "fwmark 3", "fwmark6 3". */
export function parseGroupAddresses(text: string): readonly GroupMember[] | undefined {
  const mark = /^fwmark(6?)\s+(\d{1,10})$/.exec(text.trim());
  if (mark !== null) return markOf(Number(mark[2]), mark[1] === '6');
  const colon = text.lastIndexOf(':');
  if (colon < 0) return undefined;
  const ports = portsOf(text.slice(colon + 1));
  const hosts = hostsOf(text.slice(0, colon));
  if (ports === undefined || hosts === undefined || hosts.length * ports.length > groupMax) return undefined;
  return hosts.flatMap((host) => ports.map((port) => ({ address: { host, port } })));
}

function markOf(fwmark: number, isInet6: boolean): readonly GroupMember[] | undefined {
  if (fwmark < 1 || fwmark > 0xffff_ffff) return undefined;
  return [{ fwmark, ...(isInet6 && { family: 'inet6' }) }];
}

/** A number, a service name, or a range of numbers. */
function portsOf(text: string): readonly string[] | undefined {
  const range = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  if (range === null) return parseHostPort(`x:${text}`)?.port === text ? [text] : undefined;
  const [first, last] = [Number(range[1]), Number(range[2])];
  if (first < 1 || last > 65_535 || last < first) return undefined;
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}

function hostsOf(text: string): readonly string[] | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1];
  const [from = '', to] = (bare ?? text).split(/->|-/);
  const first = parseIp(from);
  // Brackets are IPv6's, and an IPv6 address without them would lose its last part to the port.
  if (first !== undefined && first.includes(':') !== (bare !== undefined)) return undefined;
  if (first === undefined) return bare === undefined && isName(text) ? [text] : undefined;
  if (to === undefined) return [first];
  const last = parseIp(to) ?? parseIp(from.replace(/[^.:]*$/, to));
  return last === undefined ? undefined : ipRange(first, last, groupMax);
}

/** What looks like an address but is none is no name either. */
const isName = (text: string): boolean =>
  !/^[\d.]+(?:-|$)/.test(text) && parseHostPort(text)?.host === text && !text.includes(':');
