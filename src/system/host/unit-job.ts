// What the service manager is about to do with our unit: its SIGTERM does not say whether the unit is started again
// afterwards. The type of the unit's job does: `restart` until we have ended, then `start` (systemctl(1), list-jobs).
// Who cannot be asked, or does not answer in time, wants a stop.
import { execFile } from 'node:child_process';
import { mayChangeUser } from './capabilities.ts';

const answerMsMax = 2000;

/** @param unit as systemd calls it; undefined: nobody started us as one. */
export function isRestarting(unit: string | undefined): Promise<boolean> {
  if (unit === undefined || unit === '') return Promise.resolve(false);
  const words = ['list-jobs', '--no-legend', '--no-pager', '--plain', '--full'];
  return new Promise((resolve) => {
    // Where no D-Bus runs, systemd answers root alone.
    const options = {
      timeout: answerMsMax,
      killSignal: 'SIGKILL',
      ...(mayChangeUser() && { uid: 0 }),
    } as const;
    execFile('systemctl', words, options, (error, stdout) =>
      resolve(error === null && jobOf(unit, stdout) === 'restart'),
    );
  });
}

/** Lines of "JOB UNIT TYPE STATE". @returns the type of the unit's job. */
export function jobOf(unit: string, listing: string): string | undefined {
  for (const line of listing.split('\n')) {
    const [, name, type] = line.trim().split(/\s+/);
    if (name === unit) return type;
  }
  return undefined;
}
