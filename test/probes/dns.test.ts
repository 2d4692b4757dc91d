import * as packet from 'dns-packet';
import { describe, expect, it } from 'vitest';
import type { DnsTarget } from '../../src/model/checks/queries.ts';
import { ip } from '../../src/net/ip.ts';
import { probeDns } from '../../src/probes/dns.ts';
import { checkOf, describeFaults, noise } from './faulty-server.ts';
import { tcpServer } from './scripted-server.ts';
import { udpServer } from './udp-server.ts';

const target: DnsTarget = {
  kind: 'dns',
  address: ip('127.0.0.1'),
  port: 0,
  transport: 'udp',
  name: 'www.example.com',
  type: 'A',
  rcodes: ['NOERROR'],
};
const none = { allClosed: () => Promise.resolve() };
const ask = (changes: Partial<DnsTarget>, limitMs?: number) =>
  checkOf(none, (signal) => probeDns({ ...target, ...changes }, signal), limitMs);

const NXDOMAIN = 3;
const SERVFAIL = 2;

/** The answer to `query` with these records. */
const answerTo = (query: packet.Packet, changes: Partial<packet.Packet> = {}, rcode = 0): Buffer =>
  packet.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: packet.RECURSION_AVAILABLE | rcode,
    questions: query.questions ?? [],
    ...changes,
  });
const a = (data: string): packet.Answer => ({ type: 'A', name: 'www.example.com', ttl: 1, data });

const serve = (...records: readonly packet.Answer[]) =>
  udpServer((message) => [answerTo(packet.decode(message), { answers: [...records] })]);

describe('a DNS server', () => {
  it('is up when it answers without an error, whatever it answers', async () => {
    const { port } = await serve();
    expect(await ask({ port })).toEqual({
      outcome: 'success',
      detail: 'A www.example.com: NOERROR, 0 record(s)',
    });
  });
  it('is asked for recursion, for that name and that type', async () => {
    const { port, heard } = await serve();
    await ask({ port, type: 'AAAA' });
    const query = packet.decode(heard[0] ?? Buffer.alloc(0));
    expect(query.questions).toEqual([{ name: 'www.example.com', type: 'AAAA', class: 'IN' }]);
    expect(query.flag_rd).toBe(true);
  });
  it('is asked for the root where there is no name', async () => {
    const { port, heard } = await serve();
    expect(await ask({ port, name: '', type: 'SOA' })).toMatchObject({
      outcome: 'success',
      detail: 'SOA .: NOERROR, 0 record(s)',
    });
    expect(packet.decode(heard[0] ?? Buffer.alloc(0)).questions?.[0]?.name).toBe('.');
  });
  it('is down when it answers with an error, unless that is what is wanted', async () => {
    const failing = (rcode: number) => udpServer((message) => [answerTo(packet.decode(message), {}, rcode)]);
    const { port } = await failing(NXDOMAIN);
    expect(await ask({ port })).toEqual({
      outcome: 'failure',
      detail: 'A www.example.com: NXDOMAIN',
    });
    expect(await ask({ port, rcodes: ['NOERROR', 'NXDOMAIN'] })).toMatchObject({ outcome: 'success' });
    expect(await ask({ port: (await failing(SERVFAIL)).port })).toMatchObject({ outcome: 'failure' });
  });
  it('is up when any one of its records matches', async () => {
    const { port } = await serve(a('10.0.0.1'), a('10.0.0.2'));
    expect(await ask({ port, receive: '^10\\.0\\.0\\.2$' })).toMatchObject({ outcome: 'success' });
    expect(await ask({ port, receive: '10.0.0.3' })).toEqual({
      outcome: 'failure',
      detail: 'A www.example.com: NOERROR, 2 record(s), receive matches none',
    });
  });
  it('is not judged by records of another type', async () => {
    const alias: packet.Answer = { type: 'CNAME', name: 'www.example.com', ttl: 1, data: 'web.example.com' };
    const { port } = await serve(alias, a('10.0.0.1'));
    expect(await ask({ port, receive: 'web' })).toMatchObject({ outcome: 'failure' });
  });
  it.each([
    [{ type: 'AAAA', name: 'n', data: 'fd09::1' }, 'fd09::1'],
    [{ type: 'PTR', name: 'n', data: 'host.example.com' }, 'host.example.com'],
    [{ type: 'MX', name: 'n', data: { preference: 10, exchange: 'mx.example.com' } }, '10 mx.example.com'],
    [{ type: 'TXT', name: 'n', data: ['v=spf1 ', '-all'] }, 'v=spf1 -all'],
    [{ type: 'SRV', name: 'n', data: { priority: 1, weight: 2, port: 80, target: 'a.b' } }, '1 2 80 a.b'],
    [
      {
        type: 'SOA',
        name: 'n',
        data: { mname: 'ns.a', rname: 'hm.a', serial: 7, refresh: 1, retry: 1, expire: 1, minimum: 1 },
      },
      'ns.a hm.a 7',
    ],
  ] as const)('has %j matched as zone files have it', async (record, text) => {
    const { port } = await serve(record as unknown as packet.Answer);
    const receive = `^${text.replaceAll('.', '\\.')}$`;
    expect(await ask({ port, type: record.type, receive })).toMatchObject({ outcome: 'success' });
  });
  it('is asked again after a second, as datagrams get lost', async () => {
    const { port, heard } = await udpServer((message, count) =>
      count === 1 ? [] : [answerTo(packet.decode(message))],
    );
    expect(await ask({ port }, 2000)).toMatchObject({ outcome: 'success' });
    expect(heard).toHaveLength(2);
  });
  it('is heard through answers that are not for us', async () => {
    const { port } = await udpServer((message) => {
      const query = packet.decode(message);
      const other = [{ type: 'A', name: 'other.example.com', class: 'IN' }] as const;
      return [
        noise(7, 40),
        message,
        answerTo(query, { id: ((query.id ?? 0) + 1) & 0xffff }),
        answerTo(query, { questions: [...other] }),
        answerTo(query, { answers: [a('10.0.0.1')] }),
      ];
    });
    expect(await ask({ port, receive: '10.0.0.1' })).toMatchObject({ outcome: 'success' });
  });
  it('is asked over TCP where its answer does not fit a datagram', async () => {
    const server = await tcpServer((socket) =>
      socket.on('data', (chunk) => {
        const query = packet.streamDecode(chunk);
        const answer = answerTo(query, { answers: [a('10.0.0.1')] });
        socket.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 0xff]), answer]));
      }),
    );
    expect(
      await checkOf(server, (signal) =>
        probeDns({ ...target, port: server.port, transport: 'tcp', receive: '10.0.0.1' }, signal),
      ),
    ).toMatchObject({ outcome: 'success' });
  });
  it('works over IPv6', async () => {
    const { port } = await udpServer((message) => [answerTo(packet.decode(message))], '::1');
    expect(await ask({ port, address: ip('::1') })).toMatchObject({ outcome: 'success' });
  });
});

describe('a DNS server is down when it', () => {
  it('refuses', async () => {
    expect(await ask({ port: 1 })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
  it('stays silent', async () => {
    const { port } = await udpServer(() => []);
    expect(await ask({ port })).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to A www.example.com',
    });
  });
  it('says noise, of which the reason tells', async () => {
    const { port } = await udpServer((_, count) => [noise(count, 3)]);
    expect(await ask({ port })).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to A www.example.com (got what is no DNS message)',
    });
  });
  it('answers with names that point at themselves', async () => {
    const { port } = await udpServer((message) => {
      const loop = Buffer.from(answerTo(packet.decode(message)));
      loop.writeUInt16BE(0xc00c, 12); // the name at offset 12 is the name at offset 12
      return [loop];
    });
    expect(await ask({ port })).toMatchObject({ outcome: 'failure' });
  });
  it('floods', async () => {
    const { port } = await udpServer(() => Array.from({ length: 500 }, (_, seed) => noise(seed + 1, 500)));
    expect(await ask({ port })).toMatchObject({ outcome: 'failure' });
  });
});

describeFaults('a DNS server over TCP', (port, signal) =>
  probeDns({ ...target, transport: 'tcp', port }, signal),
);
