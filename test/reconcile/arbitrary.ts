// Random tables, virtual services and verdicts from a small world, so that two of them often share services
// and servers. What comes out is what the kernel accepts.
import fc from 'fast-check';
import type { CheckType, RealConfig, VirtualConfig } from '../../src/config/config.ts';
import { ip } from '../../src/net/ip.ts';
import { canonicalTable } from '../../src/reconcile/canonical.ts';
import {
  type Destination,
  formatServiceId,
  type ServiceId,
  type VirtualService,
} from '../../src/reconcile/model.ts';
import type { Verdict } from '../../src/reconcile/verdict-view.ts';

export const arbitraryId: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
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

const arbitraryForward = fc.constantFrom('gate' as const, 'masq' as const, 'ipip' as const);
const arbitraryWeight = fc.constantFrom(0, 1, 5, 65535);
const arbitraryThresholds = fc.constantFrom(
  { upperThreshold: 0, lowerThreshold: 0 },
  { upperThreshold: 100, lowerThreshold: 0 },
  { upperThreshold: 100, lowerThreshold: 50 },
);

const arbitraryDestination = (id: ServiceId): fc.Arbitrary<Destination> =>
  fc
    .record({
      address: fc.constantFrom(...addressesFor(id)),
      port: fc.constantFrom(80, 8080),
      forward: arbitraryForward,
      weight: arbitraryWeight,
    })
    .chain((server) => arbitraryThresholds.map((thresholds) => ({ ...server, ...thresholds })));

const arbitraryService = (id: ServiceId): fc.Arbitrary<VirtualService> =>
  fc
    .record({
      scheduling: fc.oneof(
        fc.constantFrom('rr', 'wlc').map((scheduler) => ({ scheduler, schedFlags: [] })),
        fc.subarray(['mh-port', 'flag-1']).map((schedFlags) => ({ scheduler: 'mh', schedFlags })),
      ),
      persistenceSec: fc.option(fc.constantFrom(60, 300), { nil: undefined }),
      persistencePrefix: fc.constantFrom(24, isInet6(id) ? 128 : 32),
      ops: fc.boolean(),
    })
    .map(({ persistenceSec, scheduling, ...service }) => ({
      id,
      ...scheduling,
      ...service,
      ...(persistenceSec === undefined ? {} : { persistenceSec }),
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

/** A virtual service with everything at its default. */
export const virtualOf = (id: ServiceId, changes: Partial<VirtualConfig> = {}): VirtualConfig => ({
  id,
  scheduler: 'wrr',
  schedFlags: [],
  ops: false,
  service: 'http',
  checktype: { kind: 'connect' },
  checkcommand: '/bin/true',
  request: '/',
  receive: '',
  httpmethod: 'GET',
  verify: false,
  login: '',
  passwd: '',
  database: '',
  secret: '',
  checktimeoutMs: 5000,
  negotiatetimeoutMs: 5000,
  checkintervalMs: 10_000,
  checkcount: 1,
  fall: 1,
  rise: 1,
  quiescent: false,
  readdquiescent: false,
  cleanstop: true,
  reals: [],
  at,
  ...changes,
});

export const realOf = (address: string, port: number, changes: Partial<RealConfig> = {}): RealConfig => ({
  address: ip(address),
  port,
  forward: 'gate',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  at,
  ...changes,
});

const arbitraryVirtual = (id: ServiceId): fc.Arbitrary<VirtualConfig> =>
  fc
    .record({
      service: arbitraryService(id),
      reals: fc.array(arbitraryDestination(id), { maxLength: 4 }),
      fallback: fc.option(arbitraryDestination(id), { nil: undefined }),
      checktype: fc.constantFrom<CheckType[]>(
        { kind: 'connect' },
        { kind: 'connect' },
        { kind: 'on' },
        { kind: 'off' },
      ),
      quiescent: fc.boolean(),
      readdquiescent: fc.boolean(),
    })
    .map(({ service, reals, fallback, ...rest }) => {
      const { persistenceSec, persistencePrefix } = service;
      return virtualOf(id, {
        ...rest,
        scheduler: service.scheduler,
        schedFlags: service.schedFlags,
        netmaskPrefix: persistencePrefix,
        ...(persistenceSec === undefined ? {} : { persistentSec: persistenceSec }),
        ops: service.ops,
        reals: reals.map((real) => ({ ...real, at })),
        ...(fallback === undefined ? {} : { fallback }),
      });
    });

export const arbitraryVirtuals = uniqueIds.chain((ids) => fc.tuple(...ids.map(arbitraryVirtual)));

export const arbitraryVerdictOf = fc
  .array(fc.constantFrom<Verdict>('up', 'down', 'unverified'), { minLength: 7, maxLength: 7 })
  .map((verdicts) => (service: string, real: string): Verdict => {
    const letters = [...`${service} ${real}`];
    const sum = letters.reduce((total, letter, index) => total + letter.charCodeAt(0) * (index + 1), 0);
    return verdicts[sum % verdicts.length] ?? 'unverified';
  });
