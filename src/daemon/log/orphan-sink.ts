// Where events go that no main process hears: to journald by its own protocol, or as lines of JSON to an output. Loaded late,
// with all that makes sentences of events (compose/orphan-log.ts).
import type { Clock } from '../../ports/clock.ts';
import type { LogSink, LogTransport, RecordSink, SinkTroubles } from '../../ports/log-sink.ts';
import { jsonLine } from './event-line.ts';
import { createJournalSink } from './journal-sink.ts';

export { recordOf } from './event-line.ts';

export type OrphanSinkPorts = {
  readonly clock: Clock;
  readonly output: LogSink;
  /** Absent: the output is not journald's. */
  readonly journal?: LogTransport;
  readonly troubles: SinkTroubles;
  /** Told each as well: for the main process that comes next. */
  readonly keep: (line: string) => void;
};

export function createOrphanSink({ clock, output, journal, troubles, keep }: OrphanSinkPorts): RecordSink {
  const toOutput: RecordSink['write'] = (record) => output.write(jsonLine(record), record.level);
  const sink: RecordSink =
    journal === undefined
      ? { write: toOutput, close: () => Promise.resolve() }
      : createJournalSink({ clock, transport: journal, troubles, instead: toOutput });
  return {
    write: (record) => {
      sink.write(record);
      keep(jsonLine(record));
    },
    close: async () => {
      await sink.close();
      await output.close();
    },
  };
}
