import { describe, expect, it } from 'vitest';
import type { UdpTarget } from '../../src/model/checks/signs.ts';
import { judgeReply, probeUdp } from '../../src/probes/udp.ts';
import { closedPort, datagramServer } from './datagram-server.ts';
import { deadline } from './deadline.ts';
import { address } from './dialogues.ts';

const target: UdpTarget = {
  ...({
    kind: 'udp',
    address,
    port: 0,
    payload: '',
    replyBytesMin: 0,
    replyBytesMax: 255,
    quietMs: 100,
  } as const),
};
const check = (port: number, changes: Partial<UdpTarget> = {}) =>
  probeUdp({ ...target, port, ...changes }, deadline(300));

describe('a UDP server is up when', () => {
  it('no ICMP error comes, where no reply is required', async () => {
    const server = await datagramServer(() => undefined);
    expect(await check(server.port, { payload: '00ff41' })).toEqual({
      outcome: 'success',
      detail: 'no ICMP error',
    });
    expect(server.heard()).toEqual(['\x00\xffA']);
  });
  it('a reply comes that is not required', async () => {
    const server = await datagramServer(() => 'x'.repeat(1000));
    expect(await check(server.port)).toEqual({ outcome: 'success', detail: 'a reply of 1000 bytes' });
  });
  it('any reply comes that is required', async () => {
    const server = await datagramServer(() => 'pong');
    expect(await check(server.port, { requireReply: '' })).toMatchObject({ outcome: 'success' });
  });
});

describe('a UDP server is down when', () => {
  it('it refuses (ICMP), reply or no reply', async () => {
    for (const changes of [{}, { requireReply: '' }]) {
      expect(await check(await closedPort(), changes)).toMatchObject({
        outcome: 'failure',
        detail: expect.stringContaining('ECONNREFUSED'),
      });
    }
  });
  it('a reply is required and none comes', async () => {
    const server = await datagramServer(() => undefined);
    expect(await check(server.port, { requireReply: '' })).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to reply',
    });
  });
  it('there is no port to send to', async () => {
    expect(await check(0)).toMatchObject({ outcome: 'failure' });
  });
});

describe('a reply fits', () => {
  const judge = (requireReply: string, reply: string, changes: Partial<UdpTarget> = {}) =>
    judgeReply({ ...target, requireReply, ...changes }, Buffer.from(reply, 'hex')).outcome;
  it.each([
    ['01ff', '01ff', 'success'],
    ['01ff', '01fe', 'failure'],
    ['x1fx', 'a1f7', 'success'],
    ['x1fx', 'a2f7', 'failure'],
    // keepalived compares as far as both reach
    ['01ff', '01', 'success'],
    ['01', '01ffff', 'success'],
    ['01ff', '', 'success'],
  ])('%s to %s: %s', (pattern, reply, outcome) => {
    expect(judge(pattern, reply)).toBe(outcome);
  });
  it('by its length, both limits included', () => {
    const limits = { replyBytesMin: 2, replyBytesMax: 3 };
    expect(['aa', 'aaaa', 'aaaaaa', 'aaaaaaaa'].map((reply) => judge('', reply, limits))).toEqual([
      ...['failure', 'success', 'success', 'failure'],
    ]);
  });
});
