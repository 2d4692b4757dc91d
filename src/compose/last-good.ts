// The last configuration that was in force, kept beside the state for a start that finds a bad file: systemd ends a
// daemon before it starts the next, so a restart with a bad file could not be refused otherwise. It is of this boot and
// of this run's file alone, and a stop that is no restart forgets it: then a bad file is for whoever starts to mend.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readRegularNow } from '../system/files/open-regular.ts';
import { keepWholeNow } from '../system/files/write-whole.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { configBytesMax } from './read-config.ts';

export type LastGood = {
  /** Absent: there is none. */
  readonly path: () => string | undefined;
  /** The file as it is now has been taken on. */
  readonly keep: () => void;
  readonly forget: () => void;
};

const prefix = 'last-good-';

/** @param folder $STATE_DIRECTORY: absent where no service manager restarts us, and then nothing is kept. */
export function createLastGood(file: string, folder: string | undefined): LastGood {
  const boot = systemSysctl.read('kernel/random/boot_id');
  if (folder === undefined || folder === '' || boot === undefined) return none;
  const path = join(folder, `${prefix}${boot}${extname(file)}`);
  const forget = () => {
    try {
      for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(join(folder, name));
    } catch {
      // There is no such folder, or it cannot be written: then nothing was kept either.
    }
  };
  return {
    path: () => (existsSync(path) ? path : undefined),
    keep: () => {
      const read = readRegularNow(file, { bytesMax: configBytesMax });
      // Without it a restart with a bad file ends as a start with one.
      if (read.ok) keepWholeNow(path, read.value.content);
    },
    forget,
  };
}

const none: LastGood = { path: () => undefined, keep: () => {}, forget: () => {} };
