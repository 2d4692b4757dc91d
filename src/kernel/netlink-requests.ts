// Requests and their answers over one netlink socket, one exchange after the other, as the kernel answers them: dumps,
// questions, and changes in batches. A dump that was interrupted or lost to an overflow is repeated, a bounded number of
// times. Knows no family.
import { err, ok, type Result } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { KernelError } from '../ports/kernel.ts';
import { NLM_F_ACK, NLM_F_DUMP } from '../wire/netlink/netlink.ts';
import { kernelError } from './errno.ts';
import { type Answer, MALFORMED } from './netlink-answers.ts';
import { createNetlinkExchange, type NetlinkExchange, type NetlinkRequest } from './netlink-exchange.ts';

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

const BATCH_SIZE = 64;
const DUMP_ATTEMPTS = 5;
const TIMEOUT_MS = 5000;

/** @param timeoutMs how long one datagram's answers may take. */
export function createNetlinkRequests(
  port: NetlinkPort,
  clock: Clock & EventLoop,
  timeoutMs: number = TIMEOUT_MS,
): NetlinkRequests {
  const { exchange, close } = createNetlinkExchange(port, clock, timeoutMs);
  let previous: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = previous.then(work);
    previous = result.catch(() => undefined);
    return result;
  }
  const askOnce = (request: NetlinkRequest, flags: number) =>
    inTurn(async () => (await exchange([request], flags))[0] ?? MALFORMED);

  return {
    dump: async (request) => {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await askOnce(request, NLM_F_DUMP);
        if (answer.ok || !isWorthRepeating(answer.error) || attempt >= DUMP_ATTEMPTS) return answer;
      }
    },
    ask: (request) => askOnce(request, NLM_F_ACK),
    change: (encoders) =>
      inTurn(async () => {
        const errors: (KernelError | undefined)[] = [];
        for (let start = 0; start < encoders.length; start += BATCH_SIZE) {
          errors.push(...(await changeBatch(encoders.slice(start, start + BATCH_SIZE), exchange)));
        }
        return errors;
      }),
    close,
  };
}

async function changeBatch(
  encoders: readonly (() => NetlinkRequest)[],
  exchange: NetlinkExchange['exchange'],
): Promise<readonly (KernelError | undefined)[]> {
  const encoded = encoders.map(encodeAlone);
  const requests = encoded.flatMap((request) => (request.ok ? [request.value] : []));
  const answers = requests.length === 0 ? [] : await exchange(requests, NLM_F_ACK);
  const remaining = answers.values();
  return encoded.map((request) => {
    const outcome = request.ok ? (remaining.next().value ?? MALFORMED) : request;
    return outcome.ok ? undefined : outcome.error;
  });
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
