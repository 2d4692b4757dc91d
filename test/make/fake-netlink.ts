// A kernel of one function: what it answers to each datagram, given back over the byte port as a socket would,
// a turn of the event loop later or at once.
import type { NetlinkPort } from '../../src/ports/datagram.ts';
import {
  decodeMessages,
  encodeMessage,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../../src/wire/netlink/netlink.ts';

export const PORT_ID = 4711;

/** What the kernel sends for one datagram of requests: datagrams, each of messages; or an error of the socket. */
export type Reply = readonly NetlinkMessage[] | Error | Uint8Array;
export type Answering = (requests: readonly NetlinkMessage[]) => readonly Reply[];

export type FakePort = NetlinkPort & {
  /** Every datagram that was sent, as messages. */
  readonly sent: (readonly NetlinkMessage[])[];
  readonly groups: number[];
  readonly isClosed: () => boolean;
  readonly deliver: (reply: Reply) => void;
};

/** @param when 'later': they come by the event loop. 'at once': they are there when the request is sent, to be heard. */
export function createFakePort(answer: Answering, when: 'later' | 'at once' = 'later'): FakePort {
  const waiting: Reply[] = [];
  const sent: (readonly NetlinkMessage[])[] = [];
  const groups: number[] = [];
  let received = (_bytes: Uint8Array): void => {};
  let failed = (_error: Error): void => {};
  let closed = false;
  const deliver = (reply: Reply) => {
    if (reply instanceof Error) failed(reply);
    else if (reply instanceof Uint8Array) received(reply);
    else received(Buffer.concat(reply.map(encodeMessage)));
  };
  return {
    portId: PORT_ID,
    sent,
    groups,
    deliver,
    isClosed: () => closed,
    send: (bytes, done) => {
      const requests = decodeMessages(bytes) ?? [];
      sent.push(requests);
      const replies = answer(requests);
      if (when === 'at once') {
        waiting.push(...replies);
        return done();
      }
      queueMicrotask(() => {
        done();
        for (const reply of replies) deliver(reply);
      });
    },
    hear: () => {
      const reply = waiting.shift();
      if (reply !== undefined) deliver(reply);
      return reply !== undefined;
    },
    onReceived: (listener) => {
      received = listener;
    },
    onError: (listener) => {
      failed = listener;
    },
    joinGroup: (group) => void groups.push(group),
    close: () => {
      closed = true;
    },
  };
}

const int = (value: number) => new Uint8Array(Int32Array.of(value).buffer);

/** The acknowledgement of a request; 0 is success. */
export const ack = (request: NetlinkMessage, errno = 0): NetlinkMessage => ({
  ...request,
  type: NLMSG_ERROR,
  flags: 0x100,
  portId: PORT_ID,
  payload: Buffer.concat([int(-errno), new Uint8Array(16)]),
});

/** As the kernel does: every failure is answered, success only where NLM_F_ACK asked for it. */
export const acks = (
  requests: readonly NetlinkMessage[],
  errnoOf: (request: NetlinkMessage, index: number) => number = () => 0,
): readonly NetlinkMessage[] =>
  requests.flatMap((request, index) => {
    const errno = errnoOf(request, index);
    return errno !== 0 || (request.flags & NLM_F_ACK) !== 0 ? [ack(request, errno)] : [];
  });

export const entry = (request: NetlinkMessage, payload: Uint8Array, flags = NLM_F_MULTI): NetlinkMessage => ({
  ...request,
  flags,
  portId: PORT_ID,
  payload,
});

export const done = (request: NetlinkMessage, flags = NLM_F_MULTI): NetlinkMessage => ({
  ...request,
  type: NLMSG_DONE,
  flags,
  portId: PORT_ID,
  payload: int(0),
});

export const socketError = (code: string): Error => Object.assign(new Error(`socket: ${code}`), { code });
