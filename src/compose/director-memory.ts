// The memory of the director's settings in state_dir, of this boot.
import {
  type DirectorMemoryPort,
  type DirectorRecord,
  parseDirectorRecord,
} from '../daemon/director/director-memory.ts';
import { isRecord } from '../net/record.ts';
import type { Result } from '../net/result.ts';
import { openStateFile, type StateFileOptions } from '../system/files/state-file.ts';
import { systemSysctl } from '../system/host/sysctl.ts';

/** @param report told how each write went. */
export function directorMemoryIn(
  stateDir: string,
  report: (written: Result<void>) => void,
  options: Pick<StateFileOptions<DirectorRecord>, 'onUnreadable' | 'keepsBad'> = {},
): DirectorMemoryPort {
  const boot = systemSysctl.read('kernel/random/boot_id') ?? '';
  const file = openStateFile<DirectorRecord>(stateDir, 'director.json', {
    ...options,
    parse: (value) => parseDirectorRecord(value, boot),
    // One of another boot says nothing.
    isOurs: (value) => isRecord(value) && typeof value.boot === 'string',
  });
  return { read: file.read, write: (memory) => report(file.writeNow({ boot, ...memory })) };
}
