// The check processes as `run` needs them: this program forked, on as many processors as it may use.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CheckRunner } from '../daemon/health/check-runner.ts';
import type { CheckStarterOptions } from '../daemon/health/check-starter.ts';
import type { ToCheckProcess } from '../daemon/health/processes/messages.ts';
import { createProcessRunner } from '../daemon/health/processes/process-runner.ts';
import { openFilesMax } from '../system/files/open-files.ts';
import { forkUntrusted } from '../system/programs/vrrp-child.ts';

/** Sockets, logs and programs beside the checks, of which a few have more than one descriptor. */
const otherFiles = 512;
const fewestChecksAtOnce = 100;

/** How many checks a process may have under way at once. */
export const checksAtOnce = (): number => Math.max(fewestChecksAtOnce, openFilesMax() - otherFiles);

/** A young generation of the heap of twice the size: a tenth more checks for 30 MB (docs/architecture.md "Ten thousand checks"). */
const execArgv = ['--max-semi-space-size=32'];

/** It must know the hidden command `check-process`. */
const entry = fileURLToPath(new URL('../main.js', import.meta.url));

export const createRunnerOfProcesses = (options: CheckStarterOptions): CheckRunner =>
  createProcessRunner(options, {
    fork: () => forkUntrusted<ToCheckProcess, unknown>(entry, 'check-process', execArgv),
    processors: availableParallelism(),
  });
