// Random tables, and the lines `ipvsadm -Sn` shows for them: two spellings of one thing, made independently.
import fc from 'fast-check';
import type {
  Destination,
  ServiceEntry,
  ServiceId,
  Tunnel,
  VirtualService,
} from '../../../src/model/ipvs.ts';
import { formatEndpoint } from '../../../src/net/endpoint.ts';
import { familyOf, ip } from '../../../src/net/ip.ts';
import { formatNetmask } from '../../../src/net/prefix.ts';
import { anyTunnel } from '../../make/model-arbitraries.ts';

const octet = fc.integer({ min: 1, max: 250 });
const anyInet = fc.tuple(octet, octet).map(([a, b]) => ip(`10.7.${a}.${b}`));
const anyInet6 = fc.tuple(octet, octet).map(([a, b]) => ip(`fd00::${a.toString(16)}:${b.toString(16)}`));
const anyPort = fc.integer({ min: 1, max: 65535 });

const anyId: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    address: fc.oneof(anyInet, anyInet6),
    port: anyPort,
  }),
  fc.record({
    kind: fc.constant('fwmark' as const),
    family: fc.constantFrom('inet' as const, 'inet6' as const),
    fwmark: fc.integer({ min: 1, max: 0x7fff_ffff }),
  }),
);

const flagsOf: Readonly<Record<string, readonly string[]>> = {
  sh: ['sh-fallback', 'sh-port'],
  mh: ['mh-fallback', 'mh-port'],
};
const familyOfId = (id: ServiceId) => (id.kind === 'fwmark' ? id.family : familyOf(id.address));

const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh'];

function anyServiceOf(id: ServiceId, scheduler: string): fc.Arbitrary<VirtualService> {
  const bits = familyOfId(id) === 'inet' ? 32 : 128;
  const plain = fc.record({
    id: fc.constant(id),
    scheduler: fc.constant(scheduler),
    schedFlags: fc.subarray([...(flagsOf[scheduler] ?? ['flag-1', 'flag-2', 'flag-3'])]),
    ops: fc.constant(id.kind === 'address' && id.protocol === 'udp'),
  });
  const lasting = fc.record({
    persistenceSec: fc.integer({ min: 1, max: 86_400 }),
    persistencePrefix: fc.integer({ min: 1, max: bits }),
  });
  // Only a persistent service has a granularity that ipvsadm can say, and a persistence engine.
  return fc.oneof(
    plain.map((service) => ({ ...service, persistencePrefix: bits })),
    fc.tuple(plain, lasting).map(([service, persistence]) => ({ ...service, ...persistence })),
    fc
      .tuple(plain, lasting)
      .map(([service, persistence]) => ({ ...service, ...persistence, persistenceEngine: 'sip' })),
  );
}

const anyDestinationOf = (id: ServiceId): fc.Arbitrary<Destination> =>
  fc
    .record({
      address: familyOfId(id) === 'inet' ? anyInet : anyInet6,
      // ipvsadm shows a port 0 as the service's: a firewall mark has none.
      port: id.kind === 'fwmark' ? fc.constant(0) : fc.constant(id.port),
      forwarding: fc.oneof(
        fc.constantFrom('gate' as const, 'masq' as const, 'ipip' as const).map((forward) => ({ forward })),
        anyTunnel.map((tunnel) => ({ forward: 'ipip' as const, tunnel })),
      ),
      weight: fc.integer({ min: 0, max: 65535 }),
      upperThreshold: fc.constant(0),
      lowerThreshold: fc.constant(0),
    })
    .map(({ forwarding, ...destination }) => ({ ...destination, ...forwarding }));

const anyEntry: fc.Arbitrary<ServiceEntry> = fc
  .tuple(anyId, fc.constantFrom(...schedulers))
  .chain(([id, scheduler]) =>
    fc.record({
      service: anyServiceOf(id, scheduler),
      destinations: fc.uniqueArray(anyDestinationOf(id), {
        maxLength: 4,
        selector: ({ address }) => address,
      }),
    }),
  );

/** A table that ipvsadm can say in full: up to five services of any kind. */
export const anyTable: fc.Arbitrary<readonly ServiceEntry[]> = fc.uniqueArray(anyEntry, {
  minLength: 1,
  maxLength: 5,
  selector: ({ service: { id } }) => JSON.stringify(id),
});

/** What `ipvsadm -Sn` prints for the table, line by line, sorted. */
export const rulesOf = (table: readonly ServiceEntry[]): readonly string[] =>
  table
    .flatMap(({ service, destinations }) => [
      serviceRule(service),
      ...destinations.map((destination) => destinationRule(service.id, destination)),
    ])
    .toSorted();

const protocolOption: Readonly<Record<string, string>> = { tcp: '-t', udp: '-u', sctp: '--sctp-service' };
const forwardOption: Readonly<Record<string, string>> = { gate: '-g', masq: '-m', ipip: '-i' };

function idRule(id: ServiceId): string {
  if (id.kind === 'address') return `${protocolOption[id.protocol]} ${formatEndpoint(id)}`;
  return `-f ${id.fwmark}${id.family === 'inet6' ? ' -6' : ''}`;
}

function serviceRule(service: VirtualService): string {
  const inet = familyOfId(service.id) === 'inet';
  const wholeHost = service.persistencePrefix === (inet ? 32 : 128);
  const mask = inet ? formatNetmask(service.persistencePrefix) : service.persistencePrefix;
  return [
    `-A ${idRule(service.id)} -s ${service.scheduler}`,
    ...(service.persistenceSec === undefined ? [] : [`-p ${service.persistenceSec}`]),
    ...(service.persistenceSec === undefined || wholeHost ? [] : [`-M ${mask}`]),
    ...(service.persistenceEngine === undefined ? [] : [`--pe ${service.persistenceEngine}`]),
    ...(service.ops ? ['-o'] : []),
    ...(service.schedFlags.length === 0 ? [] : [`-b ${service.schedFlags.join(',')}`]),
  ].join(' ');
}

function tunnelRule(tunnel: Tunnel | undefined): string {
  if (tunnel === undefined) return '--tun-type ipip';
  const port = tunnel.type === 'gue' ? ` --tun-port ${tunnel.port}` : '';
  return `--tun-type ${tunnel.type}${port} --tun-${tunnel.checksum}`;
}

function destinationRule(id: ServiceId, destination: Destination): string {
  const option = forwardOption[destination.forward];
  const tunnel = destination.forward === 'ipip' ? ` ${tunnelRule(destination.tunnel)}` : '';
  return `-a ${idRule(id)} -r ${formatEndpoint(destination)} ${option} -w ${destination.weight}${tunnel}`;
}
