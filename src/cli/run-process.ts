// Composition root: the command line and the process's own streams, nothing else. What each command is made of
// stands in the files beside this one.
import { endProcess, openProcessIo } from './process-io.ts';
import { runCommandLine } from './run-command-line.ts';

/** Ends the process with the command's exit code. */
export async function runProcess(): Promise<void> {
  const exitCode = await runCommandLine(process.argv.slice(2), openProcessIo());
  // A daemon has waited for what it said itself, for as long as its log deserves.
  if (process.argv[2] === 'run') process.exit(exitCode);
  endProcess(exitCode);
}
