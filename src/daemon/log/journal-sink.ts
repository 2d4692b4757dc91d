// journald by its own protocol. Where standard output goes to journald as well, it is not told twice: what cannot be handed
// over this way goes there, for a minute, and then this way is tried again. Elsewhere what is queued is kept.
import { messageIds } from '../../journal/message-ids.ts';
import type { LogRecord } from '../../model/log-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LogTransport, RecordSink, SinkTroubles } from '../../ports/log-sink.ts';
import { encodeJournal } from '../../wire/log/journal-datagram.ts';
import { createQueuedSink } from './queued-sink.ts';

const retryMs = 60_000;

export type JournalSinkPorts = {
  readonly clock: Clock;
  readonly transport: LogTransport;
  readonly troubles: SinkTroubles;
  /** Another way to journald. */
  readonly instead?: (record: LogRecord) => void;
};

export function createJournalSink({ clock, transport, troubles, instead }: JournalSinkPorts): RecordSink {
  let failed = false;
  let cancelRetry = () => {};
  const handBack = (records: readonly LogRecord[]) => {
    failed = true;
    cancelRetry();
    cancelRetry = clock.after(retryMs, () => {
      failed = false;
    });
    for (const record of records) instead?.(record);
  };
  const queue = createQueuedSink({
    ...{ clock, transport, troubles, ...(instead !== undefined && { handBack }) },
    encode: journalEntry,
  });
  return {
    write: (record) => (failed ? instead?.(record) : queue.write(record)),
    close: async () => {
      await queue.close();
      cancelRetry();
    },
  };
}

/** As journald takes it. */
export function journalEntry(record: LogRecord): Uint8Array {
  const messageId = messageIds[record.event];
  const about = { identifier: 'lvs-director', ...(messageId !== undefined && { messageId }) };
  return encodeJournal(record, about);
}
