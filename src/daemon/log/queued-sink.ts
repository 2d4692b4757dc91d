// A sink of the log with a place that may be slow, full or gone: a bounded queue (line-queue.ts) before a transport. Nobody
// waits for it. While the place cannot be reached, what is queued is kept and tried again (outage.ts); what the queue has no
// room for is counted, and the gap is told in its place.
import type { LogRecord } from '../../model/log-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LogTransport, RecordSink, SinkTroubles } from '../../ports/log-sink.ts';
import { createLineQueue, type LineQueue } from './line-queue.ts';
import { createOutage, type Outage } from './outage.ts';

/** Where there is no room just now. */
const busyMs = 50;
/** How long an end waits for the place. */
const lastWordsMs = 2000;

export type QueuedSinkPorts = {
  readonly clock: Clock;
  readonly transport: LogTransport;
  readonly troubles: SinkTroubles;
  readonly encode: (record: LogRecord) => Uint8Array;
  /** Takes what is queued where the place cannot be reached; without, it stays queued and is tried again. */
  readonly handBack?: (records: readonly LogRecord[]) => void;
};

export function createQueuedSink(ports: QueuedSinkPorts): RecordSink {
  const { clock, transport, troubles, encode } = ports;
  const queue = createLineQueue();
  const outage = createOutage(clock, troubles.onFailed);
  let sending = false;
  let ended = false;
  let cancelWait: (() => void) | undefined;
  let onIdle: (() => void) | undefined;

  async function drain(): Promise<void> {
    if (sending || cancelWait !== undefined || ended) return;
    sending = true;
    const waitMs = await sendAll(ports, queue, outage);
    sending = false;
    if (waitMs === undefined || (onIdle !== undefined && outage.retryMs() !== undefined)) return onIdle?.();
    cancelWait = clock.after(waitMs, () => {
      cancelWait = undefined;
      void drain();
    });
  }

  function end(): void {
    ended = true;
    cancelWait?.();
    outage.close();
    transport.close();
    const left = queue.take().length + queue.takeLost(true);
    if (left > 0) troubles.onLost(left);
  }

  return {
    write: (record) => {
      if (ended) return;
      if (!queue.push(record, encode(record))) troubles.onLeftOut();
      void drain();
    },
    close: () =>
      new Promise((resolve) => {
        const finish = () => {
          cancelPatience();
          if (!ended) end();
          resolve();
        };
        const cancelPatience = clock.after(lastWordsMs, finish);
        onIdle = finish;
        cancelWait?.();
        cancelWait = undefined;
        void drain();
      }),
  };
}

/** @returns how long to wait with what is left; undefined: nothing is. */
async function sendAll(
  { transport, troubles, handBack }: QueuedSinkPorts,
  queue: LineQueue,
  outage: Outage,
): Promise<number | undefined> {
  while (!queue.isEmpty()) {
    const lines = queue.nextLines();
    try {
      const taken = await transport.send(lines);
      outage.over();
      queue.take(taken);
      // Before any line that comes behind the gap.
      const lost = queue.takeLost();
      if (lost > 0) troubles.onLost(lost);
      if (taken < lines.length) return busyMs;
    } catch (error) {
      if (handBack === undefined && isTooLong(error)) {
        troubles.onLost(queue.take(1).length);
        continue;
      }
      handBack?.(queue.take());
      outage.tell(error instanceof Error ? error : new Error(String(error)));
      if (handBack === undefined) return outage.retryMs();
    }
  }
  return undefined;
}

/** The first of them will never be taken there; the others may be. */
const isTooLong = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EMSGSIZE';
