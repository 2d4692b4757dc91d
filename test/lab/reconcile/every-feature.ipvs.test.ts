// Random tables of every feature in the table of a real kernel: the operations of the reconciler lead from any to any
// other, as a fresh start would; on the way no service is without a server; what stays keeps its counters.
// SEED=17 repeats a run.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIpvsKernel } from '../../../src/kernel/ipvs.ts';
import {
  type Destination,
  formatServiceId,
  type Operation,
  type ServiceId,
  type Table,
  type VirtualService,
} from '../../../src/model/ipvs.ts';
import { formatEndpoint } from '../../../src/net/endpoint.ts';
import { ip } from '../../../src/net/ip.ts';
import type { IpvsKernel, ObservedService } from '../../../src/ports/kernel.ts';
import { applyOperations, serviceOf } from '../../../src/reconcile/apply.ts';
import { canonicalTable, readTable } from '../../../src/reconcile/canonical.ts';
import { describeOperation } from '../../../src/reconcile/describe.ts';
import { diff } from '../../../src/reconcile/diff.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { arbitraryTable } from '../../make/arbitrary-table.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { inside } from '../vrrp/inside.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);
const everything = { owned: new Set<never>(), foreign: 'remove' } as const;

let lab: Lab;
let director: Host;
let kernel: IpvsKernel;
let fresh: IpvsKernel;

beforeEach(async () => {
  lab = createLab();
  director = await lab.host('director');
  [kernel, fresh] = [openKernel(director), openKernel(await lab.host('fresh'))];
});
afterEach(() => lab.dispose());

function openKernel(host: Host): IpvsKernel {
  const opened = inside(host, () => createIpvsKernel(openNetlinkSocket('generic'), systemClock));
  lab.defer(() => opened.close());
  return opened;
}

async function observe(from: IpvsKernel): Promise<readonly ObservedService[]> {
  const answer = await from.observe();
  if (!answer.ok) throw new Error(`Cannot read the table: ${answer.error.message}`);
  return answer.value;
}
const read = async (from: IpvsKernel) => readTable(await observe(from));

/** @returns what was sent. */
async function lead(to: IpvsKernel, table: Table): Promise<readonly Operation[]> {
  const operations = diff(await read(to), table, everything);
  const refused = (await applyOperations(to, operations)).filter(({ result }) => result !== 'applied');
  expect(refused.map(({ operation }) => describeOperation(operation))).toEqual([]);
  return operations;
}

/** Runs of the property until the time is up, each reproducible by its seed. */
const untilTimeIsUp = { seed, numRuns: 400, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false };

const usableIn = (table: Table) =>
  table
    .filter(({ destinations }) => destinations.some(({ weight }) => weight > 0))
    .map(({ service }) => formatServiceId(service.id));

describe('the kernel', () => {
  it('holds exactly table B after the operations from any table A to B, as a fresh start with B would', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable, arbitraryTable, async (a, b) => {
        await lead(kernel, a);
        expect(await read(kernel)).toEqual(a);
        const operations = await lead(kernel, b);
        expect(await read(kernel)).toEqual(b);
        expect(diff(await read(kernel), b, everything)).toEqual([]);
        await lead(fresh, []);
        await lead(fresh, b);
        expect(await read(fresh)).toEqual(await read(kernel));
        expect(touched(operations).filter((name) => unchanged(a, b).includes(name))).toEqual([]);
      }),
      untilTimeIsUp,
    );
  });

  it('never has a service without a usable server on the way, where it has one at both ends', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable, arbitraryTable, async (a, b) => {
        await lead(kernel, a);
        const always = usableIn(a).filter((name) => usableIn(b).includes(name));
        for (const operation of diff(a, b, everything)) {
          await applyOperations(kernel, [operation]);
          if (always.includes(serviceOf(operation))) {
            expect(usableIn(await read(kernel)), describeOperation(operation)).toEqual(
              expect.arrayContaining(always),
            );
          }
        }
      }),
      { ...untilTimeIsUp, interruptAfterTimeLimit: 6_000 },
    );
  });
});

const namesOf = (operation: Operation) =>
  'destination' in operation
    ? [`${serviceOf(operation)} ${formatEndpoint(operation.destination)}`]
    : [serviceOf(operation)];
const touched = (operations: readonly Operation[]) => operations.flatMap(namesOf);

/** What stands in both tables alike. */
function unchanged(a: Table, b: Table): readonly string[] {
  const entries = (table: Table) =>
    table.flatMap(({ service, destinations }) => {
      const name = formatServiceId(service.id);
      const servers = destinations.map(
        (each) => [`${name} ${formatEndpoint(each)}`, JSON.stringify(each)] as const,
      );
      return [[name, JSON.stringify(service)] as const, ...servers];
    });
  const before = new Map<string, string>(entries(a));
  return entries(b).flatMap(([name, text]) => (before.get(name) === text ? [name] : []));
}

describe('an edit', () => {
  const udp: ServiceId = { kind: 'address', protocol: 'udp', address: ip('10.9.9.9'), port: 5060 };
  const tcp: ServiceId = { ...udp, protocol: 'tcp', port: 80 };
  const plain = { scheduler: 'rr', schedFlags: [], persistencePrefix: 32, ops: false };
  const server = (last: number, changes: Partial<Destination> = {}): Destination => ({
    address: ip(`10.9.0.${last}`),
    port: 0,
    forward: 'masq',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...changes,
  });
  const tableOf = (changes: Partial<VirtualService>, ...servers: readonly Destination[]) =>
    canonicalTable(
      [udp, tcp].map((id) => ({ service: { id, ...plain, ...changes }, destinations: servers })),
    );

  it('of any setting keeps the connections and counters of the server, without anything made anew', async () => {
    const tunnels = (port: number) => ({ type: 'gue', port, checksum: 'csum' }) as const;
    const four = [1, 2, 3, 4].map((last) => server(last));
    await lead(kernel, tableOf({}, ...four));
    // On lo a whole network is local: the servers too.
    const send = 'for n in 1 2 3 4; do echo x >/dev/udp/10.9.9.9/5060; done';
    await director.run('bash', '-c', `ip address add 10.9.9.9/16 dev lo; ${send}`);
    const counted = async () =>
      (await observe(kernel)).flatMap(({ service, destinations }) =>
        destinations.map(
          ({ counters, ...each }) => `${formatServiceId(service.id)} ${each.address} ${counters.connections}`,
        ),
      );
    // The kernel sums its counters up every two seconds (ip_vs_est.c).
    const before = await waitUntil(
      async () => {
        const lines = await counted();
        return lines.filter((line) => line.endsWith(' 1')).length === four.length ? lines : undefined;
      },
      { what: 'a connection of each server' },
    );
    const steps: readonly Table[] = [
      tableOf({ scheduler: 'mh', schedFlags: ['mh-port'] }, ...four),
      tableOf({ scheduler: 'mh', schedFlags: ['mh-fallback'], persistenceSec: 60 }, ...four),
      tableOf({ persistenceSec: 90, persistencePrefix: 24, persistenceEngine: 'sip' }, ...four),
      tableOf({ ops: true }, server(1, { forward: 'gate' }), server(2, { weight: 0 }), ...four.slice(2)),
      tableOf(
        {},
        server(1, { forward: 'ipip' }),
        server(2, { forward: 'ipip', tunnel: tunnels(6080) }),
        server(3, { upperThreshold: 9, lowerThreshold: 3 }),
        server(4, { weight: 65_535 }),
      ),
      tableOf(
        {},
        server(1, { forward: 'ipip', tunnel: { type: 'gre', port: 0, checksum: 'nocsum' } }),
        server(2, { forward: 'ipip', tunnel: tunnels(6081) }),
        ...four.slice(2),
      ),
      tableOf({}, ...four),
    ];
    for (const table of steps) {
      const operations = await lead(kernel, table);
      expect([...new Set(operations.map(({ type }) => type.slice(0, 4)))]).toEqual(['edit']);
      expect(await read(kernel)).toEqual(table);
      expect((await counted()).toSorted()).toEqual(before.toSorted());
    }
  });
});
