// The roster as `run` needs it: the resolver and the files of this machine, and what the last run knew of them.

import { createRoster, type Roster } from '../daemon/roster/roster.ts';
import type { Journal } from '../journal/event.ts';
import type { Config } from '../model/config/config.ts';
import type { Result } from '../net/result.ts';
import { type Kept, parseKept } from '../roster/kept.ts';
import { systemClock } from '../system/clock.ts';
import { openStateFile, type StateFile, type StateFileOptions } from '../system/files/state-file.ts';
import { watchText } from '../system/files/watch-text.ts';
import { createResolveName } from '../system/names/resolve-name.ts';
import { daemonEnvironment } from './read-config.ts';

export const keptIn = (
  stateDir: string,
  options: Omit<StateFileOptions<Kept>, 'parse'> = {},
): StateFile<Kept> => openStateFile<Kept>(stateDir, 'roster.json', { ...options, parse: parseKept });

export type RosterShell = {
  readonly journal: Journal;
  /** What is known could be written, or not. */
  readonly report: (written: Result<void>) => void;
  readonly onChanged: () => void;
  readonly state: Omit<StateFileOptions<Kept>, 'parse'>;
};

export function openRoster(
  initial: Config,
  { journal, report, onChanged, state: options }: RosterShell,
): Roster {
  const state = keptIn(initial.director.stateDir, options);
  return createRoster(
    {
      ...{ clock: systemClock, journal, watchText, onChanged },
      resolveName: createResolveName(),
      environment: daemonEnvironment(),
      initial: state.read(),
      save: (kept) => void state.write(kept).then(report),
    },
    initial,
  );
}
