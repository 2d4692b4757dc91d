// What `ip -json` of iproute2 says, as facts: links, addresses, and where a packet would go (ip-link(8), ip-address(8),
// ip-route(8)). What has another form than it should is left out.
import { type Ip, parseIp } from '../../net/ip.ts';
import type { AddressFact, LinkFact, RouteFact } from '../facts.ts';

type Entry = Readonly<Record<string, unknown>>;

/** Of a list; of anything else none. */
export function entriesOf(text: string): readonly Entry[] {
  try {
    const value: unknown = JSON.parse(text === '' ? '[]' : text);
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const ipOf = (value: unknown): Ip | undefined => (typeof value === 'string' ? parseIp(value) : undefined);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Of `ip -j -d address show`. */
export function parseIpLinks(text: string): readonly LinkFact[] {
  return entriesOf(text).flatMap((entry) => {
    const name = textOf(entry.ifname);
    if (name === undefined) return [];
    const flags = listOf(entry.flags);
    const kind = isEntry(entry.linkinfo) ? textOf(entry.linkinfo.info_kind) : undefined;
    return {
      ...{ index: numberOf(entry.ifindex), name, mtu: numberOf(entry.mtu) },
      ...{ up: flags.includes('UP'), loopback: flags.includes('LOOPBACK') },
      ...(kind !== undefined && { kind }),
    };
  });
}

/** Of the same. */
export function parseIpAddresses(text: string): readonly AddressFact[] {
  return entriesOf(text).flatMap((link) => {
    const device = textOf(link.ifname);
    if (device === undefined) return [];
    return listOf(link.addr_info)
      .filter(isEntry)
      .flatMap((entry): readonly AddressFact[] => {
        const address = ipOf(entry.local);
        if (address === undefined) return [];
        const label = textOf(entry.label);
        return [
          {
            ...{ device, address, length: numberOf(entry.prefixlen) },
            ...(entry.dadfailed === true && { isDuplicate: true as const }),
            ...(entry.dynamic === true && { isDynamic: true as const }),
            ...(label !== undefined && { label }),
          },
        ];
      });
  });
}

/** Of `ip -j route get ADDRESS`, or of `ip -j route show default`: the first. */
export function parseIpRoute(text: string): RouteFact | undefined {
  const [entry] = entriesOf(text);
  if (entry === undefined) return undefined;
  const [device, via, source] = [textOf(entry.dev), ipOf(entry.gateway), ipOf(entry.prefsrc)];
  const [metrics] = listOf(entry.metrics).filter(isEntry);
  const mtu = numberOf(metrics?.mtu);
  return {
    ...(device !== undefined && { device }),
    ...(via !== undefined && { via }),
    ...(source !== undefined && { source }),
    ...(mtu > 0 && { mtu }),
    ...(entry.type === 'local' && { isLocal: true as const }),
  };
}
