// Whatever a server answers by UDP, in how many datagrams: each check over UDP settles in time, without a throw
// anywhere. Answers are right ones with a few edits, as only those get deep into a decoder: they answer the very
// question, whose numbers are new each time.
import { createSocket } from 'node:dgram';
import * as dns from 'dns-packet';
import fc from 'fast-check';
import radius from 'radius';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckTarget } from '../../src/model/checks/checks.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { budgetOf, patienceMs } from '../fuzz/budget.ts';
import { edits } from '../fuzz/mutations.ts';
import { deadline, promptly } from './deadline.ts';
import { address } from './dialogues.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
const at = { address, port: 0 };
const secret = 'secret';

type Kind = {
  readonly name: string;
  readonly target: CheckTarget;
  /** What a good server says to that. */
  readonly right: (question: Buffer) => Uint8Array;
};

const records: readonly dns.Answer[] = [
  { type: 'A', name: 'x', ttl: 9, data: '10.0.0.1' },
  { type: 'TXT', name: 'x', ttl: 9, data: ['ab', 'c'] },
  { type: 'MX', name: 'x', ttl: 9, data: { preference: 1, exchange: 'mail.x' } },
  { type: 'SRV', name: 'x', ttl: 9, data: { priority: 1, weight: 1, port: 80, target: 'y.x' } },
];
const answerOf = (question: Buffer, answers: readonly dns.Answer[]) => {
  const { id, questions } = dns.decode(question);
  return dns.encode({
    type: 'response',
    ...{ id: id ?? 0, questions: questions ?? [], answers: [...answers] },
    flags: dns.RECURSION_DESIRED | dns.RECURSION_AVAILABLE,
  });
};
const askFor = (type: string) =>
  ({
    kind: 'dns',
    ...at,
    transport: 'udp',
    ...{ name: 'x', type },
    ...{ rcodes: ['NOERROR'], receive: 'ab' },
  }) as const;

const kinds: readonly Kind[] = [
  ...records.map((record) => ({
    name: `dns ${record.type}`,
    target: askFor(record.type),
    right: (question: Buffer) => answerOf(question, [record]),
  })),
  {
    name: 'sip',
    target: { kind: 'sip', ...at, transport: 'udp', login: 'a@b' },
    right: (question) =>
      Buffer.from(question.toString('latin1').replace(/^[^\r\n]*/, 'SIP/2.0 200 OK'), 'latin1'),
  },
  {
    name: 'radius',
    target: { kind: 'radius', ...at, user: 'a', password: 'b', secret },
    right: (question) =>
      radius.encode_response({
        packet: radius.decode({ packet: question, secret }),
        ...{ code: 'Access-Accept', secret, attributes: [['Reply-Message', 'hello']] },
      }),
  },
  {
    name: 'udp',
    target: {
      kind: 'udp',
      ...{ ...at, payload: '0102', requireReply: '01x2', quietMs: 20 },
      ...{ replyBytesMin: 1, replyBytesMax: 50 },
    },
    right: () => Uint8Array.of(1, 2, 3),
  },
];

type Speech = readonly ((right: Buffer) => Uint8Array)[];
let socket: ReturnType<typeof createSocket>;
let speech: Speech;
let right: Kind['right'];

beforeEach(async () => {
  socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    for (const each of speech) socket.send(each(Buffer.from(right(question))), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
});
afterEach(() => void socket.close());

const said: fc.Arbitrary<Speech> = fc.array(edits([Buffer.from('SIP/2.0 100 T\r\n'), new Uint8Array(12)]), {
  maxLength: 3,
});

describe.each(kinds)('a check over UDP: $name', ({ target, right: answer }) => {
  const ask = (signal: AbortSignal) =>
    probe({ ...target, port: socket.address().port } as CheckTarget, signal);

  it('succeeds where nothing is wrong with the answer', async () => {
    [right, speech] = [answer, [(bytes) => bytes]];
    const { outcome, detail } = await ask(deadline(10_000));
    // What is to be received is not in every record.
    if (!detail.includes('receive matches none')) expect(outcome, detail).toBe('success');
  });

  it(
    'ends, whatever the server says',
    async () => {
      right = answer;
      await fc.assert(
        fc.asyncProperty(said, async (next) => {
          speech = next;
          const result = await promptly(40, ask);
          expect(result.outcome).toMatch(/^(success|failure)$/);
          expect(result.detail.length).toBeLessThan(400);
        }),
        budgetOf(20, kinds.length),
      );
    },
    patienceMs(kinds.length),
  );
});
