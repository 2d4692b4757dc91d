// Which IPVS services this daemon has put into the kernel, kept across restarts in state_dir: what a crash left
// behind, and a config no longer names, is ours to remove.

import type { ServiceName } from '../../model/ipvs.ts';
import { parseServiceName } from '../../model/names.ts';
import { openStateFile, type StateFile, type StateFileOptions } from './state-file.ts';

export const ownedServicesIn = (
  stateDir: string,
  options: Omit<StateFileOptions<readonly ServiceName[]>, 'parse'> = {},
): StateFile<readonly ServiceName[]> =>
  openStateFile<readonly ServiceName[]>(stateDir, 'owned-services.json', {
    ...options,
    parse: (value) =>
      Array.isArray(value) ? value.flatMap((name) => parseServiceName(String(name)) ?? []) : [],
  });
