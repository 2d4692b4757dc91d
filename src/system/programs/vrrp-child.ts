// The VRRP process as the main process holds it: this same program, forked with a channel. Its output goes
// where ours goes. How it lives and dies is the supervisor's matter (daemon/vrrp/supervisor.ts).
import { type ChildProcess, fork } from 'node:child_process';
import { withAmbient } from '../host/capabilities.ts';
import { isForChild, withOwnProgram } from '../host/own-program.ts';
import { isForAnybody } from '../host/withheld-variables.ts';

/** The two directions are typed by whoever uses it. */
export type ForkedProcess<Out, In> = {
  readonly pid: number;
  readonly send: (message: Out) => void;
  readonly onMessage: (listener: (message: In) => void) => void;
  readonly onExit: (listener: (reason: string) => void) => void;
  readonly kill: () => void;
};

/** The profiler, the debugger and the loaders of the main process are not for it. */
const forkOptions = () => withOwnProgram({ execArgv: [], serialization: 'json' });

/** Its options come over the channel, as its first message: they stand in a file that is not read yet. */
export const aheadOption = '--ahead';
export type AheadOptions = { readonly options: readonly string[] };

let ahead: { readonly child: ChildProcess; readonly entry: string; readonly command: string } | undefined;

/**
 * Starts one that loads what it needs and waits, and does nothing else: the next {@link forkSelf} takes it.
 * @param inherited what it closes: to keep them from it here would take the native binding, and its time to load.
 */
export function forkAhead(entry: string, command: string, inherited: readonly number[]): void {
  const others = inherited.filter((fd) => !isForChild(fd));
  const child = fork(entry, [command, aheadOption, ...others.map(String)], forkOptions());
  child.on('error', () => {});
  ahead = { child, entry, command };
}

/** Nobody needs it: it ends by itself, as it does with this process. */
export function dropAhead(): void {
  if (ahead?.child.connected) ahead.child.disconnect();
  ahead = undefined;
}

/** @returns undefined where there is none, or no more. */
function takeAhead(entry: string, command: string, options: readonly string[]): ChildProcess | undefined {
  const { child } = ahead ?? {};
  const fits = ahead?.entry === entry && ahead.command === command;
  if (!fits || !child?.connected || child.exitCode !== null || child.signalCode !== null) {
    dropAhead();
    return undefined;
  }
  ahead = undefined;
  child.send({ options } satisfies AheadOptions, () => {});
  return child;
}

/** @param entry the program's own file; `command` the hidden command that speaks over the channel. */
export function forkSelf<Out extends object, In>(
  entry: string,
  command: string,
  ...options: readonly string[]
): ForkedProcess<Out, In> {
  return hold(
    takeAhead(entry, command, options) ??
      withAmbient(() => fork(entry, [command, ...options], forkOptions())),
  );
}

/** One that nobody vouches for: no capability of ours, no stream but standard error, none of our secrets in its environment. */
export function forkUntrusted<Out extends object, In>(
  entry: string,
  command: string,
  execArgv: readonly string[],
): ForkedProcess<Out, In> {
  const options = withOwnProgram({ execArgv: [...execArgv], serialization: 'json' }, untrustedStreams);
  // The authorities of its TLS are ours.
  const env = { ...process.env, ...options.env };
  const inherited = Object.entries(env).filter(([name]) => isForAnybody(name));
  return hold(fork(entry, [command], { ...options, env: Object.fromEntries(inherited) }));
}

const untrustedStreams = ['ignore', 'ignore', 'inherit'] as const;

function hold<Out extends object, In>(child: ChildProcess): ForkedProcess<Out, In> {
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
