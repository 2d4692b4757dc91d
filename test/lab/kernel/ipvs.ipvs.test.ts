// Our table against ipvsadm's eyes and hands, in the kernel itself: what we wrote, ipvsadm shows; what ipvsadm
// wrote, we read back; and the codes the kernel refuses with.
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createIpvsKernel } from '../../../src/kernel/ipvs.ts';
import type { Destination, Operation, ServiceEntry, VirtualService } from '../../../src/model/ipvs.ts';
import { ip } from '../../../src/net/ip.ts';
import type { IpvsKernel } from '../../../src/ports/kernel.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { aService } from '../../make/a-destination.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run } from '../harness/process.ts';
import { inside } from '../vrrp/inside.ts';
import { anyTable, rulesOf } from './ipvsadm-rules.ts';

let lab: Lab;
let director: Host;
let kernel: IpvsKernel;
beforeAll(async () => {
  lab = createLab();
  director = await lab.host('director');
  const lan = await lab.lan('lan');
  await lab.attach(director, lan, { addresses: ['192.168.6.1/24'] });
  kernel = createIpvsKernel(
    inside(director, () => openNetlinkSocket('generic')),
    systemClock,
  );
});
afterEach(() => director.run('ipvsadm', '-C'));
afterAll(async () => {
  kernel?.close();
  await lab?.dispose();
});

const WEB = aService();
const real = (address: string, change: Partial<Destination> = {}): Destination => ({
  address: ip(address),
  port: 80,
  forward: 'gate',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  ...change,
});

const additions = (table: readonly ServiceEntry[]): Operation[] =>
  table.flatMap(({ service, destinations }) => [
    { type: 'addService', service },
    ...destinations.map(
      (destination): Operation => ({
        type: 'addDestination',
        service: service.id,
        destination,
      }),
    ),
  ]);

/** The table without counters, in an order of its own: the kernel's is that of its hash. */
async function observed(): Promise<readonly ServiceEntry[]> {
  const answer = await kernel.observe();
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return sorted(
    answer.value.map(({ service, destinations }) => ({
      service,
      destinations: destinations.map(({ counters: _, ...destination }) => destination),
    })),
  );
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const canonical = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) as T;
const sorted = (table: readonly ServiceEntry[]): readonly ServiceEntry[] =>
  table
    .map(({ service, destinations }) => ({
      service: canonical({ ...service, id: canonical(service.id) }),
      destinations: destinations.map(canonical).toSorted(byText),
    }))
    .toSorted(byText);

const saved = async () => (await director.run('ipvsadm', '-Sn')).trim().split('\n').toSorted();

describe('what we write', () => {
  it('is what ipvsadm shows and what we read back, for any table', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (table) => {
        const operations = additions(table);
        expect(await kernel.apply(operations)).toEqual(operations.map(() => undefined));
        expect(await saved()).toEqual(rulesOf(table));
        expect(await observed()).toEqual(sorted(table));
        await director.run('ipvsadm', '-C');
      }),
      { numRuns: 12 },
    );
  });

  it('edits a service and a destination in full, and deletes both', async () => {
    const before = {
      ...WEB,
      scheduler: 'sh',
      schedFlags: ['sh-port'],
      persistenceSec: 60,
      persistencePrefix: 24,
    };
    const server = real('192.168.6.2', { forward: 'masq', upperThreshold: 100, lowerThreshold: 50 });
    await kernel.apply(additions([{ service: before, destinations: [server] }]));
    const changed = real('192.168.6.2', { forward: 'ipip', weight: 0 });
    expect(
      await kernel.apply([
        { type: 'editService', service: WEB, before },
        { type: 'editDestination', service: WEB.id, destination: changed, before: server },
      ]),
    ).toEqual([undefined, undefined]);
    expect(await observed()).toEqual(sorted([{ service: WEB, destinations: [changed] }]));
    expect(
      await kernel.apply([
        { type: 'deleteDestination', service: WEB.id, destination: changed },
        { type: 'deleteService', service: WEB },
      ]),
    ).toEqual([undefined, undefined]);
    expect(await observed()).toEqual([]);
  });
});

describe('what ipvsadm writes', () => {
  it('is what we read, for any table', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (table) => {
        const adds = rulesOf(table).toSorted((a, b) => (a.slice(0, 2) < b.slice(0, 2) ? -1 : 1));
        await run(['ip', 'netns', 'exec', director.netns, 'ipvsadm', '-R'], 10_000, `${adds.join('\n')}\n`);
        expect(await observed()).toEqual(sorted(table));
        await director.run('ipvsadm', '-C');
      }),
      { numRuns: 12 },
    );
  });

  it('stays what it is when the server is an address of this host: no LOCALNODE', async () => {
    await director.run('ipvsadm', '-A', '-t', '192.168.6.240:80');
    await director.run('ipvsadm', '-a', '-t', '192.168.6.240:80', '-r', '192.168.6.1', '-m');
    await director.run('ipvsadm', '-a', '-t', '192.168.6.240:80', '-r', '127.0.0.1', '-g');
    const [entry] = await observed();
    expect(entry?.destinations.map(({ address, forward }) => `${address} ${forward}`)).toEqual([
      '127.0.0.1 gate',
      '192.168.6.1 masq',
    ]);
  });
});

describe('what the kernel refuses', () => {
  it('carries its code, and does not hold back the rest', async () => {
    const missing = { ...WEB, id: { ...WEB.id, port: 81 } as VirtualService['id'] };
    const outcome = await kernel.apply([
      { type: 'addService', service: WEB },
      { type: 'addService', service: WEB },
      { type: 'addService', service: { ...missing, scheduler: 'none-such' } },
      { type: 'deleteService', service: missing },
      { type: 'addDestination', service: missing.id, destination: real('192.168.6.2') },
      { type: 'deleteDestination', service: WEB.id, destination: real('192.168.6.2') },
      { type: 'addDestination', service: WEB.id, destination: real('192.168.6.2', { lowerThreshold: 2 }) },
      { type: 'addDestination', service: WEB.id, destination: real('fd00::2') },
      { type: 'addDestination', service: WEB.id, destination: real('192.168.6.2') },
    ]);
    expect(outcome.map((error) => error?.code)).toEqual([
      undefined,
      'EEXIST',
      'ENOENT',
      'ESRCH',
      'ESRCH',
      'ENOENT',
      'ERANGE',
      'EINVAL',
      undefined,
    ]);
    expect(await observed()).toEqual(sorted([{ service: WEB, destinations: [real('192.168.6.2')] }]));
  });
});

describe('a large table', () => {
  it('of 1,000 services with 10 servers each is written and read', async () => {
    const table = Array.from({ length: 1000 }, (_, n) => ({
      service: {
        ...WEB,
        id: { ...WEB.id, address: ip(`10.1.${n >> 8}.${n & 255}`) } as VirtualService['id'],
      },
      destinations: Array.from({ length: 10 }, (_, m) => real(`192.168.6.${m + 10}`)),
    }));
    const operations = additions(table);
    const at = { start: performance.now(), written: 0, read: 0 };
    const outcome = await kernel.apply(operations);
    at.written = performance.now();
    const seen = await observed();
    at.read = performance.now();
    expect(outcome.every((error) => error === undefined)).toBe(true);
    expect(seen).toEqual(sorted(table));
    const rules = await director.run('ipvsadm', '-Sn');
    await director.run('ipvsadm', '-C');
    await run(['ip', 'netns', 'exec', director.netns, 'ipvsadm', '-R'], 60_000, rules);
    expect(await observed()).toEqual(sorted(table));
    const ms = (value: number) => `${Math.round(value)} ms`;
    console.log(`11,000 operations: ${ms(at.written - at.start)}; read back: ${ms(at.read - at.written)}`);
  });
});
