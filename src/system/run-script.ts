// Runs one command of the administrator's that answers by its exit status: in a process group of its own, without a
// shell, as an unprivileged user where that is possible, for a bounded time. At the timeout the group is asked to
// end, and two seconds later it is killed (keepalived.md §1.6); whatever a check leaves behind goes with it.
import { type ChildProcess, spawn } from 'node:child_process';
import type { RunScript, ScriptRequest, ScriptResult, ScriptRun } from '../ports/tracked.ts';
import { findUser, type User } from './users.ts';

const killAfterMs = 2000;
/** The first that exists; keepalived's own comes first. */
const unprivileged = ['keepalived_script', 'nobody'] as const;
/** Of the command itself; other failures of spawn() are the host's. */
const scriptErrors: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR', 'ELOOP']);

export const runScript: RunScript = (request) => {
  const user = request.user === undefined ? defaultUser(request) : findUser(request.user);
  if (request.user !== undefined && user === undefined) {
    return settled({ outcome: 'failure', detail: `no user ${request.user}` });
  }
  const child = start(request, user, request.user === undefined);
  return typeof child === 'string' ? settled(resultOfError(child)) : follow(child, request);
};

function defaultUser({ isAction }: ScriptRequest): User | undefined {
  if (isAction === true || process.getuid?.() !== 0) return undefined;
  for (const name of unprivileged) {
    const user = findUser(name);
    if (user !== undefined) return user;
  }
  return undefined;
}

/** A refused change of user is thrown; where nobody asked for that user, it is done without. */
function start(request: ScriptRequest, user: User | undefined, mayStay: boolean): ChildProcess | string {
  const [program = '', ...args] = request.command;
  try {
    return spawn(program, args, { stdio: 'ignore', detached: true, cwd: '/', ...user });
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return code === 'EPERM' && mayStay && user !== undefined ? start(request, undefined, false) : code;
  }
}

function follow(child: ChildProcess, { timeoutMs, isAction }: ScriptRequest): ScriptRun {
  const killAll = (signal: NodeJS.Signals) => killGroup(child.pid, signal);
  let killTimer: NodeJS.Timeout | undefined;
  let answer: (result: ScriptResult) => void = () => {};
  const result = new Promise<ScriptResult>((resolve) => {
    answer = resolve;
  });
  const timer = setTimeout(() => {
    answer({ outcome: 'failure', detail: `no answer in ${timeoutMs} ms` });
    killAll('SIGTERM');
    killTimer = setTimeout(() => killAll('SIGKILL'), killAfterMs);
  }, timeoutMs);
  const ended = new Promise<void>((resolve) => {
    const end = (last: ScriptResult) => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      answer(last);
      resolve();
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      // Anything else than that it could not be started ends with an exit.
      if (child.pid === undefined) end(resultOfError(error.code ?? error.message));
    });
    child.on('exit', (code, signal) => {
      if (isAction !== true) killAll('SIGKILL');
      end({
        outcome: code === 0 ? 'success' : 'failure',
        detail: signal === null ? `exit ${code}` : `signal ${signal}`,
      });
    });
  });
  return { result, ended, kill: () => killAll('SIGKILL') };
}

const settled = (result: ScriptResult): ScriptRun => ({
  result: Promise.resolve(result),
  ended: Promise.resolve(),
  kill: () => {},
});

const resultOfError = (code: string): ScriptResult => ({
  outcome: scriptErrors.has(code) ? 'failure' : 'unmade',
  detail: `cannot be run: ${code}`,
});

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
