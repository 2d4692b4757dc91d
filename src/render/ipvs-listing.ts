// What IPVS holds in the layout of ipvsadm(8) 1.31: `ipvsadm -Ln` with each of its options, to the letter but for
// what ipvsadm shows wrongly (docs/ipvs.md). Pure; the order is ipvs-order.ts's.
import type { ListedEntry } from '../kernel/ipvs-listing.ts';
import type { Connection } from '../model/connection.ts';
import type { SyncDaemon, Timeouts } from '../model/director.ts';
import type { ServiceId, Tunnel, VirtualService } from '../model/ipvs.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { hostPrefix } from '../reconcile/canonical.ts';
import type { IpvsInfo, ListedDestination, ListedService, Traffic } from '../wire/ipvs/listing.ts';

/** One way to show the table. */
type View = {
  readonly heading: string;
  readonly service: (service: ListedService) => string;
  /** What stands behind a server's name. */
  readonly server: (server: ListedDestination) => string;
};

export const viewNames = ['servers', 'stats', 'rate', 'thresholds', 'persistent', 'tunnels'] as const;
export type ViewName = (typeof viewNames)[number];

export const formatInfo = ({ version, connectionTableSize }: IpvsInfo): string =>
  `IP Virtual Server version ${version} (size=${connectionTableSize})\n`;

/** @param exact no count is shortened. */
export function formatIpvsTable(table: readonly ListedEntry[], name: ViewName, exact: boolean): string {
  const { heading, service, server } = viewOf(name, exact);
  const lines = table.flatMap((entry) => [
    service(entry.service),
    ...entry.destinations.map((held) => `  -> ${formatEndpoint(held).padEnd(28)}${server(held)}`),
  ]);
  return [heading, ...lines].map((line) => `${line}\n`).join('');
}

function viewOf(name: ViewName, exact: boolean): View {
  switch (name) {
    case 'servers':
      return serversView;
    case 'thresholds':
      return thresholdsView;
    case 'persistent':
      return persistentView;
    case 'tunnels':
      return tunnelsView;
    case 'stats':
      return trafficView(statsColumns, exact);
    case 'rate':
      return trafficView(rateColumns, exact);
  }
}

const local = 'Prot LocalAddress:Port';
const remote = '  -> RemoteAddress:Port';

const formatService = (service: ListedService): string =>
  `${serviceName(service.id)} ${describeScheduling(service)}`;

/** Left-aligned columns, as wide as `widths` also at the end of the line. */
const columns = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells.map((cell, index) => ` ${String(cell).padEnd(widths[index] ?? 0)}`).join('');

const connectionsOf = ({ counters }: ListedDestination): readonly number[] => [
  counters.activeConnections,
  counters.inactiveConnections,
];

/** LOCALNODE, method 1, was the kernel's own word for an address of this host before Linux 2.6.37. */
const forwards: Readonly<Record<string, string>> = {
  gate: 'Route',
  masq: 'Masq',
  ipip: 'Tunnel',
  'method-1': 'Local',
};
const formatForward = ({ forward }: ListedDestination): string => forwards[forward] ?? forward;

const serversView: View = {
  heading: `${local} Scheduler Flags\n${remote.padEnd(33)} Forward Weight ActiveConn InActConn`,
  service: formatService,
  server: (server) =>
    columns([formatForward(server), server.weight, ...connectionsOf(server)], [7, 6, 10, 10]),
};

const tunnelsView: View = {
  heading: `${local} Scheduler Flags\n${remote.padEnd(33)} Forward TunnelInfo    Weight ActiveConn InActConn`,
  service: formatService,
  server: (server) =>
    columns(
      [formatForward(server), formatTunnel(server), server.weight, ...connectionsOf(server)],
      [7, 13, 6, 10, 10],
    ),
};

function formatTunnel({ forward, tunnel }: ListedDestination): string {
  if (forward !== 'ipip') return 'n/a';
  if (tunnel === undefined) return 'ipip';
  const { type, port, checksum } = tunnel;
  return [type, ...(port > 0 ? [port] : []), checksums[checksum] ?? checksum].join(':');
}

const checksums: Readonly<Record<Tunnel['checksum'], string>> = { nocsum: '-c', csum: '+c', remcsum: 'r+c' };

const thresholdsView: View = {
  heading: `${local.padEnd(33)}${columns(['Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'], [10, 10, 10, 10])}\n${remote}`,
  service: formatService,
  server: (server) =>
    columns([server.upperThreshold, server.lowerThreshold, ...connectionsOf(server)], [10, 10, 10, 10]),
};

const persistentView: View = {
  heading: `${local.padEnd(33)}${columns(['Weight', 'PersistConn', 'ActiveConn', 'InActConn'], [9, 11, 10, 10])}\n${remote}`,
  service: formatService,
  server: (server) =>
    columns([server.weight, server.counters.persistentClients, ...connectionsOf(server)], [9, 11, 10, 10]),
};

type TrafficColumns = readonly (readonly [title: string, name: keyof Traffic])[];

const statsColumns: TrafficColumns = [
  ['Conns', 'connections'],
  ['InPkts', 'packetsIn'],
  ['OutPkts', 'packetsOut'],
  ['InBytes', 'bytesIn'],
  ['OutBytes', 'bytesOut'],
];
const rateColumns: TrafficColumns = [
  ['CPS', 'connectionsPerSec'],
  ['InPPS', 'packetsInPerSec'],
  ['OutPPS', 'packetsOutPerSec'],
  ['InBPS', 'bytesInPerSec'],
  ['OutBPS', 'bytesOutPerSec'],
];

function trafficView(shown: TrafficColumns, exact: boolean): View {
  const titles = shown.map(([title]) => ` ${title.padStart(8)}`).join('');
  const numbers = (traffic: Traffic) => shown.map(([, name]) => formatCount(traffic[name], exact)).join('');
  return {
    heading: `${local.padEnd(33)}${titles}\n${remote}`,
    service: ({ id, traffic }) => `${serviceName(id).padEnd(33)}${numbers(traffic)}`,
    server: ({ traffic }) => numbers(traffic),
  };
}

/** Nine characters wide: in thousands from 100 million, in millions from a billion, and so on; cut, not rounded. */
export function formatCount(count: number, exact: boolean): string {
  if (exact) return ` ${String(count).padStart(8)}`;
  if (count < 1e8) return String(count).padStart(9);
  const [unit, size] =
    count < 1e9 ? ['K', 1e3] : count < 1e11 ? ['M', 1e6] : count < 1e14 ? ['G', 1e9] : ['T', 1e12];
  return `${String(Math.floor(count / Number(size))).padStart(8)}${unit}`;
}

function serviceName(id: ServiceId): string {
  if (id.kind === 'address') return `${id.protocol.toUpperCase().padEnd(4)} ${formatEndpoint(id)}`;
  return `FWM  ${id.fwmark}${id.family === 'inet6' ? ' IPv6' : ''}`;
}

/** "mh (mh-port) persistent 360 mask 64" */
function describeScheduling(service: ListedService): string {
  const { scheduler, schedFlags, persistenceSec, persistenceEngine, ops } = service;
  const words = [scheduler];
  if (schedFlags.length > 0) words.push(`(${schedFlags.join(',')})`);
  if (persistenceSec !== undefined) words.push(`persistent ${persistenceSec}`);
  if (isGranular(service)) words.push(`mask ${service.granularity}`);
  if (persistenceEngine !== undefined) words.push(`pe ${persistenceEngine}`);
  if (ops) words.push('ops');
  return words.join(' ');
}

/** Whether persistence goes by networks. */
export const isGranular = ({ id, persistenceSec, persistencePrefix }: VirtualService): boolean =>
  persistenceSec !== undefined && persistencePrefix !== hostPrefix(id);

export const formatTimeouts = ({ tcp, tcpfin, udp }: Timeouts): string =>
  `Timeout (tcp tcpfin udp): ${tcp} ${tcpfin} ${udp}\n`;

export const formatSyncDaemons = (daemons: readonly SyncDaemon[]): string =>
  daemons
    .map(
      ({ state, interface: name, syncId, maxlen, group, port, ttl }) =>
        `${state} sync daemon (mcast=${name}, syncid=${syncId}, maxlen=${maxlen}, group=${group}, port=${port}, ttl=${ttl})\n`,
    )
    .join('');

/** @param withEngines also what persistence engines go by. */
export function formatConnections(connections: readonly Connection[], withEngines: boolean): string {
  const heading = ['pro', 'expire', 'state', 'source', 'virtual', 'destination'];
  const lines = connections.map(({ protocol, expiresSec, state, client, virtual, destination, engine }) => {
    const cells = [
      protocol,
      formatExpiry(expiresSec),
      state,
      ...[client, virtual, destination].map(formatEndpoint),
    ];
    return inColumns(
      withEngines && engine !== undefined ? [...cells, engine.name, engine.data] : cells,
      connectionWidths,
    );
  });
  const title = inColumns(withEngines ? [...heading, 'pe name', 'pe_data'] : heading, headingWidths);
  return ['IPVS connection entries', title, ...lines].map((line) => `${line}\n`).join('');
}

/** The last one as long as it is. */
const inColumns = (cells: readonly string[], widths: readonly number[]): string =>
  cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join(' ');

/** ipvsadm's heading has the last two the other way round. */
const connectionWidths = [3, 6, 11, 18, 18, 16, 18];
const headingWidths = [3, 6, 11, 18, 18, 18, 16];

/** "14:59": minutes and seconds. */
const formatExpiry = (seconds: number): string =>
  [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
