// The control socket: HTTP with JSON over a unix socket (mode 0660), for one daemon at a time. What is at its path is
// replaced only where it is a socket at which nobody listens, and only by who has the lock beside it: of any number of
// daemons that start at once one gets it. What each path does is given from outside, how HTTP is spoken is
// control-server.ts's, and how a daemon is asked ask-control-socket.ts's.
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../net/result.ts';
import type { Routes } from '../../ports/control.ts';
import { type LockFile, lockFile } from '../files/lock-file.ts';
import { kindOf } from '../files/open-regular.ts';
import { type ControlFailed, createControlServer } from './control-server.ts';

export type ControlSocket = { readonly close: () => Promise<void> };

/** The right to listen at a path, for as long as this process lives. */
export type ControlClaim = {
  readonly listen: (routes: Routes, onFailed?: ControlFailed) => Promise<Result<ControlSocket>>;
  readonly release: () => void;
};

const accessMode = 0o660;
/** Of sun_path, without the NUL behind it (unix(7)). */
const pathBytesMax = 107;

/** Refuses where another daemon has the path, or it cannot be used; nothing that is there is lost then. */
export async function claimControlSocket(path: string): Promise<Result<ControlClaim>> {
  const refuse = (rule: string, got: string) => err(`Cannot listen on ${path}: expected ${rule}, got ${got}`);
  if (Buffer.byteLength(path) > pathBytesMax) {
    return refuse(`a path of at most ${pathBytesMax} bytes`, `${Buffer.byteLength(path)}`);
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    return refuse('a folder that can be made', wordsOf(error));
  }
  const lock = lockFile(`${path}.lock`);
  if (!lock.ok) {
    const { isHeld, heldBy, reason } = lock.error;
    if (!isHeld) return refuse('a lock beside it', reason);
    const who = heldBy === undefined ? '' : ` (pid ${heldBy})`;
    return refuse('one daemon a control socket', `one that is running${who}`);
  }
  const found = await occupantOf(path);
  if (found !== undefined) {
    lock.value.release();
    return refuse('nothing there, or a socket that a dead daemon left', found);
  }
  return ok({
    listen: (routes, onFailed = () => {}) => listenAt(path, lock.value, routes, onFailed),
    release: lock.value.release,
  });
}

/** Claims and listens. */
export async function listenControlSocket(
  path: string,
  routes: Routes,
  onFailed?: ControlFailed,
): Promise<Result<ControlSocket>> {
  const claim = await claimControlSocket(path);
  return claim.ok ? claim.value.listen(routes, onFailed) : claim;
}

/** @returns in words what is there and is not ours to remove. */
async function occupantOf(path: string): Promise<string | undefined> {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isSocket()) return kindOf(stats);
  } catch (error) {
    return wordsOf(error);
  }
  return await listenerAt(path);
}

/** Somebody may listen who does not answer, or is no daemon of ours: that is a listener all the same. */
const listenerAt = (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('a socket at which somebody listens');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const nobody = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      resolve(nobody ? undefined : `a socket of another kind (${error.code})`);
    });
  });

async function listenAt(
  path: string,
  lock: LockFile,
  routes: Routes,
  onFailed: ControlFailed,
): Promise<Result<ControlSocket>> {
  const server = createControlServer(routes, onFailed);
  try {
    if (lstatSync(path, { bigint: true, throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
    await bind(server, path);
    chmodSync(path, accessMode);
  } catch (error) {
    server.close();
    lock.release();
    return err(`Cannot listen on ${path}: expected a folder to write to, got ${wordsOf(error)}`);
  }
  // No more descriptors, say: who asks waits, and the daemon goes on.
  server.on('error', (error) => onFailed('the socket', error));
  return ok({
    close: async () => {
      await close(server);
      lock.release();
    },
  });
}

/** Nobody else may connect between the making of the socket and its mode: bind(2) happens within `listen`. */
const bind = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o777 & ~accessMode);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
