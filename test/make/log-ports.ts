// The log with an output in memory, for tests of what is said.
import type { LogPorts } from '../../src/daemon/log/log.ts';
import type { LogTransport } from '../../src/ports/log-sink.ts';
import { createVirtualTime } from './virtual-time.ts';

export const unused = (): LogTransport => ({
  send: () => Promise.reject(new Error('not here')),
  close: () => {},
});

export const someTime = { timestamp: '2026-11-03T06:04:05.000Z', bsdTime: 'Nov  3 07:04:05' } as const;

/** @param printed takes each line of standard output */
export const logPorts = (printed: string[], more: Partial<LogPorts> = {}): LogPorts => ({
  clock: createVirtualTime(),
  wallTime: () => someTime,
  host: { name: 'lvs1', pid: 42 },
  output: 'other',
  openOutput: () => ({ write: (line) => void printed.push(line), close: () => Promise.resolve() }),
  ...{ openFile: unused, openJournal: unused, openSyslog: unused },
  ...more,
});
