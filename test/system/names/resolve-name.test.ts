// The resolver against a DNS server that a test scripts with dns-packet, as no real one can be told to answer
// SERVFAIL, or a TTL, or nothing, from one question to the next.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as packet from 'dns-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResolveName } from '../../../src/ports/discovery.ts';
import { createResolveName } from '../../../src/system/names/resolve-name.ts';

type Reply = {
  readonly rcode?: number;
  readonly answers?: readonly packet.Answer[];
  readonly truncated?: boolean;
};

let folder: string;
let server: Socket;
let asked: string[];
/** By "NAME TYPE"; absent: NXDOMAIN. 'silence' says nothing. */
let replies: Map<string, Reply | 'silence'>;
let resolveName: ResolveName;

const file = (name: string) => join(folder, name);
const a = (name: string, data: string, ttl = 60): packet.Answer => ({ type: 'A', name, data, ttl });
const [noError, serverFailure, nameError, refused] = [0, 2, 3, 5];

function replyTo(message: Buffer, overTcp = false): Buffer | undefined {
  const { id, questions = [] } = packet.decode(message);
  const [question] = questions;
  const key = `${question?.name} ${question?.type}`;
  asked.push(overTcp ? `${key} tcp` : key);
  const reply = replies.get(key) ?? { rcode: nameError };
  if (reply === 'silence') return undefined;
  const cut = reply.truncated === true && !overTcp;
  return packet.encode({
    ...{ type: 'response', ...(id !== undefined && { id }), questions },
    flags: packet.RECURSION_DESIRED | (reply.rcode ?? noError) | (cut ? packet.TRUNCATED_RESPONSE : 0),
    answers: cut ? [] : [...(reply.answers ?? [])],
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'resolve-'));
  [asked, replies] = [[], new Map()];
  server = createSocket('udp4', (message, { port, address }) => {
    const answer = replyTo(message);
    if (answer !== undefined) server.send(answer, port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  writeFileSync(file('resolv.conf'), 'search a.example b.example\noptions timeout:1 attempts:1\n');
  writeFileSync(file('hosts'), '10.9.0.1 listed\nfd09::1 six\n');
  const { port } = server.address();
  resolveName = createResolveName({
    ...{ hosts: file('hosts'), resolvConf: file('resolv.conf'), servers: [`127.0.0.1:${port}`] },
  });
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a name', () => {
  it('has every address, and the TTL of what lasts least, also of the alias on the way', async () => {
    const alias: packet.Answer = { type: 'CNAME', name: 'www.example', data: 'host.example', ttl: 7 };
    replies.set('www.example A', {
      answers: [alias, a('host.example', '10.0.0.1', 60), a('host.example', '10.0.0.2', 9)],
    });
    const answer = await resolveName('www.example', 'inet');
    expect(answer).toEqual({ outcome: 'found', addresses: ['10.0.0.1', '10.0.0.2'], ttlSec: 7 });
    replies.set('two.example A', {
      answers: [a('two.example', '10.0.0.1', 60), a('two.example', '10.0.0.2', 9)],
    });
    expect(await resolveName('two.example', 'inet')).toMatchObject({ ttlSec: 9 });
  });

  it('has IPv6 addresses where those are asked for', async () => {
    replies.set('www.example AAAA', {
      answers: [{ type: 'AAAA', name: 'www.example', data: 'fd09::80', ttl: 5 }],
    });
    expect(await resolveName('www.example', 'inet6')).toEqual({
      outcome: 'found',
      addresses: ['fd09::80'],
      ttlSec: 5,
    });
    expect(asked).toEqual(['www.example AAAA']);
  });

  it('of the hosts file is not asked for, and is read again as that changes', async () => {
    expect(await resolveName('listed', 'inet')).toEqual({
      outcome: 'found',
      addresses: ['10.9.0.1'],
      ttlSec: 0,
    });
    writeFileSync(file('hosts'), '10.9.0.1 listed\n10.9.0.22 listed\n');
    expect(await resolveName('listed', 'inet')).toMatchObject({ addresses: ['10.9.0.1', '10.9.0.22'] });
    expect(asked).toEqual([]);
  });

  it('that the hosts file has in the other family only is asked for', async () => {
    replies.set('six.a.example A', { answers: [a('six.a.example', '10.0.0.6')] });
    expect(await resolveName('six', 'inet')).toMatchObject({ addresses: ['10.0.0.6'] });
  });

  it('is searched for as resolv.conf says, as it says now', async () => {
    replies.set('web.b.example A', { answers: [a('web.b.example', '10.0.0.3')] });
    expect(await resolveName('web', 'inet')).toMatchObject({ addresses: ['10.0.0.3'] });
    expect(asked).toEqual(['web.a.example A', 'web.b.example A']);
    writeFileSync(file('resolv.conf'), 'search c.example\noptions timeout:1 attempts:1\n');
    expect(await resolveName('web', 'inet')).toEqual({ outcome: 'absent', reason: 'NXDOMAIN' });
    expect(asked.slice(2)).toEqual(['web.c.example A', 'web A']);
  });

  it('is asked for over TCP where the answer is too long for UDP', async () => {
    replies.set('big.example A', { truncated: true, answers: [a('big.example', '10.0.0.9')] });
    const { port } = server.address();
    const tcp = createServer((socket) => {
      socket.on('data', (chunk) => {
        const answer = replyTo(chunk.subarray(2), true) ?? Buffer.alloc(0);
        socket.end(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]));
      });
    });
    tcp.listen(port, '127.0.0.1');
    await once(tcp, 'listening');
    expect((tcp.address() as AddressInfo).port).toBe(port);
    expect(await resolveName('big.example', 'inet')).toMatchObject({ addresses: ['10.0.0.9'] });
    tcp.close();
    expect(asked).toEqual(['big.example A', 'big.example A tcp']);
  });
});

describe('a name without an address', () => {
  it('is absent by the word of DNS alone: no such name, or no record of the family', async () => {
    expect(await resolveName('nobody.example', 'inet')).toEqual({ outcome: 'absent', reason: 'NXDOMAIN' });
    replies.set('six.example A', { rcode: noError, answers: [] });
    expect(await resolveName('six.example.', 'inet')).toEqual({ outcome: 'absent', reason: 'no A record' });
  });

  it.each([
    ['SERVFAIL', { rcode: serverFailure }],
    ['REFUSED', { rcode: refused }],
    ['no answer in time', 'silence' as const],
  ])('%s is a failure', async (reason, reply) => {
    replies.set('web.example A', reply);
    expect(await resolveName('web.example', 'inet')).toEqual({ outcome: 'failed', reason });
  });

  it('is a failure where the first of several names fails: the next might be another host', async () => {
    replies.set('web.a.example A', { rcode: serverFailure });
    replies.set('web.b.example A', { answers: [a('web.b.example', '10.0.0.3')] });
    expect(await resolveName('web', 'inet')).toEqual({ outcome: 'failed', reason: 'SERVFAIL' });
  });

  it('is a failure where nobody listens', async () => {
    const deaf = createResolveName({
      hosts: file('hosts'),
      resolvConf: file('resolv.conf'),
      servers: ['127.0.0.1:9'],
    });
    expect(await deaf('web.example', 'inet')).toEqual({
      outcome: 'failed',
      reason: 'nobody listens at the name server',
    });
  });

  it('is no error where the files are missing', async () => {
    const { port } = server.address();
    const bare = createResolveName({
      hosts: file('no'),
      resolvConf: file('no'),
      servers: [`127.0.0.1:${port}`],
    });
    expect(await bare('nobody.example', 'inet')).toMatchObject({ outcome: 'absent' });
  });
});

describe('many names', () => {
  it('are all asked for, whatever comes in between', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `s${i}.example`);
    for (const [i, name] of names.entries()) {
      replies.set(
        `${name} A`,
        i % 50 === 0 ? 'silence' : { answers: [a(name, `10.1.${i >> 8}.${i & 255}`)] },
      );
    }
    const answers = await Promise.all(names.map((name) => resolveName(name, 'inet')));
    expect(answers.filter(({ outcome }) => outcome === 'found')).toHaveLength(294);
    expect(answers.filter(({ outcome }) => outcome === 'failed')).toHaveLength(6);
  });
});
