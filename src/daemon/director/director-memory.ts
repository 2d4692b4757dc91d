// What must outlive the daemon to leave the director as it was found: the values that its settings had before any
// run changed them, and which sync daemons it started. A boot makes all of it void.

import type { SyncState } from '../../model/director.ts';
import { isRecord } from '../../net/record.ts';

export type DirectorMemory = {
  /** Values by name of the setting. */
  readonly settings: Readonly<Record<string, string>>;
  readonly syncDaemons: readonly SyncState[];
};

export const nothingRemembered: DirectorMemory = { settings: {}, syncDaemons: [] };

export type DirectorMemoryPort = {
  readonly read: () => DirectorMemory;
  readonly write: (memory: DirectorMemory) => void;
};

/** With the boot it is of (/proc/sys/kernel/random/boot_id), as the file has it. */
export type DirectorRecord = DirectorMemory & { readonly boot: string };

/** @param value of a JSON file, or undefined. @param boot the present one. */
export function parseDirectorRecord(value: unknown, boot: string): DirectorRecord {
  const { boot: theirs, settings, syncDaemons } = isRecord(value) ? value : {};
  if (theirs !== boot) return { boot, ...nothingRemembered };
  const texts = Object.entries(isRecord(settings) ? settings : {}).flatMap(([name, each]) =>
    typeof each === 'string' ? [[name, each] as const] : [],
  );
  const states = (['master', 'backup'] as const).filter(
    (state) => Array.isArray(syncDaemons) && syncDaemons.includes(state),
  );
  return { boot, settings: Object.fromEntries(texts), syncDaemons: states };
}
