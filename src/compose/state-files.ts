// What the daemon keeps in state_dir from one run to the next, but for what open-roster.ts and director-memory.ts keep.
// A file that cannot be read, or written, is told.

import { type Overrides, parseOverrides } from '../daemon/operator/operator.ts';
import { parseLeavingState } from '../daemon/reconcile/leaving-servers.ts';
import type { Journal } from '../journal/event.ts';
import type { ServiceName } from '../model/ipvs.ts';
import type { Result } from '../net/result.ts';
import type { LeavingState } from '../reconcile/leaving.ts';
import { ownedServicesIn } from '../system/files/owned-services.ts';
import {
  openStateFile,
  type StateFile,
  type StateFileOptions,
  type UnreadableState,
} from '../system/files/state-file.ts';

export type StateFiles = {
  readonly stateDir: string;
  readonly owned: StateFile<readonly ServiceName[]>;
  readonly overrides: StateFile<Overrides>;
  readonly leaving: StateFile<LeavingState>;
  /** Tells how a write went, where it went wrong. */
  readonly report: (written: Result<void>) => void;
  /** For further files. */
  readonly options: Pick<StateFileOptions<unknown>, 'keepsBad' | 'onUnreadable'>;
};

export function openStateFiles(stateDir: string, journal: Journal): StateFiles {
  const options = {
    keepsBad: true,
    onUnreadable: ({ file, reason, keptAs }: UnreadableState) =>
      journal({ event: 'state.unreadable', file, reason, ...(keptAs !== undefined && { kept_as: keptAs }) }),
  } as const;
  return {
    stateDir,
    options,
    report: (written) => {
      if (!written.ok) journal({ event: 'state.failed', reason: written.error });
    },
    owned: ownedServicesIn(stateDir, options),
    overrides: openStateFile<Overrides>(stateDir, 'operator.json', { ...options, parse: parseOverrides }),
    leaving: openStateFile(stateDir, 'leaving.json', { ...options, parse: parseLeavingState }),
  };
}
