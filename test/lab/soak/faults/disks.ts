// Faults of where a director writes: the file system of its state and its log file is full or read-only, and whoever
// reads its output stops reading, or is gone.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../harness/process.ts';
import { type Fault, signal } from '../fault.ts';

export const diskFaults: readonly Fault[] = [
  {
    name: 'the disk is full',
    gentle: true,
    lastsMs: [1000, 6000],
    inject: async ({ site, target }) => {
      const fill = join(site.disk(target.name), 'fill');
      try {
        writeFileSync(fill, new Uint8Array(16 * 1024 * 1024));
      } catch {
        // Which is what was wanted: all that fits is there.
      }
      return async () => rmSync(fill, { force: true });
    },
  },
  {
    name: 'the disk is read-only',
    gentle: true,
    lastsMs: [1000, 6000],
    inject: async ({ site, target }) => {
      // A remount that is refused, as a file is being written, is tried again by mount(8)'s caller.
      const remount = (how: string) => run(['mount', '-o', `remount,${how}`, site.disk(target.name)]);
      const readOnly = await remount('ro').catch(() => undefined);
      return async () => void (readOnly === undefined || (await remount('rw')));
    },
  },
  {
    name: 'the log reader hangs',
    gentle: true,
    lastsMs: [3000, 9000],
    inject: async ({ target }) => {
      const { log } = target.pids();
      signal(log, 'SIGSTOP');
      return async () => signal(log, 'SIGCONT');
    },
  },
  {
    name: 'the log reader is gone',
    gentle: false,
    lastsMs: [1000, 4000],
    inject: async ({ target }) => {
      signal(target.pids().log, 'SIGKILL');
      // Only with a new process is there somebody who reads again.
      return async () => signal(target.pids().main, 'SIGTERM');
    },
  },
];
