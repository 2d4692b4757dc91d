// The process's own streams, for every program of ours: all that goes out is made showable. Who reads may go before the end
// (`status | head`), and may take its time: a pipe is written to without waiting, and what was said is waited for.
import { shownLines } from '../net/shown.ts';
import { levelPrefix, prefixLines } from '../system/host/level-prefix.ts';
import { quietConsole } from '../system/host/quiet-console.ts';
import type { Io } from './command-line.ts';

/** To be called once, first. */
export function openProcessIo(): Io {
  quietConsole();
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const prefix = levelPrefix(2, process.env.JOURNAL_STREAM);
  return {
    stdout: (text, paint) => {
      const lines = shownLines(text);
      process.stdout.write(paint === undefined ? lines : lines.split('\n').map(paint).join('\n'));
    },
    stderr: (text) => process.stderr.write(prefixLines(shownLines(text), prefix)),
    whenUnread: (callback) => void process.stdout.on('error', callback),
  };
}

/** Once what was said has gone out. */
export function endProcess(exitCode: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}
