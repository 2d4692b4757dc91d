import { describe, expect, it } from 'vitest';
import type { Destination, ServiceEntry, ServiceId } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import { diff } from '../../src/reconcile/diff.ts';
import { unknownKindsIn } from '../../src/reconcile/unknown-kinds.ts';
import { aDestination } from '../make/a-destination.ts';

const web: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('10.0.0.1'), port: 80 };
const plain = { scheduler: 'rr', schedFlags: [], persistencePrefix: 32, ops: false };
const entry = (id: ServiceId, ...destinations: readonly Destination[]): ServiceEntry => ({
  service: { id, ...plain },
  destinations,
});
const server = (last: number, changes: Partial<Destination> = {}): Destination =>
  aDestination({ address: ip(`10.0.0.${last}`), forward: 'ipip', weight: 1, ...changes });
const tunnel = { type: 'gue', port: 6080, checksum: 'nocsum' } as const;
const foreignEntries = [
  server(4, { forward: 'method-4' }),
  server(5, { tunnel: { ...tunnel, type: 'type-9' } }),
  server(6, { tunnel: { ...tunnel, checksum: 'flags-3' } }),
];
const table = [
  entry(web, server(2), server(3, { tunnel }), ...foreignEntries),
  entry({ ...web, protocol: 'protocol-50', port: 0 }),
  entry({ kind: 'fwmark', family: 'inet', fwmark: 1 }),
];
const everything = { owned: new Set<never>(), foreign: 'remove' } as const;

describe('what the kernel holds that nobody here has a word for', () => {
  it('is told by its number; all else is not', () => {
    expect(unknownKindsIn(table)).toEqual([
      'tcp 10.0.0.1:80 -> 10.0.0.4:80 (method-4)',
      'tcp 10.0.0.1:80 -> 10.0.0.5:80 (type-9)',
      'tcp 10.0.0.1:80 -> 10.0.0.6:80 (flags-3)',
      'protocol-50 10.0.0.1:0',
    ]);
  });

  it('is neither deleted nor edited, not even where all that is foreign is removed', () => {
    expect(diff(table, [entry(web, server(2), server(3, { tunnel }))], everything)).toEqual([
      { type: 'deleteService', service: entry({ kind: 'fwmark', family: 'inet', fwmark: 1 }).service },
    ]);
  });

  it('is made what it should be where the configuration names its place', () => {
    const wanted = [entry(web, server(2), server(3, { tunnel }), server(4))];
    expect(diff(table.slice(0, 2), wanted, everything)).toEqual([
      { type: 'editDestination', service: web, destination: server(4), before: foreignEntries[0] },
    ]);
  });
});
