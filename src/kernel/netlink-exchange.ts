// One exchange with the kernel over a netlink socket: a datagram of requests out, and the answers to all of them. The
// kernel has usually answered before the call that asks it returns, so they are heard at once; what is not there yet
// comes by itself, and nothing is waited for longer than the timeout. Knows no family, and repeats nothing.
import { err } from '../net/result.ts';
import type { Clock, EventLoop, Micros } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import { encodeMessages, NLM_F_REQUEST } from '../wire/netlink/netlink.ts';
import { type Answer, createNetlinkAnswers, type NetlinkAnswers } from './netlink-answers.ts';

/** One message to send: `flags` besides REQUEST, ACK and DUMP. */
export type NetlinkRequest = {
  readonly type: number;
  readonly flags?: number;
  readonly payload: Uint8Array;
};

export type NetlinkExchange = {
  /** @param lastFlags of the last request besides its own. @returns an answer to each. */
  readonly exchange: (requests: readonly NetlinkRequest[], lastFlags: number) => Promise<readonly Answer[]>;
  readonly close: () => void;
};

/** Exchanges, and datagrams of one answer, that are heard without a pause: others have something to do as well. */
const HEARD_AT_ONCE = 32;
const CLOSED = err({ code: 'EBADF', message: 'the netlink socket is closed' });

/** @param timeoutMs how long one datagram's answers may take. */
export function createNetlinkExchange(
  port: NetlinkPort,
  clock: Clock & EventLoop,
  timeoutMs: number,
): NetlinkExchange {
  const answers = createNetlinkAnswers(port.portId);
  const limit = createTimeLimit(clock, timeoutMs, () =>
    answers.fail({ code: 'ETIMEDOUT', message: `the kernel did not answer within ${timeoutMs} ms` }),
  );
  const hearing = createHearing(port, answers, clock);
  let sequence = 0;
  let closed = false;
  port.onReceived(answers.receive);
  const failAll = ({ code = 'EIO', message }: NodeJS.ErrnoException) => answers.fail({ code, message });
  port.onError(failAll);

  const nextSequence = (): number => {
    sequence = (sequence % 0xffff_ffff) + 1;
    return sequence;
  };

  return {
    exchange: async (requests, lastFlags) => {
      if (closed) return requests.map(() => CLOSED);
      const messages = messagesOf(requests, { nextSequence, lastFlags, portId: port.portId });
      const awaited = messages.map((message) => answers.awaitAnswer(message.sequence));
      port.send(encodeMessages(messages), (error) => {
        if (error !== undefined) failAll(error);
      });
      const last = messages.at(-1)?.sequence ?? 0;
      hearing.hearUntil(last);
      // Where the answer was there at once, nobody asks what time it is.
      if (answers.isAwaited(last)) limit.begin();
      await awaited.at(-1);
      // The kernel works through a datagram in order, and answers every failure unasked: a message that was still
      // unanswered when the last of its datagram was has succeeded. (An answer that was lost is an overflow, and the
      // socket says so.) One acknowledgement in place of 64 makes a large table three times as fast.
      answers.succeed();
      limit.end();
      await hearing.pause();
      return Promise.all(awaited);
    },
    close: () => {
      closed = true;
      limit.close();
      answers.fail(CLOSED.error);
      port.close();
    },
  };
}

function messagesOf(
  requests: readonly NetlinkRequest[],
  of: { readonly nextSequence: () => number; readonly lastFlags: number; readonly portId: number },
) {
  return requests.map(({ type, flags: own = 0, payload }, index) => {
    const flags = NLM_F_REQUEST | own | (index === requests.length - 1 ? of.lastFlags : 0);
    return { type, flags, payload, sequence: of.nextSequence(), portId: of.portId };
  });
}

/** A table of ten thousand entries is read and written without a trip through the event loop, but for a pause at times. */
function createHearing(port: NetlinkPort, answers: NetlinkAnswers, loop: EventLoop) {
  /** Exchanges since the event loop had its turn. */
  let heardAtOnce = 0;
  return {
    hearUntil: (last: number): void => {
      for (let count = 0; count < HEARD_AT_ONCE && answers.isAwaited(last); count += 1) {
        if (!port.hear()) return;
        if (!answers.isAwaited(last)) heardAtOnce += 1;
      }
    },
    pause: async (): Promise<void> => {
      if (heardAtOnce < HEARD_AT_ONCE) return;
      heardAtOnce = 0;
      await new Promise<void>(loop.afterPoll);
    },
  };
}

/** One timer for a thousand exchanges: when it fires, it looks how old the one under way is. */
function createTimeLimit(clock: Clock, limitMs: number, onPassed: () => void) {
  let begunAt: Micros | undefined;
  let cancel: (() => void) | undefined;
  const watch = (delayMs: number): void => {
    cancel ??= clock.after(delayMs, () => {
      cancel = undefined;
      if (begunAt === undefined) return;
      const leftMs = limitMs - (clock.now() - begunAt) / 1000;
      if (leftMs > 0) watch(leftMs);
      else onPassed();
    });
  };
  return {
    begin: () => {
      begunAt = clock.now();
      watch(limitMs);
    },
    end: () => {
      begunAt = undefined;
    },
    close: () => cancel?.(),
  };
}
