// The sinks that a config asks for beside standard output, by what each of them is: one that stays as it is goes on over a
// reload, one that is new is opened, one that is not wanted any more writes what it still has and is closed.
import type { LogConfig, SyslogConfig, SyslogTarget } from '../../model/config/log.ts';
import type { LogRecord } from '../../model/log-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LogTransport, RecordSink, SinkTroubles } from '../../ports/log-sink.ts';
import { encodeSyslog } from '../../wire/log/syslog.ts';
import { createJournalSink } from './journal-sink.ts';
import { createQueuedSink } from './queued-sink.ts';

/** What of it is this machine's. */
export type OpenTransports = {
  readonly openFile: (path: string) => LogTransport;
  readonly openJournal: () => LogTransport;
  readonly openSyslog: (to: SyslogTarget) => LogTransport;
};

export type SinkPorts = OpenTransports & {
  readonly clock: Clock;
  readonly host: { readonly name: string; readonly pid: number };
  readonly troublesOf: (sink: string) => SinkTroubles;
  /** As the format of the moment has it. */
  readonly lineOf: (record: LogRecord) => string;
  /** Standard output, where that goes to journald. */
  readonly toJournalStream?: (record: LogRecord) => void;
};

export type Sinks = RecordSink & { readonly use: (log: LogConfig) => void };

type Wanted = readonly (readonly [name: string, make: () => RecordSink])[];

/** Whether journald is spoken to by its own protocol. */
export const isNative = ({ journal = 'auto' }: LogConfig, isJournalStream: boolean): boolean =>
  journal === 'yes' || (journal === 'auto' && isJournalStream);

export function createSinks(ports: SinkPorts): Sinks {
  const open = new Map<string, RecordSink>();
  return {
    use: (log) => {
      const wanted = new Map(wantedBy(log, ports));
      for (const [name, sink] of [...open]) {
        if (wanted.has(name)) continue;
        open.delete(name);
        void sink.close();
      }
      for (const [name, make] of wanted) if (!open.has(name)) open.set(name, make());
    },
    write: (record) => {
      for (const sink of open.values()) sink.write(record);
    },
    close: async () => {
      await Promise.all([...open.values()].map((sink) => sink.close()));
    },
  };
}

function wantedBy(log: LogConfig, ports: SinkPorts): Wanted {
  const { clock, openFile, openJournal, openSyslog, troublesOf, lineOf, host, toJournalStream } = ports;
  const { file, syslog = [] } = log;
  const journal = (): RecordSink =>
    createJournalSink({
      ...{ clock, transport: openJournal(), troubles: troublesOf('the journal') },
      ...(toJournalStream !== undefined && { instead: toJournalStream }),
    });
  const toFile = (path: string): RecordSink =>
    createQueuedSink({
      ...{ clock, transport: openFile(path), troubles: troublesOf(path) },
      encode: (record) => Buffer.from(lineOf(record)),
    });
  const toSyslog = (each: SyslogConfig): RecordSink => {
    const about = {
      ...each,
      pid: host.pid,
      ...((each.format === 'rfc5424' || each.to.kind !== 'socket') && { hostname: host.name }),
    };
    return createQueuedSink({
      ...{ clock, transport: openSyslog(each.to), troubles: troublesOf(formatTarget(each.to)) },
      encode: (record) => encodeSyslog(record, about),
    });
  };
  return [
    ...(isNative(log, toJournalStream !== undefined) ? [['journal', journal] as const] : []),
    ...(file === undefined ? [] : [[`file ${file}`, () => toFile(file)] as const]),
    ...syslog.map((each) => [`syslog ${JSON.stringify(each)}`, () => toSyslog(each)] as const),
  ];
}

/** As the config spells it. */
function formatTarget(to: SyslogTarget): string {
  if (to.kind === 'socket') return `syslog ${to.path}`;
  const host = to.address.includes(':') ? `[${to.address}]` : to.address;
  return `syslog ${to.kind}://${host}:${to.port}`;
}
