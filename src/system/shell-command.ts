// Runs one command line of the administrator's through the shell, as ldirectord's system() does, but with a
// deadline, in a process group of its own that is killed whole, and without waiting in the caller's loop.
import { spawn } from 'node:child_process';

const deadlineMs = 30_000;

/** @returns how it ended: "exit 0", "signal SIGKILL", or why it could not start. Never rejects. */
export function runShellCommand(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', `${command} "$@"`, 'sh', ...args], {
      stdio: 'ignore',
      detached: true,
    });
    const timer = setTimeout(() => killGroup(child.pid), deadlineMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(signal === null ? `exit ${code}` : `signal ${signal}`);
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended between the deadline and now.
  }
}
