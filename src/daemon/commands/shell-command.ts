// Command lines of the administrator's that run through the shell, as ldirectord's system() runs them (fallbackcommand),
// with a deadline and one after the other of whoever waits.
import type { RunScript } from '../../ports/tracked.ts';

const deadlineMs = 30_000;

/** @returns runs a command line with `words` behind it, unsplit; resolves when nothing of it runs any more, with how it ended. */
export const shellCommands =
  (runScript: RunScript) =>
  async (line: string, words: readonly string[]): Promise<string> => {
    const command = ['/bin/sh', '-c', `${line} "$@"`, 'sh', ...words];
    const run = runScript({ command, timeoutMs: deadlineMs, isAction: true });
    const { detail } = await run.result;
    await run.ended;
    return detail;
  };
