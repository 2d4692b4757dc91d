import { createHash, createHmac } from 'node:crypto';
import radius from 'radius';
import { describe, expect, it } from 'vitest';
import type { RadiusTarget } from '../../src/model/checks/queries.ts';
import { ip } from '../../src/net/ip.ts';
import { probeRadius } from '../../src/probes/radius.ts';
import { checkOf, noise } from './faulty-server.ts';
import { udpServer } from './udp-server.ts';

const secret = 'testing123';
const target: RadiusTarget = {
  kind: 'radius',
  address: ip('127.0.0.1'),
  port: 0,
  user: 'check',
  password: 'a password of more than sixteen bytes',
  secret,
};
const none = { allClosed: () => Promise.resolve() };
const ask = (changes: Partial<RadiusTarget>) =>
  checkOf(none, (signal) => probeRadius({ ...target, ...changes }, signal));

const serve = (code: string, signedWith = secret, address: '127.0.0.1' | '::1' = '127.0.0.1') =>
  udpServer(
    (message) => [
      radius.encode_response({
        packet: radius.decode({ packet: message, secret }),
        code,
        secret: signedWith,
      }),
    ],
    address,
  );

describe('a RADIUS server', () => {
  it('is up when it accepts the user', async () => {
    const { port } = await serve('Access-Accept');
    expect(await ask({ port })).toEqual({ outcome: 'success', detail: 'Access-Accept' });
  });
  it('is told user, password, our address, and that all of it is signed', async () => {
    const { port, heard } = await serve('Access-Accept');
    await ask({ port });
    const { code, attributes } = radius.decode({ packet: heard[0] ?? Buffer.alloc(0), secret });
    expect(code).toBe('Access-Request');
    expect(attributes).toMatchObject({
      'User-Name': 'check',
      'User-Password': target.password,
      'NAS-IP-Address': '127.0.0.1',
      'Message-Authenticator': expect.anything(),
    });
  });
  it('is told an IPv6 address of ours where it has one', async () => {
    const { port, heard } = await serve('Access-Accept', secret, '::1');
    expect(await ask({ port, address: ip('::1') })).toMatchObject({ outcome: 'success' });
    const { raw_attributes } = radius.decode({ packet: heard[0] ?? Buffer.alloc(0), secret });
    expect(raw_attributes).toContainEqual([95, Buffer.from([...Buffer.alloc(15), 1])]);
  });
  it.each(['Access-Reject', 'Access-Challenge'])('is down when it answers %s', async (code) => {
    const { port } = await serve(code);
    expect(await ask({ port })).toEqual({ outcome: 'failure', detail: `cannot log in as check: ${code}` });
  });
  it('is down when its answer is signed with another secret', async () => {
    const { port } = await serve('Access-Accept', 'another');
    expect(await ask({ port })).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to log in as check (got an answer that our secret did not sign)',
    });
  });
  it('may sign its answer once more, rightly (RFC 3579 §3.2)', async () => {
    const answering = (spoil: number) =>
      udpServer((request) => {
        const reply = Buffer.alloc(38);
        reply.set([2, request.readUInt8(1), 0, 38]);
        request.copy(reply, 4, 4, 20);
        reply.set([80, 18], 20);
        createHmac('md5', secret).update(reply).digest().copy(reply, 22);
        reply.writeUInt8(reply.readUInt8(22) ^ spoil, 22);
        createHash('md5').update(reply).update(secret).digest().copy(reply, 4);
        return [reply];
      });
    expect(await ask({ port: (await answering(0)).port })).toMatchObject({ outcome: 'success' });
    expect(await ask({ port: (await answering(1)).port })).toMatchObject({ outcome: 'failure' });
  });
  it('is down when its answer is not to our request', async () => {
    const { port } = await udpServer((message) => {
      const reply = Buffer.alloc(20);
      reply.writeUInt8(2); // Access-Accept
      reply.writeUInt8(message.readUInt8(1), 1);
      reply.writeUInt16BE(20, 2);
      const signed = createHash('md5').update(reply).update(secret).digest(); // of no request's authenticator
      signed.copy(reply, 4);
      return [reply];
    });
    expect(await ask({ port })).toMatchObject({ outcome: 'failure' });
  });
  it('is down when it refuses', async () => {
    expect(await ask({ port: 1 })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
  it('is down when it stays silent, as it does for a secret that it does not know', async () => {
    const { port } = await udpServer(() => []);
    expect(await ask({ port })).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to log in as check',
    });
  });
  it('is down when it says noise', async () => {
    const { port } = await udpServer((_, count) =>
      Array.from({ length: 200 }, (_, seed) => noise(seed + count, seed)),
    );
    expect(await ask({ port })).toMatchObject({ outcome: 'failure' });
  });
});
