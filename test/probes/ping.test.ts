import { describe, expect, it } from 'vitest';
import { type Family, type Ip, ip } from '../../src/net/ip.ts';
import type { DatagramPort, ReceivedDatagram } from '../../src/ports/datagram.ts';
import { createPingProbe, type OpenPingPort } from '../../src/probes/ping.ts';
import { deadline } from './deadline.ts';

type Sent = { readonly bytes: Uint8Array; readonly to: Ip };

/** Sockets on which `answer` decides what becomes of each request. */
function network(answer: (sent: Sent, hear: ReceivedDatagram, index: number) => readonly ReceivedDatagram[]) {
  const sent: Sent[] = [];
  const state = { opened: 0, closed: 0, failWith: undefined as string | undefined };
  const open: OpenPingPort = () => {
    state.opened += 1;
    let hear: (datagram: ReceivedDatagram) => void = () => {};
    const port: DatagramPort = {
      send: (bytes, to, done) => {
        if (state.failWith !== undefined)
          return done(Object.assign(new Error('no'), { code: state.failWith }));
        done();
        sent.push({ bytes, to });
        const replies = answer({ bytes, to }, replyTo(bytes, to), sent.length);
        queueMicrotask(() => replies.forEach(hear));
      },
      onReceived: (listener) => {
        hear = listener;
      },
      onError: () => {},
      close: () => {
        state.closed += 1;
      },
    };
    return { ok: true, value: port };
  };
  return { probe: createPingProbe(open), sent, state };
}

/** The reply as a kernel makes it: type and checksum changed, identifier its own, all else the same. */
function replyTo(request: Uint8Array, source: Ip): ReceivedDatagram {
  const bytes = Uint8Array.from(request);
  const six = source.includes(':');
  bytes[0] = six ? 129 : 0;
  if (!six) {
    const sum = ((bytes[2] ?? 0) << 8) + (bytes[3] ?? 0) + 0x0800; // RFC 1624: the type went from 8 to 0
    const folded = (sum & 0xffff) + (sum >> 16);
    bytes.set([folded >> 8, folded & 0xff], 2);
  }
  return { bytes, source, at: 0 };
}

const four = ip('192.168.6.2');
const target = (address: Ip = four, tries = 1) =>
  ({ kind: 'ping', address, tries, tryTimeoutMs: 20 }) as const;
const soon = () => deadline(100);

describe('a ping', () => {
  it.each([four, ip('fd09::2')])('is answered by the echo reply of %s', async (address) => {
    const { probe, sent } = network((_, reply) => [reply]);
    expect(await probe(target(address), soon())).toEqual({ outcome: 'success', detail: 'reply to try 1' });
    expect(sent[0]?.bytes).toHaveLength(8 + 64);
  });
  it('fails when no reply comes by the deadline', async () => {
    const { probe } = network(() => []);
    expect(await probe(target(), soon())).toEqual({ outcome: 'failure', detail: 'no reply to 1 try' });
  });
  it('tries as often as told, and the first reply is enough', async () => {
    const { probe, sent } = network((_, reply, index) => (index === 3 ? [reply] : []));
    expect(await probe(target(four, 5), deadline(1000))).toMatchObject({ outcome: 'success' });
    expect(sent).toHaveLength(3);
  });
  it('takes a late reply to an earlier try', async () => {
    let first: ReceivedDatagram | undefined;
    const { probe } = network((_, reply, index) => {
      first ??= reply;
      return index === 2 ? [first] : [];
    });
    expect(await probe(target(four, 2), soon())).toMatchObject({ detail: 'reply to try 1' });
  });
  it('is not answered by another address, another token, a damaged reply or our own request', async () => {
    const { probe } = network(({ bytes, to }, reply) => {
      const flipped = (index: number) => reply.bytes.map((byte, i) => (i === index ? byte ^ 1 : byte));
      const otherToken = reply.bytes.map((byte, i) =>
        i === 8 || i === 10 ? byte ^ (i === 8 ? 1 : 0) : byte,
      );
      return [
        { ...reply, source: ip('192.168.6.3') },
        { ...reply, bytes: flipped(20) },
        { ...reply, bytes: otherToken },
        { bytes, source: to, at: 0 },
        { ...reply, bytes: reply.bytes.subarray(0, 7) },
      ];
    });
    expect(await probe(target(), soon())).toMatchObject({ outcome: 'failure' });
  });
  it('does not take the reply to a ping of another check', async () => {
    const held: ReceivedDatagram[] = [];
    const { probe } = network((_, reply) => {
      held.push(reply);
      return held.length === 2 ? [held[0] as ReceivedDatagram] : [];
    });
    const results = await Promise.all([probe(target(), soon()), probe(target(), soon())]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['success', 'failure']);
  });
});

describe('the ping socket', () => {
  it('is shared by pings at the same time, and closed after the last', async () => {
    const { probe, state } = network((_, reply) => [reply]);
    await Promise.all([
      probe(target(), soon()),
      probe(target(), soon()),
      probe(target(ip('fd09::2')), soon()),
    ]);
    expect(state).toMatchObject({ opened: 2, closed: 2 });
  });
  it('that cannot be opened makes the check unmade, and is tried again', async () => {
    let asked = 0;
    const probe = createPingProbe((_: Family) => {
      asked += 1;
      return { ok: false, error: { step: 'open', code: 'EPERM' } };
    });
    expect(await probe(target(), soon())).toEqual({
      outcome: 'unmade',
      detail: 'cannot ping: EPERM at: open',
    });
    await probe(target(), soon());
    expect(asked).toBe(2);
  });
  it.each([
    ['ENOBUFS', 'unmade'],
    ['EHOSTUNREACH', 'failure'],
  ])('that refuses to send with %s makes the check a %s', async (code, outcome) => {
    const { probe, state } = network(() => []);
    state.failWith = code;
    expect(await probe(target(), soon())).toMatchObject({ outcome });
    expect(state.closed).toBe(1);
  });
});
