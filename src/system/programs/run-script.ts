// Runs one program of the administrator's that answers by its exit status: in a process group of its own, as the user
// that script-user.ts says, for a bounded time and with a bounded output. At the timeout the group is asked to end,
// and two seconds later it is killed (docs/reference/keepalived.md §3); whatever a check leaves behind goes with it.
// No shell, unless the command is one.
import { type ChildProcess, spawn } from 'node:child_process';
import type { RunScript, ScriptRequest, ScriptResult, ScriptRun } from '../../ports/tracked.ts';
import { outputBytesMax, readOutput } from './script-output.ts';
import { environmentOf, userOf } from './script-user.ts';
import type { User } from './users.ts';

const killAfterMs = 2000;
/** How long the output of a script that has ended may take to be read: who left its group may hold the pipe. */
const lastWordsMs = 50;
/** Of the command itself; other failures of spawn() are the host's. */
const scriptErrors: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR', 'ELOOP']);

export const runScript: RunScript = (request) => {
  let user: ReturnType<typeof userOf>;
  try {
    user = userOf(request);
  } catch (error) {
    return settled({ outcome: 'unmade', detail: `cannot look up its user: ${String(error)}` });
  }
  if (user === 'unknown') return settled({ outcome: 'failure', detail: `no user ${request.user}` });
  const child = start(request, user, request.user === undefined);
  return typeof child === 'string' ? settled(resultOfError(child, user)) : follow(child, request, user);
};

/** A refused change of user is thrown; where nobody asked for that user, it is done without. */
function start(request: ScriptRequest, user: User | undefined, mayStay: boolean): ChildProcess | string {
  const [program = '', ...args] = request.command;
  const output = request.isAction === true ? 'ignore' : 'pipe';
  try {
    return spawn(program, args, {
      stdio: ['ignore', output, output],
      detached: true,
      cwd: '/',
      env: environmentOf(user),
      ...(user && { uid: user.uid, gid: user.gid }),
    });
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return code === 'EPERM' && mayStay && user !== undefined ? start(request, undefined, false) : code;
  }
}

function follow(child: ChildProcess, { timeoutMs, isAction }: ScriptRequest, user?: User): ScriptRun {
  const killAll = (signal: NodeJS.Signals) => killGroup(child.pid, signal);
  let answer: (result: ScriptResult) => void = () => {};
  const result = new Promise<ScriptResult>((resolve) => {
    answer = resolve;
  });
  const lastLine = readOutput(child, () => {
    answer({ outcome: 'failure', detail: `said more than ${outputBytesMax} bytes` });
    killAll('SIGKILL');
  });
  const cancel = expireAfter(timeoutMs, killAll, () => {
    answer({ outcome: 'failure', ...worded(`no answer in ${timeoutMs} ms`, lastLine()) });
  });
  const ended = new Promise<void>((resolve) => {
    const end = (last: ScriptResult) => {
      cancel();
      child.stdout?.destroy();
      child.stderr?.destroy();
      answer(last);
      resolve();
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      // Anything else than that it could not be started ends with an exit.
      if (child.pid === undefined) end(resultOfError(error.code ?? error.message, user));
    });
    child.on('exit', (code, signal) => {
      cancel();
      if (isAction !== true) killAll('SIGKILL');
      const finish = () => {
        clearTimeout(timer);
        end(resultOfExit(code, signal, lastLine()));
      };
      const timer = setTimeout(finish, lastWordsMs);
      child.on('close', finish);
    });
  });
  return { result, ended, terminate: () => killAll('SIGTERM'), kill: () => killAll('SIGKILL') };
}

/** @returns calls it off, the killing too. */
function expireAfter(
  timeoutMs: number | undefined,
  killAll: (signal: NodeJS.Signals) => void,
  onExpired: () => void,
): () => void {
  if (timeoutMs === undefined) return () => {};
  let timer = setTimeout(() => {
    onExpired();
    killAll('SIGTERM');
    timer = setTimeout(() => killAll('SIGKILL'), killAfterMs);
  }, timeoutMs);
  return () => clearTimeout(timer);
}

const settled = (result: ScriptResult): ScriptRun => ({
  result: Promise.resolve(result),
  ended: Promise.resolve(),
  terminate: () => {},
  kill: () => {},
});

const resultOfExit = (
  code: number | null,
  signal: string | null,
  said: string | undefined,
): ScriptResult => ({
  outcome: code === 0 ? 'success' : 'failure',
  ...worded(signal === null ? `exit ${code}` : `signal ${signal}`, said),
  ...(code !== null && { exitStatus: code }),
});

const worded = (how: string, said: string | undefined) =>
  said === undefined ? { detail: how } : { detail: `${how}: ${said}`, said };

const resultOfError = (code: string, user: User | undefined): ScriptResult => ({
  outcome: scriptErrors.has(code) ? 'failure' : 'unmade',
  detail: `cannot be run${user === undefined ? '' : ` as ${user.name}`}: ${code}`,
});

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
