// The FIFOs of the configuration: each is told of what it is for, and read by a program of its own where it has one. Opened
// before anything is told, and closed when all has been; a reload disturbs none that stays as it is, but starts a program
// anew that has ended, as keepalived's reload does. Source: keepalived/lib/notify.c (notify_fifo_open, fifo_close).
import type { Journal } from '../../journal/event.ts';
import type { FifoConfig, FifoSubject } from '../../model/config/fifo.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OpenFifo } from '../../ports/fifo.ts';
import type { RunScript, ScriptRun } from '../../ports/tracked.ts';
import { createFifoWriter, type FifoWriterStatus } from './fifo-writer.ts';
import { formatLine, subjectOf, type Told } from './told.ts';

/** A program that reads to the end ends by itself; one that does not is asked to. */
const endsItselfMs = 1000;
const killAfterMs = 2000;

export type FifoStatus = FifoWriterStatus & {
  readonly fifo: string;
  /** Of its own, which reads it; absent where it has none. */
  readonly program?: 'running' | 'ended';
};

export type Fifos = {
  readonly configure: (fifos: readonly FifoConfig[]) => void;
  readonly tell: (told: Told) => void;
  readonly status: () => readonly FifoStatus[];
  /** Resolves when all is written and read, or after that time; the FIFOs and their programs are gone. */
  readonly close: (limitMs: number) => Promise<void>;
};

export type FifosPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly openFifo: OpenFifo;
  readonly runScript: RunScript;
};

type Fifo = {
  readonly tells: readonly FifoSubject[];
  readonly write: (line: string) => void;
  readonly status: () => FifoStatus;
  /** Starts its program where none runs. */
  readonly attend: () => void;
  readonly close: (limitMs: number) => Promise<void>;
};

export function createFifos(ports: FifosPorts): Fifos {
  let open = new Map<string, Fifo>();
  return {
    configure: (fifos) => {
      const wanted = new Map(fifos.map((config) => [JSON.stringify(config), config]));
      // First: the path of one may be another's from now on.
      for (const [key, fifo] of open) if (!wanted.has(key)) void fifo.close(0);
      open = new Map(
        [...wanted].map(([key, config]) => [key, open.get(key) ?? openAsConfigured(config, ports)]),
      );
      for (const fifo of open.values()) fifo.attend();
    },
    tell: (told) => {
      const subject = subjectOf(told);
      const line = formatLine(told);
      for (const { tells, write } of open.values()) if (tells.includes(subject)) write(line);
    },
    status: () => [...open.values()].map(({ status }) => status()),
    close: async (limitMs) => {
      const all = [...open.values()];
      open = new Map();
      await Promise.all(all.map((fifo) => fifo.close(limitMs)));
    },
  };
}

function openAsConfigured(config: FifoConfig, ports: FifosPorts): Fifo {
  const { clock } = ports;
  const writer = createFifoWriter(config.path, config.owner, ports);
  let run: ScriptRun | undefined;
  let isClosed = false;
  writer.open();

  function attend(): void {
    if (run !== undefined || config.script === undefined) return;
    const started = startScript(config, config.script, ports, () => isClosed);
    run = started;
    void started.ended.then(() => {
      if (run === started) run = undefined;
    });
  }

  return {
    tells: config.tells,
    write: writer.write,
    status: () => ({
      ...{ fifo: config.path, ...writer.status() },
      ...(config.script !== undefined && { program: run === undefined ? 'ended' : 'running' }),
    }),
    attend,
    close: async (limitMs) => {
      isClosed = true;
      await writer.close(limitMs);
      if (run !== undefined) await endScript(run, clock);
    },
  };
}

function startScript(
  { path, scriptUser }: FifoConfig,
  script: readonly string[],
  { journal, runScript }: FifosPorts,
  isClosed: () => boolean,
): ScriptRun {
  const command = [...script, path];
  const user = scriptUser === undefined ? {} : { user: scriptUser };
  const run = runScript({ command, isAction: true, ...user });
  void run.result.then(({ detail: exit }) => {
    if (!isClosed()) journal({ event: 'fifo.script_ended', fifo: path, command: command.join(' '), exit });
  });
  return run;
}

async function endScript(run: ScriptRun, clock: Clock): Promise<void> {
  const cancels = [
    clock.after(endsItselfMs, run.terminate),
    clock.after(endsItselfMs + killAfterMs, run.kill),
  ];
  await run.ended;
  for (const cancel of cancels) cancel();
}
