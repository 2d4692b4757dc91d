// Composition root: the command line and the process's own streams, nothing else. What each command is made of
// stands in the files beside this one.
import { shownLines } from '../net/shown.ts';
import { levelPrefix, prefixLines } from '../system/host/level-prefix.ts';
import { quietConsole } from '../system/host/quiet-console.ts';
import { runCommandLine } from './run-command-line.ts';

/** Ends the process with the command's exit code. */
export async function runProcess(): Promise<void> {
  quietConsole();
  // Who reads may go before the end (`status | head`), and may take its time: a pipe is written to without waiting.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const prefix = levelPrefix(2, process.env.JOURNAL_STREAM);
  const exitCode = await runCommandLine(process.argv.slice(2), {
    stdout: (text, paint) => {
      const lines = shownLines(text);
      process.stdout.write(paint === undefined ? lines : lines.split('\n').map(paint).join('\n'));
    },
    stderr: (text) => process.stderr.write(prefixLines(shownLines(text), prefix)),
  });
  // What a command has said is waited for. A daemon has done so itself, for as long as its log deserves.
  if (process.argv[2] === 'run') process.exit(exitCode);
  process.stdout.write('', () => process.exit(exitCode));
}
