// What `where` says, against what the kernel then does: hundreds of clients call from random addresses and ports,
// and each must be where it was said to go. The servers are behind an interface that leads nowhere: a
// connection's entry in the kernel is all there is to see.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Choice } from '../../../src/explain/choose.ts';
import type { Flow } from '../../../src/explain/flow.ts';
import { type KernelFacts, whereTo } from '../../../src/explain/where.ts';
import { createIpvsKernel } from '../../../src/kernel/ipvs.ts';
import type { Connection } from '../../../src/model/connection.ts';
import type { Operation } from '../../../src/model/ipvs.ts';
import { formatEndpoint } from '../../../src/net/endpoint.ts';
import { familyOf, ip } from '../../../src/net/ip.ts';
import type { IpvsKernel } from '../../../src/ports/kernel.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { parseConnections } from '../../../src/wire/ipvs/connections.ts';
import { aDestination } from '../../make/a-destination.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { enter, inside } from '../vrrp/inside.ts';

let lab: Lab;
let director: Host;
let kernel: IpvsKernel;
let leave: () => void;
/** What the configuration says of a server that the kernel has at weight 0. */
let configuredWeight: number | undefined;

beforeAll(async () => {
  lab = createLab();
  const client = await lab.host('client');
  director = await lab.host('director');
  const lan = await lab.lan('lan');
  await lab.attach(client, lan, { addresses: ['10.0.0.2/24', 'fd00::2/64'] });
  await lab.attach(director, lan, { addresses: ['10.0.0.1/24', 'fd00::1/64'] });
  // Every address of these networks is the client's own.
  await client.run('ip', 'route', 'add', 'local', '10.64.0.0/10', 'dev', 'lo');
  await client.run('ip', '-6', 'route', 'add', 'local', 'fd00:9::/32', 'dev', 'lo');
  await client.sysctl({ 'net.ipv6.ip_nonlocal_bind': 1 });
  await client.run('ip', 'route', 'add', '10.0.0.0/8', 'via', '10.0.0.1');
  await client.run('ip', '-6', 'route', 'add', 'fd00:99::/64', 'via', 'fd00::1');
  await director.run('ip', 'route', 'add', '10.64.0.0/10', 'via', '10.0.0.2');
  await director.run('ip', '-6', 'route', 'add', 'fd00:9::/32', 'via', 'fd00::2');
  await director.run('ip', 'route', 'add', 'local', '10.2.0.0/16', 'dev', 'lo');
  await director.run('ip', 'address', 'add', 'fd00:99::1/128', 'dev', 'lo');
  await director.run('ip', 'link', 'add', 'servers', 'type', 'dummy');
  await director.run('ip', 'link', 'set', 'servers', 'up');
  await director.run('ip', 'address', 'add', '10.1.0.1/16', 'dev', 'servers');
  await director.run('ip', 'address', 'add', 'fd00:1::1/64', 'dev', 'servers', 'nodad');
  // Connections go with the table, before the next test.
  await director.sysctl({ 'net.ipv4.vs.expire_nodest_conn': 1 });
  await director.sysctl({ 'net.ipv4.conf.all.rp_filter': 0, 'net.ipv4.conf.eth0.rp_filter': 0 });
  kernel = createIpvsKernel(
    inside(director, () => openNetlinkSocket('generic')),
    systemClock,
  );
  leave = enter(client);
});
afterEach(async () => {
  configuredWeight = undefined;
  await director.run('ipvsadm', '-C');
});
afterAll(async () => {
  leave?.();
  kernel?.close();
  await lab?.dispose();
});

const vip = { inet: { address: ip('10.2.0.9'), port: 80 }, inet6: { address: ip('fd00:99::1'), port: 80 } };

async function ipvsadm(...lines: readonly string[]): Promise<void> {
  for (const line of lines) await director.run('ipvsadm', ...line.split(' '));
}

/** Never the same twice in one run. */
function anyFlow(family: 'inet' | 'inet6', virtual = vip[family]): Flow {
  const number = (max: number) => Math.floor(Math.random() * max);
  const hex = () => number(65536).toString(16);
  const address =
    family === 'inet'
      ? `10.${64 + number(64)}.${number(256)}.${1 + number(250)}`
      : `fd00:9:${hex()}:${hex()}:${hex()}:${hex()}:${hex()}:${1 + number(9999)}`;
  return { client: ip(address), clientPort: 1024 + number(60_000), virtual, protocol: 'udp' };
}

async function facts(): Promise<KernelFacts> {
  const table = await kernel.observe();
  if (!table.ok) throw new Error(table.error.message);
  return {
    table: table.value,
    connections: parseConnections(
      inside(director, () => readFileSync('/proc/thread-self/net/ip_vs_conn', 'latin1')),
    ),
    sourceBits: 8,
    maglevIndex: 12,
    expireQuiescentTemplate: false,
    expireNodestConn: true,
    connReuseMode: 1,
    configuredWeightOf: () => configuredWeight,
  };
}

async function call({ client, clientPort, virtual }: Flow): Promise<void> {
  if (virtual === undefined) throw new Error('Cannot call: expected an address, got none');
  const socket: Socket = createSocket(familyOf(client) === 'inet6' ? 'udp6' : 'udp4');
  socket.bind({ address: client, port: clientPort ?? 0 });
  await once(socket, 'listening');
  await new Promise<void>((resolve) => socket.send('hello', virtual.port, virtual.address, () => resolve()));
  socket.close();
}

/** A server of port 0 is called on the port that the client calls. */
function said(choice: Choice, { virtual }: Flow): string {
  if (choice.kind !== 'server') return choice.kind;
  const { address, port } = choice.server;
  return formatEndpoint({ address, port: port || (virtual?.port ?? 0) });
}

/** Where the kernel has sent each, by client. */
function destinations(connections: readonly Connection[]): ReadonlyMap<string, string> {
  return new Map(
    connections.map(({ client, destination }) => [formatEndpoint(client), formatEndpoint(destination)]),
  );
}

/** On a busy machine the director gets a packet some time after it was sent. @returns as destinations. */
async function seenBy(flows: readonly Flow[]): Promise<ReadonlyMap<string, string>> {
  let seen: ReadonlyMap<string, string> = new Map();
  const arrived = async () => {
    seen = destinations((await facts()).connections);
    return flows.every((flow) => seen.has(nameOf(flow)));
  };
  await waitUntil(arrived, { timeoutMs: 5000, what: 'the connections' }).catch(() => undefined);
  return seen;
}

const nameOf = ({ client, clientPort = 0 }: Flow) => formatEndpoint({ address: client, port: clientPort });

/** @returns how many servers were used, once every prediction was right. */
async function compare(flows: readonly Flow[]): Promise<number> {
  const before = await facts();
  const predicted = flows.map((flow) => `${nameOf(flow)} -> ${said(whereTo(flow, before).choice, flow)}`);
  for (const flow of flows) await call(flow);
  const expected = flows.filter((_, index) => !predicted[index]?.endsWith('nobody'));
  const seen = await seenBy(expected);
  const went = flows.map((flow) => seen.get(nameOf(flow)) ?? 'nobody');
  expect(flows.map((flow, index) => `${nameOf(flow)} -> ${went[index]}`)).toEqual(predicted);
  return new Set(went).size;
}

const flowsOf = (family: 'inet' | 'inet6', count: number): readonly Flow[] =>
  Array.from({ length: count }, () => anyFlow(family));

const count = 120;
const service = { inet: '-u 10.2.0.9:80', inet6: '-u [fd00:99::1]:80' };
const server = { inet: (n: number) => `10.1.0.${n}:80`, inet6: (n: number) => `[fd00:1::${n}]:80` };

describe.each(['inet', 'inet6'] as const)('over %s, each of hundreds of clients', (family) => {
  it.each([
    { scheduler: 'sh', weights: [5, 2, 60] },
    { scheduler: 'sh', weights: [1, 0, 1] },
    { scheduler: 'sh -b sh-port,sh-fallback', weights: [3, 0, 7, 0] },
    { scheduler: 'mh', weights: [4, 6, 10, 2] },
    { scheduler: 'mh -b mh-port', weights: [1, 65_535, 30_000] },
  ])('goes where it was said: $scheduler, weights $weights', async ({ scheduler, weights }) => {
    await ipvsadm(`-A ${service[family]} -s ${scheduler}`);
    for (const [n, weight] of weights.entries()) {
      await ipvsadm(`-a ${service[family]} -r ${server[family](n + 10)} -m -w ${weight}`);
    }
    expect(await compare(flowsOf(family, count))).toBeGreaterThan(1);
  });
});

describe('a hash', () => {
  it('of mh keeps the places of a server that was set to weight 0, and goes past it with mh-fallback', async () => {
    await ipvsadm(`-A ${service.inet} -s mh -b mh-fallback`);
    const weights = [4, 6, 10, 2];
    for (const [n, weight] of weights.entries()) {
      await ipvsadm(`-a ${service.inet} -r ${server.inet(n + 10)} -m -w ${weight}`);
    }
    await ipvsadm(`-e ${service.inet} -r ${server.inet(12)} -m -w 0`);
    const unknown = whereTo(anyFlow('inet'), await facts());
    expect(unknown.choice).toMatchObject({
      kind: 'one of',
      why: expect.stringContaining('10.1.0.12:80 had'),
    });
    configuredWeight = 10;
    expect(await compare(flowsOf('inet', count))).toBe(3);
  });

  it('goes past an overloaded server with sh-fallback', async () => {
    await ipvsadm(`-A ${service.inet} -s sh -b sh-fallback`);
    for (const n of [10, 11, 12])
      await ipvsadm(`-a ${service.inet} -r ${server.inet(n)} -m -x ${n === 11 ? 5 : 0}`);
    const filling = flowsOf('inet', 60);
    for (const flow of filling) await call(flow);
    await seenBy(filling);
    const full = (await facts()).table[0]?.destinations.find(({ address }) => address === ip('10.1.0.11'));
    expect(full?.counters).toMatchObject({ inactiveConnections: 5 });
    expect(await compare(flowsOf('inet', 100))).toBe(2);
  });

  it('of dh goes by the address that is called', async () => {
    const called = Array.from({ length: 60 }, (_, n) => ({ address: ip(`10.2.7.${n + 1}`), port: 80 }));
    const operations = called.flatMap(({ address }): Operation[] => {
      const id = { kind: 'address', protocol: 'udp', address, port: 80 } as const;
      const destinations = [1, 2, 3, 4, 5].map((n) => destinationOf(n, n === 3 ? 0 : n));
      return [
        {
          type: 'addService',
          service: { id, scheduler: 'dh', schedFlags: [], persistencePrefix: 32, ops: false },
        },
        ...destinations.map((destination) => ({ type: 'addDestination' as const, service: id, destination })),
      ];
    });
    expect((await kernel.apply(operations)).filter((error) => error !== undefined)).toEqual([]);
    // Four servers, and nobody for what falls on the one of weight 0.
    expect(await compare(called.map((virtual) => anyFlow('inet', virtual)))).toBe(5);
  });
});

describe('what goes by the connections of the moment', () => {
  it.each(['lc', 'wlc', 'sed', 'nq', 'fo', 'ovf'])(
    '%s takes the one that was said, call after call',
    async (scheduler) => {
      await ipvsadm(`-A ${service.inet} -s ${scheduler}`);
      for (const [n, weight] of [3, 0, 1, 3, 2].entries()) {
        await ipvsadm(`-a ${service.inet} -r ${server.inet(n + 10)} -m -w ${weight} -x ${n === 0 ? 4 : 0}`);
      }
      for (let round = 0; round < 8; round += 1) await compare([anyFlow('inet')]);
    },
  );

  it('rr may take any that has a weight, and is said to', async () => {
    await ipvsadm(`-A ${service.inet} -s rr`);
    for (const [n, weight] of [1, 0, 3].entries()) {
      await ipvsadm(`-a ${service.inet} -r ${server.inet(n + 10)} -m -w ${weight}`);
    }
    const { choice } = whereTo(anyFlow('inet'), await facts());
    expect(choice.kind === 'one of' && choice.servers.map(({ address }) => address)).toEqual([
      '10.1.0.12',
      '10.1.0.10',
    ]);
  });
});

describe('a persistence template', () => {
  /** Two calls of one network, an hour or a moment apart. @returns where the second was said to go, and went. */
  async function second(first: Flow, next: Flow) {
    await call(first);
    const kept = (await seenBy([first])).get(nameOf(first));
    const said_ = whereTo(next, await facts());
    expect(await compare([next])).toBeGreaterThan(0);
    return { step: said_.steps.at(-1), isKept: said(said_.choice, next) === kept };
  }

  it.each([
    { name: 'of one port', options: '-u 10.2.0.9:80', port: 80 },
    { name: 'of every port', options: '-u 10.2.0.9:0', port: 8080 },
    { name: 'of a firewall mark', options: '-f 7', port: 8080 },
  ])('$name keeps a whole network on its server', async ({ options, port }) => {
    await ipvsadm(`-A ${options} -s rr -p 300 -M 255.255.255.0`);
    for (const n of [10, 11, 12, 13]) {
      await ipvsadm(`-a ${options} -r 10.1.0.${n}${options.endsWith(':80') ? ':80' : ':0'} -m`);
    }
    if (options === '-f 7') await markAll(7);
    const flow = (address: string): Flow => ({
      client: ip(address),
      clientPort: 5000 + Math.floor(Math.random() * 5000),
      virtual: { address: ip('10.2.0.9'), port },
      protocol: 'udp',
      ...(options === '-f 7' && { mark: 7 }),
    });
    for (let net = 1; net <= 5; net += 1) {
      const { step, isKept } = await second(flow(`10.70.${net}.1`), flow(`10.70.${net}.200`));
      expect(step).toContain(`a persistence template of 10.70.${net}.0/24 to`);
      expect(isKept).toBe(true);
    }
    expect(whereTo(flow('10.70.9.1'), await facts()).choice.kind).toBe('one of');
  });

  it('keeps it also on a server of weight 0, unless expire_quiescent_template is set', async () => {
    await ipvsadm(`-A ${service.inet} -s wlc -p 300`, `-a ${service.inet} -r ${server.inet(10)} -m`);
    const first = anyFlow('inet');
    await call(first);
    await seenBy([first]);
    await ipvsadm(`-e ${service.inet} -r ${server.inet(10)} -m -w 0`);
    await ipvsadm(`-a ${service.inet} -r ${server.inet(11)} -m`);
    const again = { ...first, clientPort: 999 };
    const held = await facts();
    expect(said(whereTo(again, held).choice, again)).toBe(server.inet(10));
    expect(said(whereTo(again, { ...held, expireQuiescentTemplate: true }).choice, again)).toBe(
      server.inet(11),
    );
    await compare([again]);
    await director.sysctl({ 'net.ipv4.vs.expire_quiescent_template': 1 });
    const anew = { ...first, clientPort: 998 };
    await call(anew);
    expect((await seenBy([anew])).get(nameOf(anew))).toBe(server.inet(11));
    await director.sysctl({ 'net.ipv4.vs.expire_quiescent_template': 0 });
  });
});

describe('a connection', () => {
  it('stays where it is, whatever the scheduler would say now', async () => {
    await ipvsadm(`-A ${service.inet} -s fo`, `-a ${service.inet} -r ${server.inet(10)} -m -w 5`);
    const flow = anyFlow('inet');
    await call(flow);
    await seenBy([flow]);
    await ipvsadm(`-a ${service.inet} -r ${server.inet(11)} -m -w 9`);
    const { choice, steps } = whereTo(flow, await facts());
    expect(steps[0]).toContain(`a connection to ${server.inet(10)}, UDP`);
    expect(said(choice, flow)).toBe(server.inet(10));
    expect(await compare([flow])).toBe(1);
    expect(said(whereTo({ ...flow, clientPort: 1 }, await facts()).choice, flow)).toBe(server.inet(11));
  });
});

/** Every packet that reaches the director. */
async function markAll(mark: number): Promise<void> {
  await director.run('modprobe', '-a', 'sch_ingress', 'cls_matchall', 'act_skbedit');
  await director.run('tc', 'qdisc', 'add', 'dev', 'eth0', 'ingress');
  const action = ['action', 'skbedit', 'mark', `${mark}`];
  await director.run('tc', 'filter', 'add', 'dev', 'eth0', 'parent', 'ffff:', 'matchall', ...action);
}

const destinationOf = (n: number, weight: number) =>
  aDestination({ address: ip(`10.1.0.${n}`), forward: 'masq', weight });
