// A command as a test sees it: run to its end, or started, watched line by line, and ended with all its children.
// Knows nothing of namespaces. Every wait has a limit, and its error shows what the process said.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * All limits times this: they are there for what never comes, and a busy machine is no reason to fail. A lab kernel shares
 * the machine with another one, and is slow on its own; an emulated machine more so.
 */
export const patience = { uml: 10, machine: 30 }[process.env.LAB_KERNEL ?? ''] ?? 5;

export type Output = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Node reads all certificates that this names before its first statement, in each process anew; no lab needs them. */
const surroundings = (): NodeJS.ProcessEnv => {
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
  return environment;
};

/** Runs to the end. @returns output and exit status (128 + 9 after the limit). Throws if it cannot be started. */
export function attempt(command: readonly string[], limitMs = 30_000, input = ''): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0] ?? '', command.slice(1), {
      stdio: 'pipe',
      env: surroundings(),
      timeout: limitMs * patience,
      killSignal: 9,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 137, stdout, stderr }));
  });
}

/** As {@link attempt}, but anything but status 0 is an error with the command and its words. @returns stdout. */
export async function run(command: readonly string[], limitMs?: number, input?: string): Promise<string> {
  const output = await attempt(command, limitMs, input);
  if (output.status === 0) return output.stdout;
  const said = `${output.stdout}${output.stderr}`.trim();
  throw new Error(`Cannot run ${command.join(' ')}: status ${output.status}, it said: ${said}`);
}

export type WaitOptions = {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Only lines after this many; see {@link Running.lineCount}. */
  readonly after?: number;
};

export type Running = {
  /** Of the command itself, which leads a process group of its own. */
  readonly pid: number;
  readonly lines: () => readonly string[];
  readonly lineCount: () => number;
  /** Resolves with the first line, past or future, that fits; rejects at the limit or when the process ends. */
  readonly waitFor: (wanted: RegExp | ((line: string) => boolean), options?: WaitOptions) => Promise<string>;
  /** Settles when the command has ended and its output is read: exit code, or 128 + signal number as a shell has it. */
  readonly exited: Promise<number>;
  readonly ended: () => boolean;
  /** To the command alone. */
  readonly signal: (name: NodeJS.Signals) => void;
  /** To the command and everything it started. */
  readonly signalAll: (name: NodeJS.Signals) => void;
  /** SIGTERM, then SIGKILL to all after `graceMs` (default 5000) times the patience. */
  readonly stop: (graceMs?: number) => Promise<number>;
};

export type StartOptions = {
  readonly environment?: NodeJS.ProcessEnv;
  readonly directory?: string;
  /** Told of each line when it comes. */
  readonly onLine?: (line: string) => void;
};

/** Starts a command in the background. Output of both streams is kept by lines, in order of arrival. */
export function start(command: readonly string[], options: StartOptions = {}): Running {
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    cwd: options.directory,
    env: { ...surroundings(), ...options.environment },
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of [...listeners]) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    collectLines(stream, (line) => {
      lines.push(line);
      options.onLine?.(line);
      notify();
    });
  }
  let ended = false;
  const exited = new Promise<number>((resolve) => {
    const settle = (status: number) => {
      ended = true;
      resolve(status);
      notify();
    };
    child.on('error', (error) => {
      lines.push(String(error));
      settle(127);
    });
    child.on('close', (code, signal) => settle(code ?? 128 + (signalNumbers[signal ?? ''] ?? 0)));
  });
  const signalAll = (name: NodeJS.Signals) => killGroup(child, name);
  return {
    pid: child.pid ?? -1,
    lines: () => lines,
    lineCount: () => lines.length,
    ended: () => ended,
    exited,
    signal: (name) => void child.kill(name),
    signalAll,
    waitFor: (wanted, wait = {}) =>
      waitForLine({ command, lines, listeners, ended: () => ended }, wanted, wait),
    stop: async (graceMs = 5_000) => {
      child.kill('SIGTERM');
      const status = await Promise.race([exited, delay(graceMs * patience, undefined, { ref: false })]);
      signalAll('SIGKILL');
      return status ?? (await exited);
    },
  };
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    // ESRCH: the whole group is gone already, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function collectLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

type Watched = {
  readonly command: readonly string[];
  readonly lines: readonly string[];
  readonly listeners: Set<() => void>;
  readonly ended: () => boolean;
};

function waitForLine(
  watched: Watched,
  wanted: RegExp | ((line: string) => boolean),
  { timeoutMs = 10_000, after = 0 }: WaitOptions,
): Promise<string> {
  const fits = typeof wanted === 'function' ? wanted : (line: string) => wanted.test(line);
  let next = after;
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer);
      watched.listeners.delete(look);
      act();
    };
    const fail = (why: string) =>
      finish(() => {
        const last = watched.lines.slice(-25).join('\n  ');
        reject(new Error(`${watched.command.join(' ')}: ${why} ${wanted}; its last lines:\n  ${last}`));
      });
    const limitMs = timeoutMs * patience;
    const timer = setTimeout(() => fail(`nothing within ${limitMs} ms fits`), limitMs);
    const look = () => {
      for (; next < watched.lines.length; next += 1) {
        const line = watched.lines[next] ?? '';
        if (fits(line)) return finish(() => resolve(line));
      }
      if (watched.ended()) fail('it ended before anything fits');
    };
    watched.listeners.add(look);
    look();
  });
}

export type PollOptions = { readonly timeoutMs?: number; readonly everyMs?: number; readonly what: string };

/** Asks until the answer is not undefined or false, for what no event tells of. @returns that answer. */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 10_000, everyMs = 50, what }: PollOptions,
): Promise<T> {
  const end = performance.now() + timeoutMs * patience;
  for (;;) {
    const asked = performance.now();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end)
      throw new Error(`Cannot go on: not within ${timeoutMs * patience} ms: ${what}`);
    // What is waited for shares the processor with the question.
    await delay(Math.max(everyMs, 3 * (performance.now() - asked)));
  }
}
