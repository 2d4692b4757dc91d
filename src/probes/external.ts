// A check made by a program of the administrator's: up when it exits with 0. Run without a shell, with exactly
// four arguments, in a process group of its own, so that the deadline ends it with all that it has started.
// Source: ldirectord's external and external-perl, but a program killed by a signal has failed.
import { type ChildProcess, spawn } from 'node:child_process';
import type { CheckTarget } from '../health/target.ts';
import type { ProbeResult } from '../ports/probe.ts';
import { codeOf, failure, judgeError, success } from './judge-error.ts';

export type ExternalTarget = Extract<CheckTarget, { kind: 'external' }>;

const outputBytesMax = 1024;
const lineLengthMax = 200;

export function probeExternal(target: ExternalTarget, signal: AbortSignal): Promise<ProbeResult> {
  let child: ChildProcess;
  try {
    child = start(target);
  } catch (error) {
    return Promise.resolve(judgeStart(error, target));
  }
  return new Promise((resolve) => {
    const lastLine = collect(child);
    const settle = (result: ProbeResult) => {
      signal.removeEventListener('abort', expire);
      child.stdout?.destroy(); // what it left running may hold the pipe open
      child.stderr?.destroy();
      resolve(result);
    };
    const expire = () => {
      killGroup(child);
      settle(failure(`did not end in time${lastLine()}`));
    };
    signal.addEventListener('abort', expire);
    child.on('error', (error) => settle(judgeStart(error, target)));
    child.on('exit', (status, killedBy) => {
      // Output that was written before the end may still be in the pipe.
      setImmediate(() => {
        if (status === 0) settle(success(`exit 0${lastLine()}`));
        else settle(failure(`${status === null ? `killed by ${killedBy}` : `exit ${status}`}${lastLine()}`));
      });
    });
  });
}

function start({ command, interpreter, arguments: four }: ExternalTarget): ChildProcess {
  const [program, words] = interpreter === undefined ? [command, four] : [interpreter, [command, ...four]];
  return spawn(program, words, { detached: true, shell: false, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A program that is missing or may not be run is a failed check, as in ldirectord. */
function judgeStart(error: unknown, { command }: ExternalTarget): ProbeResult {
  const act = `run ${command}`;
  const result = judgeError(error, act);
  return ['EACCES', 'EPERM'].includes(codeOf(error) ?? '') ? failure(result.detail) : result;
}

/** Keeps the end of what the program says. @returns its last line so far, as the tail of a sentence. */
function collect(child: ChildProcess): () => string {
  let tail = Buffer.alloc(0);
  const keep = (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-outputBytesMax);
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', keep);
    stream?.on('error', () => {});
  }
  return () => {
    const line = tail.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they have no place in a log line
    const clean = line.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
    return clean === '' ? '' : `: ${clean.slice(0, lineLengthMax)}`;
  };
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
