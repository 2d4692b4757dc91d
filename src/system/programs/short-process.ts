// This same program forked to answer one question: it has a time and an amount of memory, and is ended where it needs
// more. What it says comes as values, one after the other. The VRRP process is another kind (vrrp-child.ts).
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { withOwnProgram } from '../host/own-program.ts';

export type ShortProcess = {
  readonly entry: string;
  /** The hidden command, and its arguments. */
  readonly command: readonly string[];
  readonly limitMs: number;
  readonly memoryMb: number;
  readonly onMessage: (message: unknown) => void;
};

/** Resolves with how it ended, in words, when nothing more comes of it. Never rejects. */
export function runShort({ entry, command, limitMs, memoryMb, onMessage }: ShortProcess): Promise<string> {
  return new Promise((resolve) => {
    // The profiler, the debugger and the loaders of the main process are not for it.
    const options: ForkOptions = {
      execArgv: [`--max-old-space-size=${memoryMb}`],
      serialization: 'advanced',
    };
    const child: ChildProcess = fork(entry, command, withOwnProgram(options, ['ignore', 'ignore', 'ignore']));
    let reason: string | undefined;
    const timer = setTimeout(() => {
      reason = `one that takes more than ${limitMs / 1000} s`;
      child.kill('SIGKILL');
    }, limitMs);
    const end = (how: string) => {
      clearTimeout(timer);
      resolve(reason ?? how);
    };
    child.on('message', onMessage);
    child.on('error', (error) => {
      if (child.pid === undefined) end(error.message);
    });
    // Not at its exit: what it has said may still be under way.
    let ended: string | undefined;
    const both = (how: string | undefined) => {
      ended ??= how;
      if (ended !== undefined && !child.connected) end(ended);
    };
    child.on('disconnect', () => both(undefined));
    child.on('exit', (code, signal) => both(describeEnd(code, signal, memoryMb)));
  });
}

/** Where its memory is used up, node aborts. */
function describeEnd(code: number | null, signal: NodeJS.Signals | null, memoryMb: number): string {
  if (signal === 'SIGABRT' || code === 134) return `one that takes more than ${memoryMb} MB of memory`;
  return signal === null ? `exit status ${code}` : `signal ${signal}`;
}
