#!/usr/bin/env node
// Composition root: the command line and the process's own streams, nothing else. What each command is made of
// stands in src/cli.
import { runCommandLine } from './cli/commands.ts';

const exitCode = await runCommandLine(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
process.exit(exitCode);
