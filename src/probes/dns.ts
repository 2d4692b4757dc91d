// DNS: one recursive query over UDP or TCP; up when the rcode is one of those wanted and, where something is to be
// received, a record of the type asked for matches. An answer cut off by UDP is asked for again over TCP.
// Source: RFC 1035; ldirectord's dns check (any record of the answer), keepalived's DNS_CHECK (rcode alone).
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import * as packet from 'dns-packet';
import type { DnsTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { isWhole, recordText } from './dns-record.ts';
import { judgeUnmatched } from './match/judge-receive.ts';
import { type Asker, matchBody } from './match/match-body.ts';
import { askDatagram, connectDatagram } from './talk/ask-datagram.ts';
import { type Conversation, converse } from './talk/conversation.ts';
import { dial } from './talk/dial.ts';
import { failure, success } from './talk/judge-error.ts';

/** Of an answer, this many records are looked at. */
const recordsMax = 100;
/** RFC 1035 §4.2.2: the length that stands before a message over TCP. */
const lengthBytes = 2;

type Answer = packet.DecodedPacket & { readonly rcode: string };

export function probeDns(target: DnsTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const question: packet.Packet = {
      type: 'query',
      id: randomInt(0x1_0000),
      flags: packet.RECURSION_DESIRED,
      questions: [{ type: target.type as packet.RecordType, name: target.name || '.', class: 'IN' }],
    };
    const overUdp = target.transport === 'udp';
    let answer = await (overUdp ? askUdp : askTcp)(target, question, conversation);
    if (overUdp && answer.flag_tc && target.receive !== undefined) {
      answer = await askTcp(target, question, conversation);
    }
    return judge(target, answer, conversation);
  });
}

const named = ({ type, name }: DnsTarget): string => `${type} ${name || '.'}`;

async function askUdp(
  target: DnsTarget,
  question: packet.Packet,
  conversation: Conversation,
): Promise<Answer> {
  const socket = await connectDatagram(conversation, target);
  conversation.doing = named(target);
  return askDatagram(conversation, socket, packet.encode(question), (message) => {
    const answer = read(message, question);
    // Anything else is not for us (RFC 5452 §9.1), but worth telling if nothing better comes.
    if (typeof answer === 'string') conversation.doing = `${named(target)} (got ${answer})`;
    return typeof answer === 'string' ? undefined : answer;
  });
}

async function askTcp(
  target: DnsTarget,
  question: packet.Packet,
  conversation: Conversation,
): Promise<Answer> {
  const socket = await dial(conversation, target);
  conversation.doing = named(target);
  const message = messageOf(socket);
  socket.write(packet.streamEncode(question));
  const answer = read(await message, question);
  if (typeof answer === 'string') throw new Error(`got ${answer}`);
  return answer;
}

function messageOf(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < lengthBytes) return;
      const end = lengthBytes + received.readUInt16BE(0);
      if (received.length >= end) resolve(received.subarray(lengthBytes, end));
    });
    socket.once('close', () => reject(new Error('connection closed')));
    socket.once('end', () => reject(new Error('connection closed')));
  });
}

/** The answer to `question` that `message` is, or what it is instead. */
function read(message: Buffer, question: packet.Packet): Answer | string {
  let answer: packet.DecodedPacket;
  try {
    answer = packet.decode(message);
  } catch {
    return 'what is no DNS message';
  }
  const [asked] = question.questions ?? [];
  const [echoed] = answer.questions ?? [];
  if (answer.id !== question.id) return 'an answer of another id';
  if (answer.type !== 'response') return 'a query';
  // A server that cannot read the question may leave it out (RFC 5452 §9.1 allows it with an error).
  const same = echoed?.type === asked?.type && nameOf(echoed) === nameOf(asked);
  const rcode = 'rcode' in answer ? String(answer.rcode) : 'NOERROR';
  if (echoed !== undefined ? !same : rcode === 'NOERROR') return 'the answer to another question';
  return { ...answer, rcode };
}

const nameOf = (question: packet.Question | undefined): string | undefined =>
  question?.name.toLowerCase().replace(/\.$/, '');

async function judge(target: DnsTarget, answer: Answer, asker: Asker): Promise<ProbeResult> {
  const { rcode } = answer;
  if (!target.rcodes.includes(rcode)) return failure(`${named(target)}: ${rcode}`);
  const records = (answer.answers ?? []).filter(({ type }) => type === target.type).slice(0, recordsMax);
  const says = `${named(target)}: ${rcode}, ${records.length} record(s)`;
  if (target.receive === undefined) return success(says);
  for (const record of records.filter(isWhole)) {
    const outcome = await matchBody(target.receive, recordText(record), asker);
    if (outcome === 'yes') return success(`${says}, receive matches`);
    if (outcome !== 'no') return judgeUnmatched(outcome, target.receive, says);
  }
  const broken = records.some((record) => !isWhole(record)) ? ' (a name is not UTF-8)' : '';
  return failure(`${says}, receive matches none${broken}`);
}
