// Random tables, virtual services and verdicts from a small world, so that two of them often share services
// and servers. What comes out is what the kernel accepts, and every feature of it.
import fc from 'fast-check';
import type { CheckType } from '../../src/model/config/check.ts';
import type {
  FallbackConfig,
  QuorumConfig,
  RealConfig,
  VirtualConfig,
} from '../../src/model/config/service.ts';
import {
  type Destination,
  type Forward,
  formatServiceId,
  type ServiceId,
  type Tunnel,
  type VirtualService,
} from '../../src/model/ipvs.ts';
import type { QuorumView, Verdict } from '../../src/model/verdict.ts';
import { ip } from '../../src/net/ip.ts';
import { canonicalTable } from '../../src/reconcile/canonical.ts';
import { aReal, aVirtual } from './a-virtual.ts';

export const arbitraryId: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    address: fc.constantFrom(ip('192.168.6.240'), ip('192.168.6.9'), ip('fd09::f0')),
    port: fc.constantFrom(80, 443),
  }),
  fc.record({
    kind: fc.constant('fwmark' as const),
    family: fc.constantFrom('inet' as const, 'inet6' as const),
    fwmark: fc.constantFrom(1, 20),
  }),
);

const isInet6 = (id: ServiceId) => (id.kind === 'fwmark' ? id.family === 'inet6' : id.address.includes(':'));
const addressesFor = (id: ServiceId) =>
  isInet6(id)
    ? [ip('fd09::2'), ip('fd09::3'), ip('fd09::10')]
    : [ip('192.168.6.2'), ip('192.168.6.3'), ip('192.168.6.10')];

type Forwarding = { readonly forward: Forward; readonly tunnel?: Tunnel };
const plain = fc.constantFrom<Forward>('gate', 'masq', 'ipip').map((forward): Forwarding => ({ forward }));
const tunnelled = fc
  .constantFrom<Tunnel>(
    { type: 'gue', port: 6080, checksum: 'nocsum' },
    { type: 'gue', port: 6081, checksum: 'csum' },
    { type: 'gue', port: 6080, checksum: 'remcsum' },
    { type: 'gre', port: 0, checksum: 'nocsum' },
    { type: 'gre', port: 0, checksum: 'csum' },
  )
  .map((tunnel): Forwarding => ({ forward: 'ipip', tunnel }));
/** A server of the other family is reached through a tunnel alone. */
const throughTunnel = fc.oneof(fc.constant<Forwarding>({ forward: 'ipip' }), tunnelled);
const anyForwarding = fc.oneof({ weight: 3, arbitrary: plain }, tunnelled);
const arbitraryWeight = fc.constantFrom(0, 1, 5, 65535);
const arbitraryThresholds = fc.constantFrom(
  { upperThreshold: 0, lowerThreshold: 0 },
  { upperThreshold: 100, lowerThreshold: 0 },
  { upperThreshold: 100, lowerThreshold: 50 },
);

const otherFamilyOf = (id: ServiceId) => (isInet6(id) ? ip('192.168.6.2') : ip('fd09::2'));
const placeAndForwarding = (id: ServiceId) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...addressesFor(id)), anyForwarding) },
    fc.tuple(fc.constant(otherFamilyOf(id)), throughTunnel),
  );

const arbitraryDestination = (id: ServiceId): fc.Arbitrary<Destination & Forwarding> =>
  fc
    .tuple(
      placeAndForwarding(id),
      fc.record({ port: fc.constantFrom(80, 8080), weight: arbitraryWeight }),
      arbitraryThresholds,
    )
    .map(([[address, forwarding], rest, thresholds]) => ({ address, ...forwarding, ...rest, ...thresholds }));

/** What Linux 6.1 has: twos came later. */
const schedulers = 'rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'.split(' ');

const arbitraryService = (id: ServiceId): fc.Arbitrary<VirtualService> =>
  fc
    .record({
      scheduling: fc.oneof(
        fc.constantFrom(...schedulers).map((scheduler) => ({ scheduler, schedFlags: [] })),
        fc.subarray(['mh-port', 'flag-1']).map((schedFlags) => ({ scheduler: 'mh', schedFlags })),
        fc
          .subarray(['sh-port', 'sh-fallback', 'flag-3'])
          .map((schedFlags) => ({ scheduler: 'sh', schedFlags })),
      ),
      persistenceSec: fc.option(fc.constantFrom(60, 300), { nil: undefined }),
      persistencePrefix: fc.constantFrom(24, isInet6(id) ? 128 : 32),
      persistenceEngine: fc.option(fc.constant('sip'), { nil: undefined }),
      ops: fc.boolean(),
    })
    .map(({ persistenceSec, persistenceEngine, scheduling, ...service }) => ({
      id,
      ...scheduling,
      ...service,
      ...(persistenceSec === undefined ? {} : { persistenceSec }),
      ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
    }));

const arbitraryEntry = (id: ServiceId) =>
  fc.record({
    service: arbitraryService(id),
    destinations: fc.array(arbitraryDestination(id), { maxLength: 5 }),
  });

const uniqueIds = fc.uniqueArray(arbitraryId, { maxLength: 5, selector: formatServiceId });

/** In no particular order, and not canonical. */
export const arbitraryRawTable = uniqueIds.chain((ids) => fc.tuple(...ids.map(arbitraryEntry)));
export const arbitraryTable = arbitraryRawTable.map(canonicalTable);

const at = { file: 'test.yaml', line: 1, column: 1 };

/** A virtual service with everything at its default, and no servers. */
export const virtualOf = (id: ServiceId, changes: Partial<VirtualConfig> = {}): VirtualConfig =>
  aVirtual({ id, checktype: { kind: 'connect' }, checktimeoutMs: 5000, reals: [], ...changes });

export const realOf = (address: string, port: number, changes: Partial<RealConfig> = {}): RealConfig =>
  aReal({ address: ip(address), port, ...changes });

/** A tier of the fallback, not checked unless told otherwise. */
export const tierOf = (
  address: string,
  port: number,
  changes: Partial<FallbackConfig> = {},
): FallbackConfig => ({ ...realOf(address, port), checked: false, ...changes });

const arbitraryTier = (id: ServiceId): fc.Arbitrary<FallbackConfig> =>
  fc.record({ server: arbitraryDestination(id), checked: fc.boolean() }).map(({ server, checked }) => ({
    ...server,
    ...{ weight: 1, upperThreshold: 0, lowerThreshold: 0, checked, at },
  }));

const arbitraryQuorum: fc.Arbitrary<QuorumConfig> = fc
  .record({ quorum: fc.integer({ min: 1, max: 12 }), hysteresis: fc.integer({ min: 0, max: 11 }) })
  .map(({ quorum, hysteresis }) => ({ quorum, hysteresis: Math.min(hysteresis, quorum - 1) }));

const arbitraryVirtual = (id: ServiceId): fc.Arbitrary<VirtualConfig> =>
  fc
    .record({
      service: arbitraryService(id),
      reals: fc.array(arbitraryDestination(id), { maxLength: 4 }),
      fallbacks: fc.array(arbitraryTier(id), { maxLength: 3 }),
      quorum: fc.option(arbitraryQuorum, { nil: undefined }),
      checktype: fc.constantFrom<CheckType[]>(
        { kind: 'connect' },
        { kind: 'connect' },
        { kind: 'on' },
        { kind: 'off' },
      ),
      quiescent: fc.boolean(),
      readdquiescent: fc.boolean(),
      fallbackQuiescent: fc.boolean(),
    })
    .map(({ service, reals, quorum, fallbackQuiescent, ...rest }) => {
      const { persistenceSec, persistencePrefix } = service;
      return virtualOf(id, {
        ...rest,
        scheduler: service.scheduler,
        schedFlags: service.schedFlags,
        netmaskPrefix: persistencePrefix,
        ...(persistenceSec === undefined ? {} : { persistentSec: persistenceSec }),
        ops: service.ops,
        reals: reals.map((real) => ({ ...real, at })),
        ...(quorum !== undefined && rest.checktype.kind !== 'off' && { quorum }),
        ...(fallbackQuiescent && rest.fallbacks.length > 0 && { fallbackQuiescent }),
      });
    });

export const arbitraryVirtuals = uniqueIds.chain((ids) => fc.tuple(...ids.map(arbitraryVirtual)));

export const arbitraryVerdictOf = fc
  .array(fc.constantFrom<Verdict>('up', 'held', 'down', 'unverified'), { minLength: 7, maxLength: 7 })
  .map((verdicts) => (service: string, real: string): Verdict => {
    const letters = [...`${service} ${real}`];
    const sum = letters.reduce((total, letter, index) => total + letter.charCodeAt(0) * (index + 1), 0);
    return verdicts[sum % verdicts.length] ?? 'unverified';
  });

export const arbitraryQuorumOf = fc
  .array(fc.constantFrom<QuorumView>('held', 'lost', 'open'), { minLength: 5, maxLength: 5 })
  .map((views) => (service: string): QuorumView => {
    const sum = [...service].reduce((total, letter) => total + letter.charCodeAt(0), 0);
    return views[sum % views.length] ?? 'held';
  });
