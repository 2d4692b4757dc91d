import { describe, expect, it } from 'vitest';
import { availabilityOf } from '../../src/explain/availability.ts';
import { formatFlow, parseFlow } from '../../src/explain/flow.ts';
import { type KernelFacts, whereTo } from '../../src/explain/where.ts';
import type { Connection } from '../../src/model/connection.ts';
import type { ServiceId, VirtualService } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import type { ObservedDestination, ObservedService } from '../../src/ports/kernel.ts';

const VIP = ip('192.168.6.240');
const web: ServiceId = { kind: 'address', protocol: 'tcp', address: VIP, port: 80 };

const server = (n: number, change: Partial<ObservedDestination> = {}): ObservedDestination => ({
  address: ip(`192.168.6.${n}`),
  port: 80,
  forward: 'masq',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  counters: { activeConnections: 0, inactiveConnections: 0, connections: 0, persistentClients: 0 },
  ...change,
});
const busy = (active: number, inactive = 0): Partial<ObservedDestination> => ({
  counters: {
    activeConnections: active,
    inactiveConnections: inactive,
    connections: active + inactive,
    persistentClients: 0,
  },
});

const held = (
  destinations: readonly ObservedDestination[],
  change: Partial<VirtualService> = {},
): ObservedService => ({
  service: { id: web, scheduler: 'wlc', schedFlags: [], persistencePrefix: 32, ops: false, ...change },
  destinations,
});

const connection = (from: string, to: string, change: Partial<Connection> = {}): Connection => {
  const [client = '', port = ''] = from.split(':');
  const [address = '', toPort = ''] = to.split(':');
  return {
    protocol: 'TCP',
    client: { address: ip(client), port: Number(port) },
    virtual: { address: VIP, port: 80 },
    destination: { address: ip(address), port: Number(toPort) },
    state: 'ESTABLISHED',
    expiresSec: 900,
    ...change,
  };
};

const facts = (table: readonly ObservedService[], change: Partial<KernelFacts> = {}): KernelFacts => ({
  table,
  connections: [],
  expireQuiescentTemplate: false,
  expireNodestConn: false,
  connReuseMode: 1,
  sourceBits: 8,
  maglevIndex: 12,
  ...change,
});

function ask(text: string, table: readonly ObservedService[], change: Partial<KernelFacts> = {}) {
  const flow = parseFlow(text);
  if (!flow.ok) throw new Error(flow.error);
  const where = whereTo(flow.value, facts(table, change));
  const { choice } = where;
  const servers = choice.kind === 'one of' ? choice.servers : choice.kind === 'server' ? [choice.server] : [];
  return { ...where, kind: choice.kind, why: choice.why, servers: servers.map(({ address }) => address) };
}

const client = '203.0.113.5:40000 -> 192.168.6.240:80/tcp';

describe('a flow', () => {
  it.each([
    [client, client],
    ['203.0.113.5:40000 192.168.6.240:80', client],
    ['203.0.113.5:40000->192.168.6.240:80/tcp', client],
    ['203.0.113.5:40000 to 192.168.6.240:80/tcp', client],
    ['[2001:db8::5]:40000 -> [2001:db8::240]:53/udp', '[2001:db8::5]:40000 -> [2001:db8::240]:53/udp'],
    ['203.0.113.5 -> fwmark 7', '203.0.113.5 -> fwmark 7'],
    [
      '203.0.113.5:1 -> 192.168.6.240:80/sctp fwmark 0x10',
      '203.0.113.5:1 -> 192.168.6.240:80/sctp fwmark 16',
    ],
  ])('may be written %s', (text, canonical) => {
    const flow = parseFlow(text);
    expect(flow.ok && formatFlow(flow.value)).toBe(canonical);
  });

  it.each([
    '',
    '203.0.113.5:40000',
    '203.0.113.5:40000 -> 192.168.6.240',
    '203.0.113.5:40000 -> 192.168.6.240:80/icmp',
    '203.0.113.5:40000 -> [2001:db8::240]:80',
    '203.0.113.5 -> fwmark 0',
    '203.0.113.5 -> fwmark',
    'web -> 192.168.6.240:80',
    '203.0.113.5:1 -> 192.168.6.240:80 fwmark 7 8',
  ])('is not "%s"', (text) => expect(parseFlow(text).ok).toBe(false));
});

describe('the service', () => {
  const every = held([server(9)], { id: { ...web, port: 0 }, persistenceSec: 300 });
  const ftp = held([server(8)], { id: { ...web, port: 21 }, persistenceSec: 300 });
  const marked = held([server(7)], { id: { kind: 'fwmark', family: 'inet', fwmark: 7 } });

  it('is that of the mark before that of the address', () => {
    const table = [held([server(2)]), marked];
    expect(ask(client, table).service).toBe('tcp 192.168.6.240:80');
    expect(ask(`${client} fwmark 7`, table).service).toBe('fwmark 7');
    expect(ask(`${client} fwmark 8`, table).service).toBe('tcp 192.168.6.240:80');
  });
  it('is that of the mark which our own table sets, unless another one was said', () => {
    const marks = [{ protocol: 'tcp' as const, address: VIP, port: 443, mark: 7 }];
    const table = [marked, held([server(6)], { id: { kind: 'fwmark', family: 'inet', fwmark: 8 } })];
    const to = (text: string) => ask(`203.0.113.5:1 -> 192.168.6.240:${text}`, table, { marks });
    expect(to('443')).toMatchObject({
      service: 'fwmark 7',
      steps: ['marked 7 by our own table of marks', expect.anything()],
    });
    expect(to('443 fwmark 8').service).toBe('fwmark 8');
    for (const other of ['80', '443/udp']) expect(to(other).service).toBeUndefined();
  });
  it('of its own port goes before that of FTP, and that before the one of every port', () => {
    const to = (port: number, table: readonly ObservedService[]) =>
      ask(`203.0.113.5:40000 -> 192.168.6.240:${port}`, table).service;
    expect(to(80, [every, ftp, held([server(2)])])).toBe('tcp 192.168.6.240:80');
    expect(to(5000, [every, ftp])).toBe('tcp 192.168.6.240:21');
    expect(to(20, [every, ftp])).toBe('tcp 192.168.6.240:21');
    expect(to(443, [every, ftp])).toBe('tcp 192.168.6.240:0');
  });
  it('takes its own port only, unless it is persistent', () => {
    const bare = held([server(9)], { id: { ...web, port: 0 } });
    expect(ask(client, [bare])).toMatchObject({
      kind: 'nobody',
      why: expect.stringContaining('not persistent'),
    });
  });
  it('that there is none is said, with the marks that there are', () => {
    expect(ask('203.0.113.5:40000 -> 192.168.6.9:80', [marked])).toMatchObject({
      kind: 'nobody',
      why: expect.stringContaining('fwmark 7'),
    });
  });
});

describe('a connection', () => {
  const table = [held([server(2), server(3)], { scheduler: 'rr' })];
  const existing = connection('203.0.113.5:40000', '192.168.6.3:80');

  it('that exists decides', () => {
    expect(ask(client, table, { connections: [existing] })).toMatchObject({
      kind: 'server',
      servers: ['192.168.6.3'],
      why: 'the connection exists',
    });
  });
  it('of another port of the client does not', () => {
    const other = connection('203.0.113.5:40001', '192.168.6.3:80');
    expect(ask(client, table, { connections: [other] }).kind).toBe('one of');
  });
  it('to a server that is gone is dropped, or scheduled anew with expire_nodest_conn', () => {
    const connections = [connection('203.0.113.5:40000', '192.168.6.9:80')];
    expect(ask(client, table, { connections })).toMatchObject({
      kind: 'nobody',
      why: expect.stringContaining('expire_nodest_conn=0'),
    });
    expect(ask(client, table, { connections, expireNodestConn: true }).kind).toBe('one of');
  });
  it('that is over is made anew, unless conn_reuse_mode forbids it', () => {
    const connections = [{ ...existing, state: 'TIME_WAIT' }];
    expect(ask(client, table, { connections }).kind).toBe('one of');
    expect(ask(client, table, { connections, connReuseMode: 0 }).kind).toBe('server');
  });
  it('to a server of weight 0 goes on, unless expire_nodest_conn ends it at the next call', () => {
    const quiet = [held([server(2), server(3, { weight: 0 })], { scheduler: 'rr' })];
    const connections = [existing];
    expect(ask(client, quiet, { connections }).servers).toEqual(['192.168.6.3']);
    expect(ask(client, quiet, { connections, expireNodestConn: true }).servers).toEqual(['192.168.6.2']);
  });
});

describe('a persistence template', () => {
  const persistent = held([server(2), server(3)], {
    scheduler: 'rr',
    persistenceSec: 300,
    persistencePrefix: 24,
  });
  const template = connection('203.0.113.0:0', '192.168.6.3:80', { state: 'NONE' });

  it('of the network decides', () => {
    const answer = ask(client, [persistent], { connections: [template] });
    expect(answer).toMatchObject({
      kind: 'server',
      servers: ['192.168.6.3'],
      why: 'the persistence template',
    });
    expect(answer.steps.at(-1)).toContain('203.0.113.0/24');
  });
  it('of another network, another protocol or another service does not', () => {
    const others = [
      { ...template, client: { address: ip('203.0.112.0'), port: 0 } },
      { ...template, protocol: 'UDP' },
      { ...template, virtual: { address: VIP, port: 443 } },
    ];
    expect(ask(client, [persistent], { connections: others }).kind).toBe('one of');
  });
  it('is no connection of a client whose address is that of the network', () => {
    const connections = [connection('203.0.113.0:5555', '192.168.6.3:80')];
    expect(ask(client, [persistent], { connections }).kind).toBe('one of');
  });
  it('to a server of weight 0 holds, unless expire_quiescent_template is set', () => {
    const quiet = { ...persistent, destinations: [server(2), server(3, { weight: 0 })] };
    const connections = [template];
    expect(ask(client, [quiet], { connections }).servers).toEqual(['192.168.6.3']);
    expect(ask(client, [quiet], { connections, expireQuiescentTemplate: true }).servers).toEqual([
      '192.168.6.2',
    ]);
  });
  it('to a server that is gone is void', () => {
    const connections = [connection('203.0.113.0:0', '192.168.6.9:80')];
    const answer = ask(client, [persistent], { connections });
    expect(answer.kind).toBe('one of');
    expect(answer.steps.at(-1)).toContain('void');
  });
  it('of FTP is for all its ports', () => {
    const ftp = { ...persistent, service: { ...persistent.service, id: { ...web, port: 21 } } };
    const connections = [
      connection('203.0.113.0:0', '192.168.6.2:0', { virtual: { address: VIP, port: 0 } }),
    ];
    expect(ask('203.0.113.5:1 -> 192.168.6.240:21', [ftp], { connections }).servers).toEqual(['192.168.6.2']);
  });
  it('means nothing to a service that is not persistent', () => {
    const plain = held([server(2), server(3)], { scheduler: 'rr' });
    expect(ask(client, [plain], { connections: [template] }).kind).toBe('one of');
  });
  it('of a persistence engine goes by what the packet says', () => {
    const sip = held([server(2), server(3)], { persistenceSec: 60, persistenceEngine: 'sip' });
    expect(ask(client, [sip])).toMatchObject({ kind: 'one of', why: expect.stringContaining('sip') });
  });
});

describe('a scheduler', () => {
  const pick = (scheduler: string, ...servers: readonly ObservedDestination[]) =>
    ask(client, [held(servers, { scheduler })]).servers;

  it.each([
    ['lc', [server(2, { ...busy(2), weight: 9 }), server(3, busy(1, 255)), server(4, busy(2))], 3],
    ['wlc', [server(2, busy(1)), server(3, { ...busy(3), weight: 4 })], 3],
    ['wlc', [server(2), server(3)], 2],
    ['sed', [server(2, { ...busy(3), weight: 4 }), server(3, { ...busy(1), weight: 1 })], 2],
    ['nq', [server(2, { ...busy(1), weight: 99 }), server(3), server(4)], 3],
    ['fo', [server(2, { weight: 3 }), server(3, { weight: 7 }), server(4, { weight: 7 })], 3],
    ['ovf', [server(2, { ...busy(8), weight: 7 }), server(3, { weight: 3 })], 3],
    ['ovf', [server(2, { ...busy(7), weight: 7 }), server(3, { weight: 3 })], 2],
  ] as const)('%s takes the one that its rule names', (scheduler, servers, n) => {
    expect(pick(scheduler, ...servers)).toEqual([`192.168.6.${n}`]);
  });

  it.each(['rr', 'wrr', 'twos', 'lblc', 'lblcr', 'new'])(
    '%s: each with a weight may be next',
    (scheduler) => {
      const servers = [server(2), server(3, { weight: 0 }), server(4, { weight: 5 })];
      expect(pick(scheduler, ...servers)).toEqual(['192.168.6.2', '192.168.6.4']);
      expect(ask(client, [held(servers, { scheduler })]).why).toContain(scheduler);
    },
  );

  it('without a choice takes the only server there is', () => {
    expect(ask(client, [held([server(2), server(3, { weight: 0 })], { scheduler: 'rr' })])).toMatchObject({
      kind: 'server',
      servers: ['192.168.6.2'],
    });
  });

  it('finds nobody where all have weight 0, and says so', () => {
    const table = [held([server(2, { weight: 0 })])];
    expect(ask(client, table)).toMatchObject({ kind: 'nobody', why: '192.168.6.2:80 has weight 0' });
    expect(ask(client, [held([])])).toMatchObject({ kind: 'nobody', why: 'the service has no server' });
  });

  it('by ports cannot tell without a port', () => {
    const servers = [server(2), server(3)];
    const table = [held(servers, { scheduler: 'sh', schedFlags: ['sh-port'] })];
    expect(ask('203.0.113.5 -> 192.168.6.240:80', table).kind).toBe('one of');
    expect(ask(client, table).kind).toBe('server');
  });

  it('by hashes that are others in this kernel cannot tell', () => {
    const table = [held([server(2), server(3)], { scheduler: 'sh' })];
    expect(ask(client, table, { otherHashes: 'others' })).toMatchObject({
      kind: 'one of',
      why: 'sh: others',
    });
  });

  it('mh with a server of weight 0 needs to know the weight before', () => {
    const table = [held([server(2), server(3), server(4, { weight: 0 })], { scheduler: 'mh' })];
    expect(ask(client, table)).toMatchObject({
      kind: 'one of',
      why: expect.stringContaining('192.168.6.4:80 had before'),
    });
    expect(ask(client, table, { configuredWeightOf: () => 1 }).why).toContain('configured weight 1');
  });
});

describe('a server with thresholds', () => {
  it.each([
    [0, 0, 9, 'free'],
    [10, 0, 7, 'free'],
    [10, 0, 8, 'perhaps overloaded'],
    [10, 0, 10, 'overloaded'],
    [10, 4, 3, 'free'],
    [10, 4, 4, 'perhaps overloaded'],
  ])('of %d and %d with %d connections is %s', (upperThreshold, lowerThreshold, inactive, expected) => {
    expect(availabilityOf(server(2, { upperThreshold, lowerThreshold, ...busy(0, inactive) }))).toBe(
      expected,
    );
  });

  it('that may be overloaded leaves two answers', () => {
    const unsure = server(2, { upperThreshold: 10, weight: 9, ...busy(0, 8) });
    expect(ask(client, [held([unsure, server(3)], { scheduler: 'fo' })])).toMatchObject({
      kind: 'one of',
      servers: ['192.168.6.2', '192.168.6.3'],
    });
  });

  it('that is overloaded is passed over', () => {
    const full = server(2, { upperThreshold: 8, weight: 9, ...busy(0, 8) });
    expect(ask(client, [held([full, server(3)], { scheduler: 'fo' })]).servers).toEqual(['192.168.6.3']);
  });
});
