// Requests and their answers over one netlink socket: sequence numbers, acknowledgements, dumps, batches.
// Exchanges go one after the other, as the kernel answers them. Knows no family. A dump that was interrupted
// or lost to an overflow is repeated, a bounded number of times; nothing waits longer than the timeout.
import { err, ok, type Result } from '../net/result.ts';
import type { Clock, EventLoop, Micros } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { KernelError } from '../ports/kernel.ts';
import {
  decodeAcknowledgement,
  decodeMessages,
  encodeMessages,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_NOOP,
} from '../wire/netlink/netlink.ts';
import { kernelError } from './errno.ts';

/** One message to send: `flags` besides REQUEST, ACK and DUMP. */
export type NetlinkRequest = {
  readonly type: number;
  readonly flags?: number;
  readonly payload: Uint8Array;
};

export type Answer = Result<readonly NetlinkMessage[], KernelError>;

export type NetlinkRequests = {
  /** Every entry of a dump. */
  readonly dump: (request: NetlinkRequest) => Promise<Answer>;
  /** What the kernel answers before it acknowledges. */
  readonly ask: (request: NetlinkRequest) => Promise<Answer>;
  /**
   * Encodes and sends each in order, up to 64 a datagram; one that fails does not hold back the others.
   * A batch is encoded when it is its turn. @param encoders may throw a RangeError for what no attribute can hold: EINVAL for that entry.
   * @returns one entry each: undefined where the kernel acknowledged it.
   */
  readonly change: (
    encoders: readonly (() => NetlinkRequest)[],
  ) => Promise<readonly (KernelError | undefined)[]>;
  readonly close: () => void;
};

type Pending = { readonly messages: NetlinkMessage[]; readonly settle: (answer: Answer) => void };

const BATCH_SIZE = 64;
/** Exchanges, and datagrams of one answer, that are heard without a pause: others have something to do as well. */
const HEARD_AT_ONCE = 32;
const DUMP_ATTEMPTS = 5;
const TIMEOUT_MS = 5000;
const MALFORMED = err(kernelError(74));
const CLOSED = err({ code: 'EBADF', message: 'the netlink socket is closed' });

/** @param timeoutMs how long one datagram's answers may take. */
export function createNetlinkRequests(
  port: NetlinkPort,
  clock: Clock & EventLoop,
  timeoutMs: number = TIMEOUT_MS,
): NetlinkRequests {
  const pending = new Map<number, Pending>();
  let sequence = 0;
  let previous: Promise<unknown> = Promise.resolve();
  let closed = false;
  /** When the exchange under way began. */
  let askedAt: Micros | undefined;
  let unwatch: (() => void) | undefined;
  /** Exchanges since the event loop had its turn. */
  let heardAtOnce = 0;

  const settle = (number: number, answer: Answer) => {
    const entry = pending.get(number);
    pending.delete(number);
    entry?.settle(answer);
  };
  const failAll = (error: KernelError) => {
    for (const number of [...pending.keys()]) settle(number, err(error));
  };

  port.onReceived((datagram) => {
    const messages = decodeMessages(datagram);
    if (messages === undefined) return failAll(MALFORMED.error);
    for (const message of messages) receive(message);
  });
  port.onError((error) => failAll({ code: error.code ?? 'EIO', message: error.message }));

  /** Answers to what nobody waits for any longer are dropped: their sequence is not pending. */
  function receive(message: NetlinkMessage): void {
    const entry = pending.get(message.sequence);
    if (entry === undefined || message.portId !== port.portId || message.type === NLMSG_NOOP) return;
    const outcome = decodeAcknowledgement(message);
    if ((message.flags & NLM_F_DUMP_INTR) !== 0) {
      settle(message.sequence, err({ code: 'EINTR', message: 'the table changed while it was read' }));
    } else if (outcome === undefined) {
      entry.messages.push(message);
    } else if (outcome.errno === 0) {
      settle(message.sequence, ok(entry.messages));
    } else {
      settle(message.sequence, err(kernelError(outcome.errno, outcome.message)));
    }
  }

  /** One datagram out, and the answers to all of its messages. */
  async function exchange(
    requests: readonly NetlinkRequest[],
    lastFlags: number,
  ): Promise<readonly Answer[]> {
    if (closed) return requests.map(() => CLOSED);
    const numbers = requests.map(() => nextSequence());
    const last = numbers.at(-1);
    const messages = requests.map(({ type, flags: own = 0, payload }, index) => {
      const number = numbers[index] ?? 0;
      const flags = NLM_F_REQUEST | own | (number === last ? lastFlags : 0);
      return { type, flags, payload, sequence: number, portId: port.portId };
    });
    const answers = numbers.map(
      (number) =>
        new Promise<Answer>((resolve) => void pending.set(number, { messages: [], settle: resolve })),
    );
    port.send(encodeMessages(messages), (error?: NodeJS.ErrnoException) => {
      if (error !== undefined) failAll({ code: error.code ?? 'EIO', message: error.message });
    });
    hearUntil(last);
    if (last !== undefined && pending.has(last)) watchFor(timeoutMs);
    await answers.at(-1);
    settleSilent();
    askedAt = undefined;
    await pause();
    return Promise.all(answers);
  }

  /** The kernel has answered before the call that asks it returns; what it has not yet, comes by itself. */
  function hearUntil(last: number | undefined): void {
    for (let count = 0; count < HEARD_AT_ONCE && last !== undefined && pending.has(last); count += 1) {
      if (!port.hear()) return;
      if (!pending.has(last)) heardAtOnce += 1;
    }
  }

  /** A table of ten thousand entries is read and written without a trip through the event loop otherwise. */
  async function pause(): Promise<void> {
    if (heardAtOnce < HEARD_AT_ONCE) return;
    heardAtOnce = 0;
    await new Promise<void>(clock.afterPoll);
  }

  /** Where the answer was there at once, nobody asks what time it is. */
  function watchFor(limitMs: number): void {
    askedAt = clock.now();
    watch(limitMs);
  }

  /** One timer for a thousand exchanges: when it fires, it looks how old the one under way is. */
  function watch(delayMs: number): void {
    unwatch ??= clock.after(delayMs, () => {
      unwatch = undefined;
      if (askedAt === undefined) return;
      const leftMs = timeoutMs - (clock.now() - askedAt) / 1000;
      if (leftMs > 0) watch(leftMs);
      else failAll({ code: 'ETIMEDOUT', message: `the kernel did not answer within ${timeoutMs} ms` });
    });
  }

  const nextSequence = (): number => {
    sequence = (sequence % 0xffff_ffff) + 1;
    return sequence;
  };

  /**
   * The kernel works through a datagram in order, and answers every failure unasked: a message that was still
   * unanswered when the last of its datagram was has succeeded. (An answer that was lost is an overflow, and
   * the socket says so.) One acknowledgement in place of 64 makes a large table three times as fast.
   */
  function settleSilent(): void {
    for (const [number, entry] of [...pending]) settle(number, ok(entry.messages));
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = previous.then(work);
    previous = result.catch(() => undefined);
    return result;
  }

  async function dumpOnce(request: NetlinkRequest): Promise<Answer> {
    const [answer] = await exchange([request], NLM_F_DUMP);
    return answer ?? MALFORMED;
  }

  async function dump(request: NetlinkRequest): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await inTurn(() => dumpOnce(request));
      if (answer.ok || !isWorthRepeating(answer.error) || attempt >= DUMP_ATTEMPTS) return answer;
    }
  }

  function change(encoders: readonly (() => NetlinkRequest)[]) {
    return inTurn(async () => {
      const errors: (KernelError | undefined)[] = [];
      for (let start = 0; start < encoders.length; start += BATCH_SIZE) {
        errors.push(...(await changeSome(encoders.slice(start, start + BATCH_SIZE))));
      }
      return errors;
    });
  }

  async function changeSome(encoders: readonly (() => NetlinkRequest)[]) {
    const encoded = encoders.map(encodeAlone);
    const requests = encoded.flatMap((request) => (request.ok ? [request.value] : []));
    const answers = requests.length === 0 ? [] : await exchange(requests, NLM_F_ACK);
    const remaining = answers.values();
    return encoded.map((request) => {
      const outcome = request.ok ? (remaining.next().value ?? MALFORMED) : request;
      return outcome.ok ? undefined : outcome.error;
    });
  }

  return {
    dump,
    ask: (request) => inTurn(async () => (await exchange([request], NLM_F_ACK))[0] ?? MALFORMED),
    change,
    close: () => {
      closed = true;
      unwatch?.();
      failAll(CLOSED.error);
      port.close();
    },
  };
}

/** NLM_F_DUMP_INTR, and an overflow of the receive buffer: the next attempt may well be whole. */
const isWorthRepeating = (error: KernelError): boolean => error.code === 'EINTR' || error.code === 'ENOBUFS';

function encodeAlone(encode: () => NetlinkRequest): Result<NetlinkRequest, KernelError> {
  try {
    return ok(encode());
  } catch (error) {
    if (error instanceof RangeError) return err(kernelError(22, error.message));
    throw error;
  }
}
