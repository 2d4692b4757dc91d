// The last configuration that was in force, kept beside the state for a start that finds a bad file: systemd ends a
// daemon before it starts the next, so a restart with a bad file could not be refused otherwise. It is of this boot and
// of this run's file alone, and a stop that is no restart forgets it: then a bad file is for whoever starts to mend.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fingerprintOf } from '../config/reading-of-text.ts';
import type { Config } from '../model/config/config.ts';
import { readRegularNow } from '../system/files/open-regular.ts';
import { keepWholeNow } from '../system/files/write-whole.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { configBytesMax } from './config-bytes.ts';

export type LastGood = {
  /** Absent: there is none. */
  readonly path: () => string | undefined;
  /** The file as it is now, and those that it executes, have been taken on. */
  readonly keep: (config: Pick<Config, 'executed'>) => void;
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
    keep: ({ executed = [] }) => {
      // Without them a restart with a bad file ends as a start with one.
      for (const each of executed) copy(each.file, copyNameOf(path, each.file));
      copy(file, path);
    },
    forget,
  };
}

function copy(file: string, to: string): void {
  const read = readRegularNow(file, { bytesMax: configBytesMax });
  if (read.ok) keepWholeNow(to, read.value.content);
}

const copyNameOf = (kept: string, file: string): string =>
  join(dirname(kept), `${basename(kept)}-${fingerprintOf(file)}`);

/** @param kept {@link LastGood.path}. @returns what is read in place of a file that was executed: its copy, where it has one. */
export const copiesBeside =
  (kept: string) =>
  (file: string): string => {
    const copied = copyNameOf(kept, file);
    return existsSync(copied) ? copied : file;
  };

const none: LastGood = { path: () => undefined, keep: () => {}, forget: () => {} };
