// Hands the notices of one sink over, one after the other in their order, in the background: each try for a bounded time,
// again after 1 s, 2 s, 4 s ... 60 s while nobody takes it, until it is too old. What waits is bounded by count and bytes;
// what is lost is counted and told. How a notice goes out is the sink's matter. A stop waits a bounded while.

import type { Journal } from '../../journal/event.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import { createRateLimit, type RateLimit } from '../pace/rate-limit.ts';
import { type Attempt, type DeliveryLimits, deliveryLimits, leftOutFor, nextAfter } from './delivery.ts';

export type Notice = {
  /** For the log: the subject of a mail, the name of an event. */
  readonly about: string;
  /** What it takes in memory, about. */
  readonly bytes: number;
  /** Ends when `signal` says so; what it throws is a failure. */
  readonly deliver: (signal: AbortSignal) => Promise<Attempt>;
};

export type DeliveryStatus = {
  readonly sink: string;
  readonly waiting: number;
  readonly delivered: number;
  readonly lost: number;
  /** Of the last try, where that failed. */
  readonly failure?: string;
};

export type DeliveryQueue = {
  readonly add: (notice: Notice) => void;
  /** Resolves when nothing waits any more, or after that time: each has one more try, and what is left is lost. */
  readonly drained: (limitMs: number) => Promise<void>;
  readonly status: () => DeliveryStatus;
};

export type DeliveryPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  /** As the log names it, without a secret: "mail by smtp.example.com:25". */
  readonly sink: string;
  readonly limits?: Partial<DeliveryLimits>;
  /** Of the moment, in place of that of the limits. */
  readonly attemptMs?: () => number;
};

type Waiting = { readonly notice: Notice; readonly since: Micros; attempts: number };

/** What the functions below share. */
type Queue = Omit<DeliveryPorts, 'limits'> & {
  readonly limits: DeliveryLimits;
  readonly losses: RateLimit;
  readonly waiting: Waiting[];
  /** The one that is tried, which is the first of those who wait. */
  current: AbortController | undefined;
  cancelRetry: (() => void) | undefined;
  isLast: boolean;
  onIdle: () => void;
  delivered: number;
  lost: number;
  failure: string | undefined;
};

export function createDeliveryQueue({ limits = {}, ...ports }: DeliveryPorts): DeliveryQueue {
  const queue: Queue = {
    ...{
      ...ports,
      limits: { ...deliveryLimits, ...limits },
      losses: createRateLimit(ports.clock),
      waiting: [],
    },
    ...{ current: undefined, cancelRetry: undefined, isLast: false, onIdle: () => {} },
    ...{ delivered: 0, lost: 0, failure: undefined },
  };
  return {
    add: (notice) => add(queue, notice),
    drained: (limitMs) => new Promise((resolve) => drain(queue, limitMs, resolve)),
    status: () => ({
      ...{ sink: ports.sink, waiting: queue.waiting.length, delivered: queue.delivered, lost: queue.lost },
      ...(queue.failure !== undefined && { failure: queue.failure }),
    }),
  };
}

function add(queue: Queue, notice: Notice): void {
  const { waiting, limits, clock } = queue;
  // Not the one that is tried: it may be there already.
  const held = queue.current === undefined ? 0 : 1;
  const sizes = waiting.slice(held).map(({ notice: { bytes } }) => bytes);
  lose(queue, waiting.splice(held, leftOutFor(sizes, notice.bytes, limits)).length, 'too many waited');
  waiting.push({ notice, since: clock.now(), attempts: 0 });
  if (queue.current === undefined && queue.cancelRetry === undefined) work(queue);
}

function work(queue: Queue): void {
  const { clock, limits, waiting, attemptMs } = queue;
  queue.cancelRetry = undefined;
  const oldest = clock.now() - limits.deadlineMs * 1000;
  const young = waiting.findIndex(({ since }) => since > oldest);
  lose(queue, waiting.splice(0, young < 0 ? waiting.length : young).length, overdue(false));
  const [first] = waiting;
  if (first === undefined) {
    queue.onIdle();
    return;
  }
  first.attempts += 1;
  const abort = new AbortController();
  queue.current = abort;
  void attemptOf(clock, first.notice, { abort, limitMs: attemptMs?.() ?? limits.attemptMs }).then(
    (attempt) => {
      if (queue.current !== abort) return;
      queue.current = undefined;
      ended(queue, first, attempt);
      if (queue.cancelRetry === undefined) work(queue);
    },
  );
}

function ended(queue: Queue, tried: Waiting, attempt: Attempt): void {
  const { clock, journal, sink, limits, waiting, isLast } = queue;
  if (attempt.kind === 'delivered') {
    waiting.splice(waiting.indexOf(tried), 1);
    queue.delivered += 1;
    queue.failure = undefined;
    return;
  }
  const { reason } = attempt;
  const { notice, attempts, since } = tried;
  const next = nextAfter(attempt, { attempts, ageMs: (clock.now() - since) / 1000, isLast }, limits);
  const again = next.kind === 'retry' ? { retry_s: Math.round(next.afterMs / 1000) } : {};
  queue.failure = reason;
  journal({ event: 'notice.failed', sink, about: notice.about, reason, attempts, ...again });
  if (next.kind === 'retry') {
    queue.cancelRetry = clock.after(next.afterMs, () => work(queue));
    return;
  }
  waiting.splice(waiting.indexOf(tried), 1);
  lose(queue, 1, attempt.kind === 'refused' ? 'refused' : overdue(isLast));
  // The next one would meet the same, and a stop does not wait for each of them.
  if (attempt.kind === 'failed' && isLast) lose(queue, waiting.splice(0).length, overdue(true));
}

function lose(queue: Queue, notices: number, reason: string): void {
  const { journal, sink, losses } = queue;
  if (notices === 0) return;
  queue.lost += notices;
  losses.note(reason, (count) => journal({ event: 'notice.lost', sink, notices: count, reason }), notices);
}

function drain(queue: Queue, limitMs: number, resolve: () => void): void {
  const finish = () => {
    cancel();
    queue.current?.abort();
    queue.current = undefined;
    lose(queue, queue.waiting.splice(0).length, overdue(true));
    queue.losses.close();
    resolve();
  };
  const cancel = queue.clock.after(limitMs, finish);
  queue.onIdle = finish;
  queue.isLast = true;
  queue.cancelRetry?.();
  if (queue.current === undefined) work(queue);
}

const overdue = (isLast: boolean): string => (isLast ? 'the daemon ended' : 'nobody took them in time');

type Bounded = { readonly abort: AbortController; readonly limitMs: number };

/** Ends by its limit, whatever the sink does, and never before whoever asked has gone on. */
function attemptOf(clock: Clock, { deliver }: Notice, { abort, limitMs }: Bounded): Promise<Attempt> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, () => {
      resolve({ kind: 'failed', reason: `no answer within ${limitMs / 1000} s` });
      abort.abort();
    });
    const end = (attempt: Attempt) => {
      cancel();
      resolve(attempt);
    };
    Promise.resolve()
      .then(() => deliver(abort.signal))
      .then(end, (error: unknown) => end({ kind: 'failed', reason: String(error) }));
  });
}
