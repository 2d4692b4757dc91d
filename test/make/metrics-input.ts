// What metrics are rendered from, of a director with a router and two services; a test says only what it is about.
import type { MetricsInput } from '../../src/control/metrics/input.ts';
import { createHistogram } from '../../src/daemon/pace/histogram.ts';
import { createLatenessHistogram } from '../../src/daemon/pace/lateness.ts';
import { noTotals } from '../../src/daemon/reconcile/table-totals.ts';
import { createEventCounts } from '../../src/daemon/report/event-counts.ts';
import type { MetricFacts } from '../../src/daemon/report/metric-facts.ts';
import type { VrrpInstanceStatus } from '../../src/daemon/vrrp/messages.ts';
import type { MetricsConfig } from '../../src/model/config/config.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { nameInTable } from '../../src/model/ipvs.ts';
import { parseEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import { aConfig } from './a-config.ts';
import { aDestination, aService } from './a-destination.ts';
import { aReal, aVirtual } from './a-virtual.ts';
import { instance } from './vrrp-instance.ts';

export const routerStatus: VrrpInstanceStatus = {
  ...{ name: 'VI_1', interface: 'eth0', vrid: 51, phase: 'active', priority: 130, basePriority: 150 },
  ...{ sinceMs: 90_000, reason: 'active_down', addresses: ['10.9.0.100/24'] },
  peers: [{ address: '192.168.6.9', priority: 100, heardAgoMs: 60_000 }],
  paths: [
    { interface: 'eth0', up: true },
    { interface: 'sync0', up: false, reason: 'silent' },
  ],
  ...{ advertsSent: 7, advertsReceived: 3, advertsRejected: { ttl: 2 }, transitions: 2 },
};

const traffic = { packetsIn: 11, packetsOut: 12, bytesIn: 1300, bytesOut: 1400 };
const counters = {
  activeConnections: 4,
  inactiveConnections: 5,
  persistentClients: 0,
  connections: 9,
  traffic,
};

export function aMetricsInput(
  virtuals: readonly VirtualConfig[] = [aVirtual({ reals: [aReal()], fallbacks: [aFallback()] })],
  metrics?: Partial<MetricsConfig>,
  facts: Partial<MetricFacts> = {},
): MetricsInput {
  const lateness = createLatenessHistogram();
  const durations = createHistogram();
  for (const us of [100, 5000, 70_000_000]) {
    lateness.note(us);
    durations.note(us);
  }
  const events = createEventCounts({
    wallTime: () => 1_700_000_000_000,
    rejected: false,
    linesLost: () => new Map(),
  });
  events.heard(transition('backup', 'active'));
  const observed = virtuals.map(({ id, reals }) => ({
    service: aService({ id }),
    destinations: reals.map((real) => {
      const { address, port } = parseEndpoint(nameInTable(id, real)) ?? real;
      return { ...aDestination({ address, port, weight: 5 }), counters };
    }),
  }));
  return {
    facts: {
      identity: { version: '1.2.3', pid: 7, phase: 'ready', uptimeSec: 60 },
      config: {
        ...aConfig({ vrrp: [instance()], virtuals }),
        fingerprint: 'abc0',
        ...(metrics !== undefined && { metrics: { servers: true, keepalivedNames: false, ...metrics } }),
      },
      now: 100_000_000,
      vrrp: [routerStatus],
      vrrpProcess: { pid: 8, realtime: true, memoryLocked: true, advertLateness: lateness.summary() },
      checks: { checks: 1, underWay: 0, waiting: 0, places: 9, missed: 0, lateness: lateness.summary() },
      tracked: [{ name: 'script web', state: 'up' }],
      table: {
        ...{ available: true, observed, observedAt: 99_000_000, desired: [], services: new Map() },
        ...{ leaving: [], foreign: [], unknown: [], driftRepairs: 3, refused: [] },
        totals: { ...noTotals, refused: 2, passes: durations.read() },
      },
      quorumOf: () => ({ state: 'held', weight: 1, quorum: 1, hysteresis: 0 }),
      serverFactsOf: () => ({
        ...{ verdict: 'up', maintenance: false, results: { success: 5, failure: 1, unmade: 2 } },
        ...{ checkedAt: 98_000_000, certificateEnds: '2030-01-01T00:00:00.000Z' },
      }),
      weightFactsOf: () => ({}),
      durationsOf: () => durations.read(),
      ...facts,
    },
    events,
    ownProcess: {
      ...{ node: 'v20.19.0', cpuSec: 1.5, residentBytes: 1e8, virtualBytes: 1e9 },
      ...{ openFds: 30, maxFds: 1024, startedAtSec: 1_699_999_000 },
    },
    wallTime: 1_700_000_100_000,
  };
}

const aFallback = () => ({ ...aReal({ address: ip('192.168.6.99') }), checked: false });

export const transition = (from: 'backup' | 'active' | 'leaving', to: 'backup' | 'active') => ({
  ...{ event: 'vrrp.transition' as const, instance: 'VI_1', vrid: 51, interface: 'eth0' },
  ...{ from, to, reason: 'active_down' as const, priority: 130 },
});
