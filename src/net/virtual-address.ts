// A virtual address with its attributes, in keepalived's words: "192.168.6.240/24 dev eth1 label eth1:vip".
// What each of them does to the kernel's address: ip-address(8).
import { familyOf, type Ip, ipBytes, ipFromBytes, parseIp } from './ip.ts';
import { type Prefix, parsePrefix } from './prefix.ts';
import { readInterfaceName, readPairs, readTrack, spellTrack } from './word-pairs.ts';

export type VirtualAddress = Prefix & {
  /** Another interface than its virtual router's. */
  readonly device?: string;
  /** IPv4 only, at most 15 characters. */
  readonly label?: string;
  /** The kernel's number: 0 global, 253 link, 254 host. */
  readonly scope?: number;
  /** IPv4 only. */
  readonly broadcast?: Ip;
  /** Only false is said: the state of its device does not matter to its virtual router. */
  readonly track?: false;
};

const scopes: ReadonlyMap<string, number> = new Map([
  ['global', 0],
  ['site', 200],
  ['link', 253],
  ['host', 254],
]);

/** ADDRESS[/LENGTH] [dev IF] [label TEXT] [scope WORD] [brd ADDRESS|+] [track yes|no]; undefined for anything else. */
export function parseVirtualAddress(text: string): VirtualAddress | undefined {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  const prefix = parsePrefix(first);
  if (prefix === undefined) return undefined;
  const readBroadcast = (value: string) => (value === '+' ? lastAddress(prefix) : parseInet(value));
  const given = readPairs(spellTrack(rest), {
    dev: readInterfaceName,
    label: readInterfaceName,
    scope: (value) => scopes.get(value),
    brd: readBroadcast,
    broadcast: readBroadcast,
    track: readTrack,
  });
  if (given === undefined) return undefined;
  const { dev: device, label, scope } = given;
  const broadcast = given.brd ?? given.broadcast;
  if (familyOf(prefix.address) === 'inet6' && (label ?? broadcast) !== undefined) return undefined;
  return {
    ...prefix,
    ...(device !== undefined && { device }),
    ...(label !== undefined && { label }),
    ...(scope !== undefined && { scope }),
    ...(broadcast !== undefined && { broadcast }),
    ...(given.track === false && { track: false }),
  };
}

const parseInet = (text: string): Ip | undefined => (text.includes(':') ? undefined : parseIp(text));

/** Of the subnet: what "+" stands for. */
function lastAddress({ address, length }: Prefix): Ip | undefined {
  if (familyOf(address) === 'inet6') return undefined;
  const hostBits = (index: number) => 0xff >> Math.min(8, Math.max(0, length - 8 * index));
  return ipFromBytes(ipBytes(address).map((byte, index) => byte | hostBits(index)));
}
