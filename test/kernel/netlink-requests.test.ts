import { describe, expect, it } from 'vitest';
import { createNetlinkRequests } from '../../src/kernel/netlink-requests.ts';
import { NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST } from '../../src/wire/netlink/netlink.ts';
import {
  type Answering,
  ack,
  acks,
  createFakePort,
  done,
  entry,
  PORT_ID,
  socketError,
} from '../make/fake-netlink.ts';
import { createVirtualTime } from '../make/virtual-time.ts';

const payload = Uint8Array.of(1, 2, 3, 4);
const request = { type: 20, payload };

function open(answer: Answering, when?: 'later' | 'at once') {
  const port = createFakePort(answer, when);
  const clock = createVirtualTime();
  return { port, clock, requests: createNetlinkRequests(port, clock, 100) };
}

describe('changes', () => {
  it('go out 64 a datagram, in order, each with a sequence of its own', async () => {
    const { port, requests } = open((messages) => [acks(messages)]);
    const outcome = await requests.change(
      Array.from({ length: 130 }, (_, type) => () => ({ type, payload })),
    );
    expect(outcome).toEqual(new Array(130).fill(undefined));
    expect(port.sent.map((batch) => batch.length)).toEqual([64, 64, 2]);
    const all = port.sent.flat();
    expect(all.map((message) => message.type)).toEqual(Array.from({ length: 130 }, (_, type) => type));
    expect(new Set(all.map((message) => message.sequence)).size).toBe(130);
  });

  it('ask for one acknowledgement a datagram: the kernel answers failures unasked', async () => {
    const { port, requests } = open((messages) => [acks(messages)]);
    await requests.change([() => request, () => request, () => request]);
    expect(port.sent[0]?.map((message) => message.flags)).toEqual([
      NLM_F_REQUEST,
      NLM_F_REQUEST,
      NLM_F_REQUEST | NLM_F_ACK,
    ]);
  });

  it('are matched by sequence; one that fails does not hold back the others', async () => {
    const { requests } = open((messages) => [acks(messages, (_, index) => (index === 1 ? 17 : 0))]);
    expect(await requests.change([() => request, () => request, () => request])).toEqual([
      undefined,
      { code: 'EEXIST', message: 'exists already' },
      undefined,
    ]);
  });

  it('may fail all, the last one too', async () => {
    const { requests } = open((messages) => [acks(messages, () => 1)]);
    expect(await requests.change([() => request, () => request])).toMatchObject([
      { code: 'EPERM' },
      { code: 'EPERM' },
    ]);
  });

  it('that cannot be encoded fail alone, unsent', async () => {
    const { port, requests } = open((messages) => [acks(messages)]);
    const impossible = () => {
      throw new RangeError('Cannot write field: an integer');
    };
    expect(await requests.change([() => request, impossible, () => request])).toEqual([
      undefined,
      { code: 'EINVAL', message: 'Cannot write field: an integer' },
      undefined,
    ]);
    expect(port.sent.flat()).toHaveLength(2);
  });

  it('of none send nothing', async () => {
    const { port, requests } = open(() => []);
    expect(await requests.change([])).toEqual([]);
    expect(port.sent).toEqual([]);
  });

  it('whose fate is unknown when the socket fails are that error; an answer that came before stands', async () => {
    const { requests } = open((messages) => [
      messages.slice(0, 1).map((message) => ack(message, 17)),
      socketError('ENOBUFS'),
    ]);
    expect(await requests.change([() => request, () => request])).toMatchObject([
      { code: 'EEXIST' },
      { code: 'ENOBUFS', message: 'socket: ENOBUFS' },
    ]);
  });

  it('are ETIMEDOUT after the timeout; a late answer disturbs nobody', async () => {
    const { port, clock, requests } = open(() => []);
    const first = requests.change([() => request]);
    await Promise.resolve().then(() => undefined);
    await clock.advance(100);
    expect(await first).toEqual([{ code: 'ETIMEDOUT', message: 'the kernel did not answer within 100 ms' }]);
    const [late] = port.sent.flat();
    const second = requests.change([() => request]);
    await Promise.resolve().then(() => undefined);
    if (late) port.deliver([ack(late, 2)]);
    port.deliver(port.sent[1]?.map((message) => ack(message)) ?? []);
    expect(await second).toEqual([undefined]);
    requests.close();
    expect(clock.waiting()).toBe(0);
  });

  it('have the whole timeout each, with one timer for all of them', async () => {
    const { port, clock, requests } = open(() => []);
    const turn = () => Promise.resolve().then(() => undefined);
    const first = requests.change([() => request]);
    await turn();
    await clock.advance(60);
    port.deliver(port.sent[0]?.map((message) => ack(message)) ?? []);
    expect(await first).toEqual([undefined]);
    const second = requests.change([() => request]);
    await turn();
    expect(clock.waiting()).toBe(1);
    await clock.advance(99);
    port.deliver(port.sent[1]?.map((message) => ack(message)) ?? []);
    expect(await second).toEqual([undefined]);
    const third = requests.change([() => request]);
    await turn();
    await clock.advance(100);
    expect(await third).toMatchObject([{ code: 'ETIMEDOUT' }]);
    await clock.advance(100);
    expect(clock.waiting()).toBe(0);
  });

  it('are EBADF once closed', async () => {
    const { port, requests } = open(() => []);
    requests.close();
    expect(port.isClosed()).toBe(true);
    expect(await requests.change([() => request])).toEqual([
      { code: 'EBADF', message: 'the netlink socket is closed' },
    ]);
  });
});

describe('dumps', () => {
  it('gather the entries of every datagram up to NLMSG_DONE', async () => {
    const { port, requests } = open(([message]) =>
      message
        ? [[entry(message, payload), entry(message, payload)], [entry(message, payload)], [done(message)]]
        : [],
    );
    const answer = await requests.dump(request);
    expect(answer.ok && answer.value.map((message) => message.type)).toEqual([20, 20, 20]);
    expect(port.sent[0]?.[0]?.flags).toBe(NLM_F_REQUEST | NLM_F_DUMP);
  });

  for (const [why, first] of [
    ['NLM_F_DUMP_INTR', undefined],
    ['an overflow of the socket (ENOBUFS)', socketError('ENOBUFS')],
  ] as const) {
    it(`are repeated whole after ${why}`, async () => {
      let attempt = 0;
      const { port, requests } = open(([message]) => {
        attempt += 1;
        if (message === undefined) return [];
        if (attempt > 1) return [[entry(message, payload), done(message)]];
        return [[entry(message, payload)], first ?? [done(message, NLM_F_DUMP_INTR)]];
      });
      const answer = await requests.dump(request);
      expect(answer.ok && answer.value).toHaveLength(1);
      expect(port.sent).toHaveLength(2);
    });
  }

  it('are given up after five interruptions', async () => {
    const { port, requests } = open(([message]) => (message ? [[done(message, NLM_F_DUMP_INTR)]] : []));
    expect(await requests.dump(request)).toEqual({
      ok: false,
      error: { code: 'EINTR', message: 'the table changed while it was read' },
    });
    expect(port.sent).toHaveLength(5);
  });

  it('that fail for another reason are not repeated', async () => {
    const { port, requests } = open(([message]) => (message ? [[ack(message, 1)]] : []));
    expect(await requests.dump(request)).toMatchObject({ ok: false, error: { code: 'EPERM' } });
    expect(port.sent).toHaveLength(1);
  });

  it('wait for their turn: the kernel runs one at a time on a socket', async () => {
    const { port, requests } = open(() => []);
    const both = [requests.dump(request), requests.dump(request)];
    await new Promise(setImmediate);
    expect(port.sent).toHaveLength(1);
    port.deliver(port.sent[0]?.map((message) => done(message)) ?? []);
    await new Promise(setImmediate);
    expect(port.sent).toHaveLength(2);
    port.deliver(port.sent[1]?.map((message) => done(message)) ?? []);
    expect(await Promise.all(both)).toEqual([
      { ok: true, value: [] },
      { ok: true, value: [] },
    ]);
  });
});

describe('answers', () => {
  it('meant for another port are not ours', async () => {
    const { port, clock, requests } = open(([message]) =>
      message ? [[{ ...ack(message), portId: PORT_ID + 1 }]] : [],
    );
    const outcome = requests.change([() => request]);
    await new Promise(setImmediate);
    await clock.advance(100);
    expect(await outcome).toMatchObject([{ code: 'ETIMEDOUT' }]);
    expect(port.sent).toHaveLength(1);
  });

  it('that are malformed fail what is under way, without a throw', async () => {
    const { requests } = open(() => [Uint8Array.of(1, 2, 3)]);
    expect(await requests.change([() => request])).toMatchObject([{ code: 'EBADMSG' }]);
  });
});

describe('what the kernel has answered before the sending is over', () => {
  const many = (count: number) => Array.from({ length: count * 64 }, () => () => request);
  const afterMicrotasks = () => new Promise(setImmediate);

  it('is heard at once, without a trip through the event loop', async () => {
    const { requests } = open((messages) => [acks(messages)], 'at once');
    let turned = false;
    const turn = afterMicrotasks().then(() => {
      turned = true;
    });
    expect(await requests.change(many(5))).toHaveLength(5 * 64);
    expect(turned).toBe(false);
    await turn;
  });

  it('is heard to the end of a dump; what is not there yet comes by itself', async () => {
    const { port, requests } = open(
      ([message]) => (message ? [[entry(message, payload)], [entry(message, payload)]] : []),
      'at once',
    );
    const answer = requests.dump(request);
    await afterMicrotasks();
    port.deliver(port.sent[0]?.map((message) => done(message)) ?? []);
    const dumped = await answer;
    expect(dumped.ok && dumped.value).toHaveLength(2);
  });

  it('leaves the event loop its turn after 32 exchanges', async () => {
    const { port, clock, requests } = open((messages) => [acks(messages)], 'at once');
    const changes = requests.change(many(40));
    await afterMicrotasks();
    expect(port.sent).toHaveLength(32);
    await clock.advance(0);
    expect(await changes).toHaveLength(40 * 64);
    expect(port.sent).toHaveLength(40);
  });

  it('leaves the event loop its turn after 32 datagrams of one answer', async () => {
    const { port, requests } = open(
      ([message]) =>
        message ? [...Array.from({ length: 40 }, () => [entry(message, payload)]), [done(message)]] : [],
      'at once',
    );
    const answer = requests.dump(request);
    await afterMicrotasks();
    let heard = 0;
    while (port.hear()) heard += 1;
    expect(heard).toBe(41 - 32);
    expect(await answer).toMatchObject({ ok: true });
  });
});
