// How a line tells journald its level: by "<3>" and the like before it (sd-daemon(3)), so that `journalctl -p err` finds it;
// journald takes that off again. Only where the descriptor goes to journald itself, which systemd tells in $JOURNAL_STREAM
// (systemd.exec(5)): a terminal, a file and a pipe get the bare line, also where a service's output is redirected.
import { fstatSync } from 'node:fs';
import { severities } from '../../model/log-record.ts';
import type { LogLevel } from '../../ports/log-sink.ts';

/** What stands before a line of that level; nothing where journald does not read it. */
export type LevelPrefix = (level: LogLevel) => string;

/** @param journalStream $JOURNAL_STREAM: the device and inode of the socket to journald, "8:123456". */
export function levelPrefix(descriptor: number, journalStream: string | undefined): LevelPrefix {
  if (!isJournalStream(descriptor, journalStream)) return () => '';
  return (level) => `<${severities[level]}>`;
}

/** Whether journald itself reads the descriptor. */
export const isJournalStream = (descriptor: number, journalStream: string | undefined): boolean =>
  journalStream !== undefined && identityOf(descriptor) === journalStream;

/** For what a command says to people: a level before each line, by the words that its message has. */
export function prefixLines(text: string, prefix: LevelPrefix): string {
  if (prefix('info') === '') return text;
  return text.replace(/^(?=.)/gm, (_, at: number) =>
    prefix(levelOfWords(text.slice(at).split('\n', 1)[0] ?? '')),
  );
}

/** Whatever stands on standard error is an error, unless it says otherwise (docs/errors.md). */
function levelOfWords(line: string): LogLevel {
  if (/: warning: /.test(line)) return 'warn';
  return /: good(?:,|$)/.test(line) ? 'info' : 'error';
}

function identityOf(descriptor: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined; // closed
  }
}
