// One host in memory: links and addresses with leases as the kernel keeps them, an advert socket and a frame
// socket, and the VRRP process on top. `did` is everything it did to the outside, in order.
import { classOf, type PacketHead } from '../../src/daemon/vrrp/adverts/admission.ts';
import { memoryOf } from '../../src/daemon/vrrp/holdings/claim-record.ts';
import type { FromVrrpProcess, ToVrrpProcess } from '../../src/daemon/vrrp/messages.ts';
import type { NetworkView } from '../../src/daemon/vrrp/network-view.ts';
import { runInstances } from '../../src/daemon/vrrp/process.ts';
import type { VrrpPorts } from '../../src/daemon/vrrp/vrrp-ports.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import { type Ip, ip, ipBytes, ipFromBytes, isMulticast } from '../../src/net/ip.ts';
import type { Link } from '../../src/net/link.ts';
import { type Mac, macBytes } from '../../src/net/mac.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { err, ok } from '../../src/net/result.ts';
import { formatRoute, formatRule, type VirtualRoute, type VirtualRule } from '../../src/net/route.ts';
import type { Admission, ReceivedDatagram } from '../../src/ports/datagram.ts';
import type { AddressEntry, KernelError, NetworkChange, NetworkKernel } from '../../src/ports/kernel.ts';
import { decodeIpv4 } from '../../src/wire/packet/ipv4.ts';
import { encodeIpv4 } from '../../src/wire/packet/ipv4-header.ts';
import { decodeAdvert, encodeAdvert, VRRP_GROUP_INET } from '../../src/wire/packet/vrrp.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

export const eth0: Link = {
  index: 2,
  name: 'eth0',
  mac: '02:00:00:00:00:01' as Mac,
  mtu: 1500,
  up: true,
  running: true,
  loopback: false,
};
export const ownAddress: AddressEntry = {
  address: ip('10.9.0.1'),
  prefixLength: 24,
  interfaceIndex: 2,
  validLifetime: 'forever',
};

/** A host that has eth0 with these addresses, and nothing changes. */
export const viewOf = (present: readonly AddressEntry[]): NetworkView => ({
  load: async () => undefined,
  delay: () => {},
  linkNamed: (name) => (name === 'eth0' ? eth0 : undefined),
  linkAt: () => eth0,
  addressesOn: () => present,
  placesOf: (address) => present.filter((each) => each.address === address),
  onChange: () => () => {},
});

export type VirtualHost = {
  readonly time: VirtualTime;
  readonly tell: (message: ToVrrpProcess) => void;
  readonly closeChannel: () => void;
  readonly said: () => readonly FromVrrpProcess[];
  readonly events: () => readonly JournalEvent[];
  /** "add 10.9.0.100/24", "remove …", "arp", "advert 150". */
  readonly did: () => readonly string[];
  readonly addresses: () => readonly string[];
  /** What strangers do. */
  readonly kernel: {
    readonly add: (entry: AddressEntry) => void;
    readonly remove: (prefix: string) => void;
    readonly setLink: (link: Link) => void;
  };
  /** An advert from the LAN; any bytes behind the IPv4 header with `bytes`. */
  readonly hear: (advert: HeardAdvert) => void;
  /** A whole IPv4 packet. */
  readonly receive: (packet: Uint8Array) => void;
  /** Packets that the process has read. */
  readonly read: () => number;
  readonly admitted: () => Admission | undefined;
  /** Another host answers a probe. */
  readonly answer: (address: string, mac: string) => void;
  readonly failSends: (error: Error | undefined) => void;
  /** The kernel tells of no links and addresses. */
  readonly blindKernel: (error: KernelError | undefined) => void;
  /** How long the kernel takes over a change. */
  readonly delayKernel: (ms: number) => void;
  readonly exits: () => readonly number[];
  readonly socketsOpened: () => number;
  /** What a process on this host stands on. */
  readonly ports: VrrpPorts;
};

export type HeardAdvert = {
  readonly source?: string;
  readonly priority?: number;
  readonly vrid?: number;
  readonly version?: 2 | 3;
  readonly intervalCs?: number;
  /** Absent: ours. */
  readonly addresses?: readonly string[];
  readonly bytes?: Uint8Array;
};

export type HostOptions = {
  /** No process runs on it but those that the test starts. */
  readonly unattended?: true;
  readonly links?: readonly Link[];
  readonly addresses?: readonly AddressEntry[];
  /** There from the beginning, and for ever: what is done about them is in `did`. */
  readonly routes?: readonly VirtualRoute[];
  readonly rules?: readonly VirtualRule[];
  readonly supervisorSilenceMs?: number;
  /** The kernel lets in every advert, whatever it was told. */
  readonly unfiltered?: true;
};

export function createVirtualHost(options: HostOptions = {}): VirtualHost {
  const time = createVirtualTime();
  const isFiltered = options.unfiltered !== true;
  const did: string[] = [];
  const said: FromVrrpProcess[] = [];
  const exits: number[] = [];
  const links = new Map((options.links ?? [eth0]).map((link) => [link.index, link]));
  const addresses = new Map((options.addresses ?? [ownAddress]).map((entry) => [keyOf(entry), entry]));
  const leases = new Map<string, () => void>();
  const watchers: ((change: NetworkChange) => void)[] = [];
  const notifications = time.socket<NetworkChange>((change) => {
    for (const watcher of watchers) watcher(change);
  });
  let kernelMs = 0;
  let blind: KernelError | undefined;
  let sendError: Error | undefined;
  let opened = 0;

  const drop = (key: string) => {
    const address = addresses.get(key);
    leases.get(key)?.();
    leases.delete(key);
    if (address === undefined) return false;
    addresses.delete(key);
    notifications.push({ type: 'addressRemoved', address });
    return true;
  };
  const put = (entry: AddressEntry) => {
    const key = keyOf(entry);
    leases.get(key)?.();
    addresses.set(key, entry);
    if (entry.validLifetime !== 'forever') {
      leases.set(
        key,
        time.after(1000 * entry.validLifetime, () => drop(key)),
      );
    }
    notifications.push({ type: 'addressAdded', address: entry });
  };
  const worked = () =>
    new Promise<void>((resolve) => (kernelMs === 0 ? resolve() : time.after(kernelMs, resolve)));

  const network: NetworkKernel = {
    links: async () => (blind === undefined ? ok([...links.values()]) : err(blind)),
    addresses: async (family) => ok(family === 'inet' ? [...addresses.values()] : []),
    replaceAddresses: async (requests) => {
      await worked();
      for (const request of requests) {
        did.push(`${addresses.has(keyOf(request)) ? 'renew' : 'add'} ${prefixOf(request)}`);
        put(request);
      }
      return requests.map(() => undefined);
    },
    removeAddresses: async (requests) => {
      await worked();
      return requests.map((request) => {
        did.push(`remove ${prefixOf(request)}`);
        return drop(keyOf(request)) ? undefined : { code: 'EADDRNOTAVAIL', message: 'not there' };
      });
    },
    addRoutes: async (requests) => {
      for (const { route } of requests) did.push(`add route ${formatRoute(route)}`);
      return requests.map(() => undefined);
    },
    removeRoutes: async (requests) => {
      for (const { route } of requests) did.push(`remove route ${formatRoute(route)}`);
      return requests.map(() => undefined);
    },
    addRules: async (rules) => {
      for (const rule of rules) did.push(`add rule ${formatRule(rule)}`);
      return rules.map(() => undefined);
    },
    removeRules: async (rules) => {
      for (const rule of rules) did.push(`remove rule ${formatRule(rule)}`);
      return rules.map(() => undefined);
    },
    routes: async () => ok((options.routes ?? []).map((route) => ({ route }))),
    rules: async () => ok(options.rules ?? []),
    watchRoutes: () => {},
    addMacvlan: async () => undefined,
    setLinkMac: async () => undefined,
    setLinkUp: async () => undefined,
    removeLink: async () => undefined,
    watch: (listener) => void watchers.push(listener),
    close: () => {},
  };

  let receive: ((datagram: ReceivedDatagram) => void) | undefined;
  let admitted: Admission | undefined;
  let offered = 0;
  /** What the kernel's filter does, but not by chance: of each sample the first comes in. */
  const letIn = ({ bytes }: ReceivedDatagram): boolean => {
    if (admitted === undefined || !isFiltered) return true;
    const kind = classOf(headOf(bytes), admitted);
    offered += 1;
    const shift = { known: 0, unknown: admitted.unknownShift, strange: admitted.strangeShift }[kind];
    return offered % 2 ** shift === 0;
  };
  const datagrams = time.socket<ReceivedDatagram>((datagram) => {
    readCount += 1;
    receive?.({ ...datagram, at: time.now() });
  });
  let readCount = 0;
  const offer = (datagram: ReceivedDatagram) => {
    if (letIn(datagram)) datagrams.push(datagram);
  };
  let hearAnswer: ((datagram: ReceivedDatagram) => void) | undefined;
  const answers = time.socket<ReceivedDatagram>((datagram) => hearAnswer?.({ ...datagram, at: time.now() }));
  let onMessage: ((message: ToVrrpProcess) => void) | undefined;
  const messages = time.socket<ToVrrpProcess>((message) => onMessage?.(message));
  let onClosed = () => {};

  const ports: VrrpPorts = {
    clock: time,
    network,
    openVrrpSocket: () => {
      opened += 1;
      return ok({
        send: (bytes, destination, done) => {
          if (sendError === undefined) did.push(describeAdvert(bytes, destination));
          queueMicrotask(() => done(sendError));
        },
        onReceived: (listener) => {
          receive = listener;
        },
        onError: () => {},
        close: () => {
          receive = undefined;
        },
        admit: (admission) => {
          admitted = admission;
        },
      });
    },
    memory: memoryOf(),
    sysctl: { read: () => undefined, write: () => undefined },
    filter: {
      dropTo: async (family, table, addresses) => {
        did.push(`drop ${family} ${table} ${addresses.join(' ')}`);
        return undefined;
      },
      isDropping: async () => ok(true),
      watch: () => () => {},
      dropNothing: async (family, table) => {
        did.push(`drop nothing ${family} ${table}`);
        return undefined;
      },
    },
    openAnswerSocket: () =>
      ok({
        send: () => {},
        onReceived: (listener) => {
          hearAnswer = listener;
        },
        onError: () => {},
        close: () => {},
      }),
    openFrameSocket: () =>
      ok({
        send: (frame) => {
          did.push(describeFrame(frame));
          return undefined;
        },
        close: () => {},
      }),
  };
  if (options.unattended !== true)
    runInstances(
      ports,
      {
        send: (message) => void said.push(message),
        onMessage: (listener) => {
          onMessage = listener;
        },
        onClosed: (listener) => {
          onClosed = listener;
        },
      },
      {
        exit: (status) => void exits.push(status),
        ...{ pid: 1, realtime: true, memoryLocked: true },
        ...(options.supervisorSilenceMs !== undefined && {
          supervisorSilenceMs: options.supervisorSilenceMs,
        }),
      },
    );

  return {
    time,
    tell: (message) => messages.push(message),
    closeChannel: () => onClosed(),
    said: () => said,
    events: () => said.flatMap((message) => (message.type === 'event' ? [message.event] : [])),
    did: () => did,
    addresses: () => [...addresses.values()].map(prefixOf),
    kernel: {
      add: put,
      remove: (prefix) => {
        const key = [...addresses.entries()].find(([, entry]) => prefixOf(entry) === prefix)?.[0];
        if (key !== undefined) drop(key);
      },
      setLink: (link) => {
        links.set(link.index, link);
        notifications.push({ type: 'linkChanged', link });
      },
    },
    hear: (advert) => offer(datagramOf(advert)),
    receive: (bytes) => offer({ bytes, source: ip('10.9.0.3'), at: 0 }),
    read: () => readCount,
    admitted: () => admitted,
    answer: (address, mac) => answers.push({ bytes: arpReply(address, mac), source: ip('0.0.0.0'), at: 0 }),
    failSends: (error) => {
      sendError = error;
    },
    blindKernel: (error) => {
      blind = error;
    },
    delayKernel: (ms) => {
      kernelMs = ms;
    },
    exits: () => exits,
    socketsOpened: () => opened,
    ports,
  };
}

function headOf(bytes: Uint8Array): PacketHead {
  const packet = decodeIpv4(bytes);
  if (!packet.ok) return { source: ip('0.0.0.0'), destination: 'multicast' };
  const { source, destination, ttl, payload } = packet.value;
  const virtualRouterId = payload[1];
  return {
    ...{ source, ttl, destination: isMulticast(destination) ? 'multicast' : 'unicast' },
    ...(virtualRouterId !== undefined && { virtualRouterId }),
  };
}

const prefixOf = (entry: Pick<AddressEntry, 'address' | 'prefixLength'>) =>
  formatPrefix({ address: entry.address, length: entry.prefixLength });

const keyOf = (entry: Pick<AddressEntry, 'address' | 'prefixLength' | 'interfaceIndex'>) =>
  `${entry.interfaceIndex} ${prefixOf(entry)}`;

/** "arp": gratuitous, or of IPv6 what is like it; "probe": who has it?; "ask ADDRESS": a request from our own address. */
function describeFrame(frame: Uint8Array): string {
  const [source, target] = [frame.slice(28, 32), frame.slice(38, 42)].map(ipFromBytes);
  const isInet = frame[12] === 0x08 && frame[13] === 0x06;
  if (source === target || !isInet) return 'arp';
  return source === ip('0.0.0.0') ? 'probe' : `ask ${target}`;
}

function arpReply(address: string, mac: string): Uint8Array {
  const head = [0, 1, 8, 0, 6, 4, 0, 2];
  return Uint8Array.from([...head, ...macBytes(mac as Mac), ...ipBytes(ip(address)), ...Array(10).fill(0)]);
}

function describeAdvert(bytes: Uint8Array, destination: Ip): string {
  const packet = decodeIpv4(bytes);
  if (!packet.ok) return `junk: ${packet.error}`;
  const { source, payload } = packet.value;
  const decoded = decodeAdvert(payload, { source, destination });
  const from = source === ownAddress.address ? '' : ` from ${source}`;
  const to = isMulticast(destination) ? '' : ` to ${destination}`;
  const count = decoded.ok ? decoded.value.advert.addresses.length : 0;
  const many = count === 1 ? '' : ` of ${count} addresses`;
  return decoded.ok
    ? `advert ${decoded.value.advert.priority}${many}${from}${to}`
    : `junk: ${decoded.error.detail}`;
}

function datagramOf(advert: HeardAdvert) {
  const source = ip(advert.source ?? '10.9.0.2');
  const path = { source, destination: VRRP_GROUP_INET };
  const payload =
    advert.bytes ??
    encodeAdvert(
      {
        ...{ virtualRouterId: advert.vrid ?? 51, priority: advert.priority ?? 200 },
        ...(advert.version === 2
          ? { version: 2, intervalSec: (advert.intervalCs ?? 100) / 100, auth: { type: 'none' } }
          : { version: 3, intervalCs: advert.intervalCs ?? 10 }),
        addresses: (advert.addresses ?? ['10.9.0.100']).map(ip),
      },
      { ...path, checksum: 'rfc5798' },
    );
  return { bytes: encodeIpv4({ ...path, protocol: 112, ttl: 255, tos: 0 }, payload), source, at: 0 };
}
