// Random services and destinations in canonical form: everything the kernel accepts, and nothing else.
import fc from 'fast-check';
import type {
  Destination,
  Forward,
  Operation,
  ServiceId,
  Tunnel,
  VirtualService,
} from '../../src/model/ipvs.ts';
import { familyOf, ipFromBytes } from '../../src/net/ip.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
export const anyInet = bytes(4).map(ipFromBytes);
export const anyInet6 = bytes(16).map(ipFromBytes);
export const anyIp = fc.oneof(anyInet, anyInet6);
const anyPort = fc.integer({ min: 0, max: 65535 });

export const anyServiceId: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    address: anyIp,
    port: anyPort,
  }),
  fc.record({
    kind: fc.constant('fwmark' as const),
    family: fc.constantFrom('inet' as const, 'inet6' as const),
    fwmark: fc.integer({ min: 1, max: 0xffff_ffff }),
  }),
);

const flagsOf: Readonly<Record<string, readonly string[]>> = {
  sh: ['flag-3', 'sh-fallback', 'sh-port'],
  mh: ['flag-3', 'mh-fallback', 'mh-port'],
};

export const anyService: fc.Arbitrary<VirtualService> = fc
  .tuple(anyServiceId, fc.constantFrom('rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'sed', 'nq', 'dh', 'fo', 'ovf'))
  .chain(([id, scheduler]) => {
    const inet6 = id.kind === 'fwmark' ? id.family === 'inet6' : familyOf(id.address) === 'inet6';
    return fc.record(
      {
        id: fc.constant(id),
        scheduler: fc.constant(scheduler),
        schedFlags: fc.subarray([...(flagsOf[scheduler] ?? ['flag-1', 'flag-2', 'flag-3'])]),
        persistenceSec: fc.integer({ min: 1, max: 86_400 }),
        persistencePrefix: fc.integer({ min: 1, max: inet6 ? 128 : 32 }),
        persistenceEngine: fc.constant('sip'),
        ops: fc.boolean(),
      },
      { requiredKeys: ['id', 'scheduler', 'schedFlags', 'persistencePrefix', 'ops'] },
    );
  });

export const anyTunnel: fc.Arbitrary<Tunnel> = fc.oneof(
  fc.record({
    type: fc.constant('gue' as const),
    port: fc.integer({ min: 1, max: 65_535 }),
    checksum: fc.constantFrom('nocsum' as const, 'csum' as const, 'remcsum' as const),
  }),
  fc.record({
    type: fc.constant('gre' as const),
    port: fc.constant(0),
    checksum: fc.constantFrom('nocsum' as const, 'csum' as const),
  }),
);

const anyForwarding: fc.Arbitrary<Pick<Destination, 'forward' | 'tunnel'>> = fc.oneof(
  fc.constantFrom<Forward>('gate', 'masq', 'ipip').map((forward) => ({ forward })),
  anyTunnel.map((tunnel) => ({ forward: 'ipip' as const, tunnel })),
);

const anyRest = fc.record({
  address: anyIp,
  port: anyPort,
  weight: fc.integer({ min: 0, max: 65535 }),
  upperThreshold: fc.nat(0xffff_ffff),
  lowerThreshold: fc.nat(0xffff_ffff),
});
export const anyDestination: fc.Arbitrary<Destination> = fc
  .tuple(anyRest, anyForwarding)
  .map(([rest, forwarding]) => ({ ...rest, ...forwarding }));

export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  anyService.map((service): Operation => ({ type: 'addService', service })),
  anyService.map((service): Operation => ({ type: 'deleteService', service })),
  fc
    .tuple(anyServiceId, anyDestination)
    .map(([service, destination]): Operation => ({ type: 'addDestination', service, destination })),
);
