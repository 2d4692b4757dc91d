import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Destination, ServiceId } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import {
  canonicalDestination,
  canonicalService,
  canonicalTable,
  readTable,
} from '../../src/reconcile/canonical.ts';
import { arbitraryRawTable, arbitraryTable } from '../make/arbitrary-table.ts';
import { createModelKernel } from '../make/model-kernel.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const mark: ServiceId = { kind: 'fwmark', family: 'inet', fwmark: 1 };
const server: Destination = {
  address: ip('192.168.6.2'),
  port: 8080,
  forward: 'gate',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
};

describe('canonical form', () => {
  it('is idempotent', () => {
    fc.assert(
      fc.property(arbitraryRawTable, (table) => {
        const once = canonicalTable(table);
        expect(canonicalTable(once)).toEqual(once);
        expect(readTable(once)).toEqual(once);
      }),
    );
  });

  it('does not depend on the order in which services and servers were given', () => {
    fc.assert(
      fc.property(arbitraryTable, (table) => {
        const turned = table.map((entry) => ({ ...entry, destinations: [...entry.destinations].reverse() }));
        expect(canonicalTable(turned.reverse())).toEqual(table);
        expect(readTable(createModelKernel(table).table())).toEqual(table);
      }),
    );
  });

  it.each(['gate', 'ipip'] as const)('gives a %s server the port of its service', (forward) => {
    expect(canonicalDestination(vip, { ...server, forward }).port).toBe(80);
  });

  it('gives a gate server of a service for every port (persistent port 0) port 0', () => {
    expect(canonicalDestination({ ...vip, port: 0 }, server).port).toBe(0);
  });

  it('keeps the port of a masq server, and reads its port 0 as the port of the service', () => {
    expect(canonicalDestination(vip, { ...server, forward: 'masq' }).port).toBe(8080);
    expect(canonicalDestination(vip, { ...server, forward: 'masq', port: 0 }).port).toBe(80);
  });

  it('keeps the given port of a server behind a firewall mark', () => {
    expect(canonicalDestination(mark, server).port).toBe(8080);
  });

  it('orders servers by address as a number, then by port', () => {
    const [two, ten] = [
      { ...server, forward: 'masq' as const },
      { ...server, forward: 'masq' as const, address: ip('192.168.6.10') },
    ];
    const service = canonicalService({
      id: vip,
      scheduler: 'mh',
      schedFlags: [],
      persistencePrefix: 32,
      ops: false,
    });
    const [entry] = canonicalTable([{ service, destinations: [ten, { ...two, port: 9000 }, two] }]);
    expect(entry?.destinations.map(({ address, port }) => `${address}:${port}`)).toEqual([
      '192.168.6.2:8080',
      '192.168.6.2:9000',
      '192.168.6.10:8080',
    ]);
  });

  it('sorts scheduler flags and forgets a granularity without persistence', () => {
    const schedFlags = ['mh-port', 'mh-fallback'];
    const service = { id: vip, scheduler: 'mh', schedFlags, persistencePrefix: 24, ops: false };
    expect(canonicalService(service)).toMatchObject({
      schedFlags: ['mh-fallback', 'mh-port'],
      persistencePrefix: 32,
    });
    expect(canonicalService({ ...service, persistenceSec: 60 }).persistencePrefix).toBe(24);
  });

  it('knows scheduler flags by the names that the scheduler gives them', () => {
    const service = {
      id: vip,
      scheduler: 'mh',
      schedFlags: ['flag-2', 'mh-port', 'flag-1'],
      persistencePrefix: 32,
      ops: false,
    };
    expect(canonicalService(service).schedFlags).toEqual(['mh-fallback', 'mh-port']);
    expect(canonicalService({ ...service, scheduler: 'wlc', schedFlags: ['flag-1'] }).schedFlags).toEqual([
      'flag-1',
    ]);
  });

  it('leaves the port of a server that was read as it is, so that a wrong one can be deleted', () => {
    const service = canonicalService({
      id: vip,
      scheduler: 'rr',
      schedFlags: [],
      persistencePrefix: 32,
      ops: false,
    });
    const [entry] = readTable([{ service, destinations: [server] }]);
    expect(entry?.destinations[0]?.port).toBe(8080);
  });
});
