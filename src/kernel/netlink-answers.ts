// The answers that are waited for, by the sequence number of their request: what comes from the kernel is put to the
// request that it is for. Answers to what nobody waits for any longer are dropped. Sends nothing.
import { err, ok, type Result } from '../net/result.ts';
import type { KernelError } from '../ports/kernel.ts';
import {
  decodeAcknowledgement,
  decodeMessages,
  type NetlinkMessage,
  NLM_F_DUMP_INTR,
  NLMSG_NOOP,
} from '../wire/netlink/netlink.ts';
import { kernelError } from './errno.ts';

export type Answer = Result<readonly NetlinkMessage[], KernelError>;

export type NetlinkAnswers = {
  readonly awaitAnswer: (sequence: number) => Promise<Answer>;
  readonly isAwaited: (sequence: number) => boolean;
  /** A datagram of the kernel. */
  readonly receive: (datagram: Uint8Array) => void;
  /** All that is waited for has failed. */
  readonly fail: (error: KernelError) => void;
  /** All that is waited for has succeeded, with what has come of it. */
  readonly succeed: () => void;
};

export const MALFORMED = err(kernelError(74));

/** @param portId of our socket: answers to others are not ours. */
export function createNetlinkAnswers(portId: number): NetlinkAnswers {
  const pending = new Map<
    number,
    { readonly messages: NetlinkMessage[]; settle: (answer: Answer) => void }
  >();

  const settle = (sequence: number, answer: Answer) => {
    const entry = pending.get(sequence);
    pending.delete(sequence);
    entry?.settle(answer);
  };
  const take = (message: NetlinkMessage): void => {
    const { sequence, flags, type } = message;
    const entry = pending.get(sequence);
    if (entry === undefined || message.portId !== portId || type === NLMSG_NOOP) return;
    const outcome = decodeAcknowledgement(message);
    if ((flags & NLM_F_DUMP_INTR) !== 0) {
      settle(sequence, err({ code: 'EINTR', message: 'the table changed while it was read' }));
    } else if (outcome === undefined) {
      entry.messages.push(message);
    } else if (outcome.errno === 0) {
      settle(sequence, ok(entry.messages));
    } else {
      settle(sequence, err(kernelError(outcome.errno, outcome.message)));
    }
  };
  const fail = (error: KernelError) => {
    for (const sequence of [...pending.keys()]) settle(sequence, err(error));
  };

  return {
    awaitAnswer: (sequence) =>
      new Promise((resolve) => void pending.set(sequence, { messages: [], settle: resolve })),
    isAwaited: (sequence) => pending.has(sequence),
    receive: (datagram) => {
      const messages = decodeMessages(datagram);
      if (messages === undefined) fail(MALFORMED.error);
      else for (const message of messages) take(message);
    },
    fail,
    succeed: () => {
      for (const [sequence, { messages }] of [...pending]) settle(sequence, ok(messages));
    },
  };
}
