// `start`: a daemon in the background, which has the lock of its file from birth, so that nobody finds it away who looks
// while it comes up. Ends when the daemon is ready, or with its words and its status where it ends before.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { lockFile } from '../../system/files/lock-file.ts';
import { askControlSocket } from '../../system/sockets/ask-control-socket.ts';
import type { Io } from '../command-line.ts';
import { holderOf } from './holder.ts';
import type { Instance } from './instance.ts';

/** As long as systemd gives a start (systemd/lvs-director.service). */
const readyMs = 60_000;
const lookAgainMs = 100;

/** @param words what it is to be found by: its command line, as whoever started it wrote it. */
export async function startInBackground(
  instance: Instance,
  words: readonly string[],
  io: Io,
): Promise<number> {
  const end = performance.now() + readyMs;
  mkdirSync(dirname(instance.lock), { recursive: true });
  for (;;) {
    const lock = lockFile(instance.lock);
    if (lock.ok) {
      const child = spawnDaemon(instance, words, lock.value.descriptor);
      writeFileSync(instance.lock, `${child.pid ?? ''}\n`);
      lock.value.release();
      return whenReady(child, instance, io);
    }
    if (!lock.error.isHeld || performance.now() > end) {
      io.stderr(`Cannot start: expected a lock on ${instance.lock}, got ${lock.error.reason}\n`);
      return 1;
    }
    // Another start is at it, or a stop.
    await delay(lookAgainMs);
    const isThere = holderOf(instance).kind === 'ours';
    if (isThere && (await askControlSocket(instance.controlSocket, 'GET', '/ping', lookAgainMs)).ok) return 0;
  }
}

function spawnDaemon(instance: Instance, words: readonly string[], lock: number): ChildProcess {
  const [, script = ''] = process.argv;
  return spawn(process.execPath, [...process.execArgv, script, ...words], {
    detached: true,
    cwd: '/',
    env: { ...process.env, LVS_DIRECTOR_INSTANCE: instance.file },
    stdio: ['ignore', 'ignore', 'pipe', lock, 'pipe'],
  });
}

async function whenReady(child: ChildProcess, instance: Instance, io: Io): Promise<number> {
  child.stderr?.setEncoding('utf8').on('data', (text: string) => io.stderr(text));
  const ready = child.stdio[4] as Readable;
  let timer: NodeJS.Timeout | undefined;
  const outcome = await new Promise<number | 'ready' | 'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), readyMs);
    ready.once('data', () => resolve('ready'));
    child.once('close', (code) => resolve(code ?? 1));
    child.once('error', (error) => {
      io.stderr(`Cannot start: expected a process, got ${error.message}\n`);
      resolve(1);
    });
  });
  clearTimeout(timer);
  if (typeof outcome === 'number') return outcome === 0 ? 1 : outcome;
  child.unref();
  ready.destroy();
  child.stderr?.destroy();
  if (outcome === 'ready') return 0;
  io.stderr(
    `Cannot tell how the start of ${instance.label} ended: expected a daemon that is ready within ${readyMs / 1000} s, got none yet (pid ${child.pid})\n`,
  );
  return 1;
}
