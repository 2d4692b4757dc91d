// The clock of the day is stepped by an hour, either way. In a lab kernel it is that kernel's own; on a host it is not
// ours to step, so the director runs with a library that tells it another time (libfaketime, which reads how much from
// a file) and leaves the monotonic clock alone.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../harness/process.ts';
import { type Fault, signal } from '../fault.ts';
import { pause, settleMsMax } from '../site.ts';

const ownKernel = process.env.LAB_KERNEL !== undefined;

function findLibrary(): string | undefined {
  const folders = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').map((folder) => join('/usr/lib', folder, 'faketime'))
    : [];
  return folders.map((folder) => join(folder, 'libfaketimeMT.so.1')).find((file) => existsSync(file));
}
const library = findLibrary();

const hour = 3600;

const stepKernel =
  (seconds: number): Fault['inject'] =>
  async () => {
    const step = async (by: number) =>
      void (await run(['date', '-s', `@${Math.round(Date.now() / 1000) + by}`]));
    await step(seconds);
    return () => step(-seconds);
  };

/** The library's own memory is named after the shell that becomes the daemon, and nobody but the shell would remove it. */
const stepLibrary =
  (seconds: number): Fault['inject'] =>
  async ({ site, target }) => {
    const file = join(site.disk(target.name), 'clock');
    writeFileSync(file, '+0');
    target.setEnvironment([
      `FAKETIME_TIMESTAMP_FILE=${file}`,
      ...['FAKETIME_NO_CACHE=1', 'FAKETIME_DONT_FAKE_MONOTONIC=1', `LD_PRELOAD=${library}`],
    ]);
    const restart = async () => {
      signal(target.pids().main, 'SIGTERM');
      await pause(300);
      const end = performance.now() + settleMsMax;
      while (performance.now() < end) {
        const [higher, lower] = await Promise.all([target.complaint('active'), target.complaint('backup')]);
        if (higher === undefined || lower === undefined) return;
        await pause(200);
      }
    };
    await restart();
    const { main } = target.pids();
    writeFileSync(file, `${seconds > 0 ? '+' : ''}${seconds}`);
    return async () => {
      writeFileSync(file, '+0');
      await pause(1000);
      target.setEnvironment([]);
      await restart();
      for (const left of [`faketime_shm_${main}`, `sem.faketime_sem_${main}`])
        rmSync(join('/dev/shm', left), { force: true });
    };
  };

const step = (name: string, seconds: number): Fault => ({
  name,
  gentle: ownKernel,
  lastsMs: [1500, 5000],
  lacks: ownKernel || library !== undefined ? undefined : 'no clock of its own, and no libfaketime',
  inject: ownKernel ? stepKernel(seconds) : stepLibrary(seconds),
});

export const clockFaults: readonly Fault[] = [
  step('the clock goes an hour forward', hour),
  step('the clock goes an hour back', -hour),
];
