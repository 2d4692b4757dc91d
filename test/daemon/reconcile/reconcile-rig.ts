// A reconcile loop over the model kernel, with a clock and verdicts that the test gives.

import {
  createReconcileLoop,
  type ReconcileLoopOptions,
} from '../../../src/daemon/reconcile/reconcile-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { IpvsConfig } from '../../../src/model/config/ipvs.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { formatServiceId, type ServiceId, type Table } from '../../../src/model/ipvs.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { formatEndpoint } from '../../../src/net/endpoint.ts';
import { ip } from '../../../src/net/ip.ts';
import { desire } from '../../../src/reconcile/desire.ts';
import { diff } from '../../../src/reconcile/diff.ts';
import { realOf, tierOf, virtualOf } from '../../make/arbitrary-table.ts';
import { createModelKernel } from '../../make/model-kernel.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

export const vip = {
  kind: 'address',
  protocol: 'tcp',
  address: ip('192.168.6.240'),
  port: 80,
} as const satisfies ServiceId;
export const otherVip: ServiceId = { ...vip, address: ip('192.168.6.241') };
export const strangersVip: ServiceId = { ...vip, address: ip('192.168.6.250') };
export const name = formatServiceId(vip);
export const one = realOf('192.168.6.2', 80, { weight: 5 });
export const two = realOf('192.168.6.3', 80, { weight: 3 });
export const web = virtualOf(vip, { reals: [one, two] });
export const sorry = { ...web, fallbacks: [tierOf('127.0.0.1', 80)] };
export const ipvs: IpvsConfig = { resyncIntervalMs: 5000, foreign: 'keep' };
export const busy = { code: 'EBUSY', message: 'Device or resource busy' };

/** The table that these virtual services have when every server is up. */
export const tableWith = (...virtuals: VirtualConfig[]): Table => desire(virtuals, () => 'up', []);
export const stranger = tableWith(virtualOf(strangersVip, { reals: [one] }));
export const drop = (table: Table) => diff(table, [], { owned: new Set(), foreign: 'remove' });

export function setUp(start: Table = [], options: Partial<ReconcileLoopOptions> = {}) {
  const clock = createVirtualTime();
  const kernel = createModelKernel(start);
  const events: JournalEvent[] = [];
  const verdicts = new Map<string, Verdict>();
  const verdictOf = (_service: string, real: string) => verdicts.get(real) ?? 'unverified';
  const journal = (event: JournalEvent) => void events.push(event);
  const loop = createReconcileLoop({ kernel, clock, journal, verdictOf, ...options });
  const judge = (verdict: Verdict, ...reals: VirtualConfig['reals']) => {
    for (const real of reals) verdicts.set(formatEndpoint(real), verdict);
    loop.request();
  };
  /** What was told since the last call: event names, without those that only say that something was sent. */
  const told = () => events.splice(0).map(({ event }) => event);
  const servers = (service = name) =>
    kernel
      .table()
      .filter((entry) => formatServiceId(entry.service.id) === service)
      .flatMap(({ destinations }) =>
        destinations.map((server) => `${formatEndpoint(server)} ${server.weight}`),
      )
      .sort();
  return { clock, kernel, events, loop, judge, told, servers };
}
