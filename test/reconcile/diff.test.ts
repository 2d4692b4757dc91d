import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatServiceId, type ServiceEntry, type Table, type Tunnel } from '../../src/model/ipvs.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import { canonicalTable, readTable } from '../../src/reconcile/canonical.ts';
import { diff, foreignServices } from '../../src/reconcile/diff.ts';
import { arbitraryTable } from '../make/arbitrary-table.ts';
import { createModelKernel } from '../make/model-kernel.ts';

const namesOf = (...tables: readonly Table[]) =>
  new Set(tables.flatMap((table) => table.map(({ service }) => formatServiceId(service.id))));

/** The names of the services that have a server with a weight above 0. */
const usableIn = (table: Table) =>
  new Set(
    table
      .filter(({ destinations }) => destinations.some(({ weight }) => weight > 0))
      .map(({ service }) => formatServiceId(service.id)),
  );

describe('diff', () => {
  it('of the very same tables says the same each time, equal or not', () => {
    fc.assert(
      fc.property(arbitraryTable, arbitraryTable, (a, b) => {
        const [observed, desired] = [readTable(a), canonicalTable(b)];
        const policy = { owned: namesOf(observed, desired), foreign: 'keep' } as const;
        const fresh = () => diff(structuredClone(observed), structuredClone(desired), policy);
        for (let round = 0; round < 2; round += 1) expect(diff(observed, desired, policy)).toEqual(fresh());
        expect(diff(desired, desired, policy)).toEqual([]);
        expect(diff(observed, desired, policy)).toEqual(fresh());
      }),
    );
  });

  it('makes the kernel hold exactly the desired table: apply(diff(a, b)) = b', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable, arbitraryTable, async (observed, desired) => {
        const kernel = createModelKernel(observed);
        const operations = diff(observed, desired, { owned: namesOf(observed), foreign: 'keep' });
        expect((await kernel.apply(operations)).filter((error) => error !== undefined)).toEqual([]);
        expect(readTable(kernel.table())).toEqual(desired);
      }),
    );
  });

  it('asks nothing of the kernel where the tables are equal: diff(a, a) = nothing', () => {
    fc.assert(
      fc.property(arbitraryTable, (table) => {
        const observed = readTable(createModelKernel(table).table());
        expect(diff(observed, table, { owned: namesOf(table), foreign: 'remove' })).toEqual([]);
      }),
    );
  });

  it('never leaves a service without a usable server between two operations when both ends have one', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable, arbitraryTable, async (observed, desired) => {
        const kernel = createModelKernel(observed);
        const [before, after] = [usableIn(observed), usableIn(desired)];
        const always = [...before].filter((name) => after.has(name));
        for (const operation of diff(observed, desired, { owned: namesOf(observed), foreign: 'keep' })) {
          await kernel.apply([operation]);
          expect([...usableIn(kernel.table())]).toEqual(expect.arrayContaining(always));
        }
      }),
    );
  });

  it('touches no service that it neither wants nor owns', () => {
    fc.assert(
      fc.property(arbitraryTable, arbitraryTable, (observed, desired) => {
        const foreign = foreignServices(observed, desired, new Set());
        const operations = diff(observed, desired, { owned: new Set(), foreign: 'keep' });
        expect(operations.filter(({ type }) => type === 'deleteService')).toEqual([]);
        const touched = operations.map(({ service }) =>
          formatServiceId('kind' in service ? service : service.id),
        );
        expect(touched.filter((name) => foreign.includes(name))).toEqual([]);
      }),
    );
  });

  it('removes foreign services where the policy says so', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable, arbitraryTable, async (observed, desired) => {
        const kernel = createModelKernel(observed);
        await kernel.apply(diff(observed, desired, { owned: new Set(), foreign: 'remove' }));
        expect(readTable(kernel.table())).toEqual(desired);
      }),
    );
  });

  it('notices a change in every setting of a service and of a server', () => {
    fc.assert(
      fc.property(arbitraryTable, arbitraryTable, (a, b) => {
        const operations = diff(a, b, { owned: namesOf(a), foreign: 'keep' });
        expect(operations.length === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    const id = { kind: 'address', protocol: 'udp', address: ip('192.168.6.240'), port: 53 } as const;
    const service = {
      id,
      scheduler: 'mh',
      schedFlags: [],
      persistenceSec: 60,
      persistencePrefix: 32,
      ops: false,
    };
    const [upperThreshold, lowerThreshold] = [9, 3];
    const server = {
      address: ip('192.168.6.2'),
      port: 53,
      forward: 'gate',
      weight: 5,
      upperThreshold,
      lowerThreshold,
    } as const;
    const changedServices = [
      { ...service, scheduler: 'rr' },
      { ...service, schedFlags: ['mh-port'] },
      { ...service, persistenceSec: 61 },
      { ...service, persistencePrefix: 24 },
      { ...service, persistenceEngine: 'sip' },
      { ...service, ops: true },
    ];
    const changedServers = [
      { ...server, forward: 'ipip' as const },
      { ...server, forward: 'ipip' as const, tunnel: { type: 'gre', port: 0, checksum: 'csum' } as const },
      { ...server, weight: 6 },
      { ...server, upperThreshold: 10 },
      { ...server, lowerThreshold: 4 },
    ];
    const before = [{ service, destinations: [server] }];
    const typesTo = (after: Table) =>
      diff(before, after, { owned: new Set(), foreign: 'keep' }).map(({ type }) => type);
    for (const changed of changedServices) {
      expect(typesTo([{ service: changed, destinations: [server] }])).toEqual(['editService']);
    }
    for (const changed of changedServers) {
      expect(typesTo([{ service, destinations: [changed] }])).toEqual(['editDestination']);
    }
    const gue = { type: 'gue', port: 6080, checksum: 'nocsum' } as const;
    const tunnelled = { ...server, forward: 'ipip', tunnel: gue } as const;
    const tunnels: readonly Tunnel[] = [
      { ...gue, port: 6081 },
      { ...gue, checksum: 'csum' },
      { ...gue, type: 'type-3' },
    ];
    for (const tunnel of tunnels) {
      const operations = diff(
        [{ service, destinations: [tunnelled] }],
        [{ service, destinations: [{ ...tunnelled, tunnel }] }],
        { owned: new Set(), foreign: 'keep' },
      );
      expect(operations.map(({ type }) => type)).toEqual(['editDestination']);
    }
  });

  it('raises and adds before it lowers, and lowers before it deletes', () => {
    const id = { kind: 'fwmark', family: 'inet', fwmark: 1 } as const;
    const service = { id, scheduler: 'rr', schedFlags: [], persistencePrefix: 32, ops: false };
    const server = (last: number, weight: number) => ({
      address: ip(`192.168.6.${last}`),
      port: 80,
      forward: 'gate' as const,
      weight,
      upperThreshold: 0,
      lowerThreshold: 0,
    });
    const before = [{ service, destinations: [server(1, 1), server(2, 5), server(3, 0), server(4, 5)] }];
    const after = [{ service, destinations: [server(2, 0), server(3, 5), server(4, 6), server(5, 1)] }];
    const told = diff(before, after, { owned: new Set(), foreign: 'keep' }).map(
      (operation) =>
        'destination' in operation && `${operation.type} ${operation.destination.address.at(-1)}`,
    );
    expect(told).toEqual([
      'editDestination 3',
      'editDestination 4',
      'addDestination 5',
      'editDestination 2',
      'deleteDestination 1',
    ]);
  });

  it('edits a service and its servers in place, so that connections and counters live on', async () => {
    const service = { scheduler: 'wlc', schedFlags: [], persistencePrefix: 32, ops: false } as const;
    const id = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 } as const;
    const server = {
      address: ip('192.168.6.2'),
      port: 80,
      forward: 'gate',
      upperThreshold: 0,
      lowerThreshold: 0,
    } as const;
    const entry = (scheduler: string, weight: number): ServiceEntry => ({
      service: { ...service, id, scheduler },
      destinations: [{ ...server, weight }],
    });
    const kernel = createModelKernel([entry('wlc', 5)]);
    kernel.connect(formatServiceId(id), formatEndpoint(server), 7);
    const operations = diff(readTable(kernel.table()), canonicalTable([entry('rr', 2)]), {
      owned: new Set(),
      foreign: 'keep',
    });
    expect(operations.map(({ type }) => type)).toEqual(['editService', 'editDestination']);
    await kernel.apply(operations);
    expect(kernel.table()[0]?.destinations[0]?.counters.connections).toBe(7);
  });

  it('enters real servers in canonical order, so that mh agrees on every director', () => {
    fc.assert(
      fc.property(arbitraryTable, (desired) => {
        const added = diff([], desired, { owned: new Set(), foreign: 'keep' }).flatMap((operation) =>
          operation.type === 'addDestination' ? [operation.destination] : [],
        );
        expect(added).toEqual(desired.flatMap(({ destinations }) => destinations));
      }),
    );
  });
});
