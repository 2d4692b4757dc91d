// The log of a daemon on this machine: its sockets, files and clocks. What speaks to a syslog is loaded when one is configured.
import { hostname } from 'node:os';
import { journalEntry } from '../daemon/log/journal-sink.ts';
import { createJournal, type JournalShell } from '../daemon/log/log.ts';
import type { LogConfig, SyslogTarget } from '../model/config/log.ts';
import type { LogRecord } from '../model/log-record.ts';
import type { LogTransport } from '../ports/log-sink.ts';
import { systemClock } from '../system/clock.ts';
import { openLogFile } from '../system/files/log-file.ts';
import { openLogOutput } from '../system/files/log-output.ts';
import { isJournalStream, levelPrefix } from '../system/host/level-prefix.ts';
import { journalSocket, openLogDatagrams, sendLogDatagram } from '../system/sockets/log-datagrams.ts';
import { wallTime } from '../system/wall-clock.ts';

export function openLog(
  config: LogConfig,
  stream: NodeJS.WriteStream & { readonly fd: number },
  keep: (record: LogRecord) => void = () => {},
): JournalShell {
  const ofJournal = process.env.JOURNAL_STREAM;
  const isJournal = isJournalStream(stream.fd, ofJournal);
  return createJournal(config, {
    ...{ clock: systemClock, wallTime, openFile: openLogFile, openSyslog, keep },
    host: { name: hostname(), pid: process.pid },
    output: isJournal ? 'journal' : stream.isTTY ? 'terminal' : 'other',
    openOutput: (troubles) => openLogOutput(stream, troubles, levelPrefix(stream.fd, ofJournal)),
    openJournal: () => openLogDatagrams(journalSocket),
  });
}

/** For a process that ends before it has a log: to journald, where that reads the descriptor. @returns whether it was taken */
export const tellJournal = (descriptor: number, record: LogRecord): boolean =>
  isJournalStream(descriptor, process.env.JOURNAL_STREAM) &&
  sendLogDatagram(journalSocket, journalEntry(record));

function openSyslog(to: SyslogTarget): LogTransport {
  if (to.kind === 'socket') return openLogDatagrams(to.path);
  const { kind, address, port } = to;
  let loaded: Promise<LogTransport> | undefined;
  let closed = false;
  const load = async () => {
    const transport =
      kind === 'tcp'
        ? (await import('../system/sockets/log-tcp.ts')).openLogTcp(address, port)
        : (await import('../system/sockets/log-udp.ts')).openLogUdp(address, port);
    if (closed) transport.close();
    return transport;
  };
  return {
    send: async (lines) => {
      loaded ??= load();
      return (await loaded).send(lines);
    },
    close: () => {
      closed = true;
      void loaded?.then((transport) => transport.close());
    },
  };
}
