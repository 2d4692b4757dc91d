// The memory of the director's settings in state_dir, of this boot.
import {
  type DirectorMemoryPort,
  type DirectorRecord,
  parseDirectorRecord,
} from '../daemon/director-memory.ts';
import type { Result } from '../net/result.ts';
import { openStateFile } from '../system/state-file.ts';
import { systemSysctl } from '../system/sysctl.ts';

/** @param report told how each write went. */
export function directorMemoryIn(
  stateDir: string,
  report: (written: Result<void>) => void,
): DirectorMemoryPort {
  const boot = systemSysctl.read('kernel/random/boot_id') ?? '';
  const file = openStateFile<DirectorRecord>(stateDir, 'director.json', (value) =>
    parseDirectorRecord(value, boot),
  );
  return { read: file.read, write: (memory) => report(file.write({ boot, ...memory })) };
}
