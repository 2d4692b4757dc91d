// The VRRP process as the main process holds it: this same program, forked with a channel. Its output goes
// where ours goes. How it lives and dies is the supervisor's matter (daemon/vrrp/supervisor.ts).
import { type ChildProcess, fork } from 'node:child_process';

/** The two directions are typed by whoever uses it. */
export type ForkedProcess<Out, In> = {
  readonly pid: number;
  readonly send: (message: Out) => void;
  readonly onMessage: (listener: (message: In) => void) => void;
  readonly onExit: (listener: (reason: string) => void) => void;
  readonly kill: () => void;
};

/** @param entry the program's own file; `command` the hidden command that speaks over the channel, and its options. */
export function forkSelf<Out extends object, In>(
  entry: string,
  ...command: readonly string[]
): ForkedProcess<Out, In> {
  // The profiler, the debugger and the loaders of the main process are not for it.
  const child: ChildProcess = fork(entry, command, { execArgv: [], serialization: 'json' });
  const exits: ((reason: string) => void)[] = [];
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    for (const listener of exits) listener(reason);
  };
  child.on('error', (error) => {
    // Could not be started; anything else ends with an exit.
    if (child.pid === undefined) end(error.message);
  });
  child.on('exit', (code, signal) => end(signal === null ? `exit status ${code}` : `signal ${signal}`));
  return {
    pid: child.pid ?? 0,
    send: (message) => {
      // A process that has just died is told of by its exit, not here.
      if (child.connected) child.send(message, () => {});
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as In)),
    onExit: (listener) => void exits.push(listener),
    kill: () => void child.kill('SIGKILL'),
  };
}
