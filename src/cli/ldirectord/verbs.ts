// What each verb does, with ldirectord's words and statuses (ldirectord 4.12, ld_init). Where it differs: a stop waits for the
// end, a reload for its result, a bad file keeps nobody from a stop or a status, and a daemon that hangs is told.
import { setTimeout as delay } from 'node:timers/promises';
import { createConfigReader } from '../../compose/config-reader.ts';
import { formatProblem } from '../../config/format-problem.ts';
import { askControlSocket } from '../../system/sockets/ask-control-socket.ts';
import type { Io } from '../command-line.ts';
import type { Verb } from './command-line.ts';
import { type Holder, holderOf } from './holder.ts';
import type { Instance } from './instance.ts';

export type Request = {
  readonly instance: Instance;
  readonly io: Io;
  /** Starts the daemon as the command line wants it. */
  readonly start: () => Promise<number>;
};

/** A daemon that does not say so much as its name hangs. An OCF agent's monitor has 10 s, a stop has more. */
const statusMs = 5000;
const stopAnswerMs = 10_000;
/** No stop takes longer (cli/run.ts). */
const stopMs = 250_000;
/** As `lvs-director reload`. */
const reloadMs = 240_000;
const lookAgainMs = 100;

export const runVerb: Readonly<Record<Verb, (request: Request) => Promise<number>>> = {
  start,
  stop,
  restart,
  'try-restart': async (request) => (holderOf(request.instance).kind === 'ours' ? restart(request) : 0),
  reload,
  'force-reload': reload,
  status,
};

async function start({ instance, io, start: begin }: Request): Promise<number> {
  const holder = holderOf(instance);
  if (holder.kind === 'ours') return 0;
  if (holder.kind === 'ldirectord') {
    io.stderr(
      `Cannot start: expected no ldirectord that runs ${instance.label}, got one (pid ${holder.pid}): stop it with its own command\n`,
    );
    return 1;
  }
  return begin();
}

async function stop({ instance, io }: Request): Promise<number> {
  const holder = holderOf(instance);
  if (holder.kind !== 'ours') return 0;
  const { pid } = holder;
  signal(pid, 'SIGTERM');
  const end = performance.now() + stopMs;
  let isAsked = false;
  let hangs = false;
  while (isSame(instance, pid)) {
    if (!isAsked) {
      isAsked = true;
      void hasHung(instance, stopAnswerMs).then((hung) => {
        isAsked = false;
        hangs = hung;
      });
    }
    if (hangs || performance.now() > end) return kill(instance, pid, io);
    await delay(lookAgainMs);
  }
  return 0;
}

/** What it has put into the table stays there. */
async function kill(instance: Instance, pid: number, io: Io): Promise<number> {
  signal(pid, 'SIGKILL');
  for (let round = 0; round < 50 && isSame(instance, pid); round += 1) await delay(lookAgainMs);
  io.stderr(
    `Cannot stop in order: expected an end by SIGTERM, got a daemon that hangs (pid ${pid}): it is killed, and the services of ${instance.label} are still in the table; start and stop take them out\n`,
  );
  return 1;
}

/** What runs is not stopped for a file that nobody can start. */
async function restart(request: Request): Promise<number> {
  const { instance, io } = request;
  if (holderOf(instance).kind === 'ours') {
    const { config, problems } = await createConfigReader(instance.file)();
    if (config === undefined) {
      const errors = problems.filter(({ severity }) => severity === 'error');
      io.stderr(errors.map((problem) => `${formatProblem(problem)}\n`).join(''));
      io.stderr('Cannot restart: the running configuration stays as it was\n');
      return 2;
    }
  }
  const stopped = await stop(request);
  return stopped === 0 ? start(request) : stopped;
}

async function reload({ instance, io }: Request): Promise<number> {
  const holder = holderOf(instance);
  if (holder.kind !== 'ours') {
    io.stderr(`ldirectord is stopped for ${instance.label}\n`);
    return 1;
  }
  const answer = await askControlSocket(instance.controlSocket, 'POST', '/reload', reloadMs);
  if (!answer.ok) {
    if (nobody.test(answer.error)) {
      // It starts, and reads the file once more when it is ready; or it ends.
      signal(holder.pid, 'SIGHUP');
      return 0;
    }
    io.stderr(`Cannot reload: expected an answer, got ${answer.error}\n`);
    return 1;
  }
  const { problems = [], error } = answer.value.body as {
    readonly problems?: readonly string[];
    readonly error?: string;
  };
  for (const line of error === undefined ? problems : [...problems, error]) io.stderr(`${line}\n`);
  if (answer.value.status === 200) return 0;
  io.stderr('Cannot reload: the running configuration stays as it was\n');
  return 2;
}

async function status({ instance, io }: Request): Promise<number> {
  const holder = holderOf(instance);
  if (holder.kind === 'ours') return statusOf(instance, holder, io);
  if (holder.kind === 'stale')
    io.stderr(`ldirectord stale pid file ${instance.pidFile} for ${instance.label}\n`);
  if (holder.kind === 'ldirectord')
    io.stderr(`${instance.label} is run by ldirectord itself (pid ${holder.pid}), not by lvs-director\n`);
  io.stdout(`ldirectord is stopped for ${instance.label}\n`);
  return holder.kind === 'stale' ? 1 : 3;
}

async function statusOf(instance: Instance, { pid }: Holder & { pid: number }, io: Io): Promise<number> {
  if (!(await hasHung(instance, statusMs))) {
    io.stderr(`ldirectord for ${instance.label} is running with pid: ${pid}\n`);
    return 0;
  }
  io.stderr(
    `Cannot tell how ${instance.label} is: expected an answer of the daemon (pid ${pid}) within ${statusMs / 1000} s, got none\n`,
  );
  return 4;
}

/** What connect(2) says of one that has not begun to listen, or has ended doing so. */
const nobody = /ENOENT|ECONNREFUSED/;

async function hasHung({ controlSocket }: Instance, limitMs: number): Promise<boolean> {
  const answer = await askControlSocket(controlSocket, 'GET', '/ping', limitMs);
  return !answer.ok && /no answer/.test(answer.error);
}

function isSame(instance: Instance, pid: number): boolean {
  const holder = holderOf(instance);
  return holder.kind === 'ours' && holder.pid === pid;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
