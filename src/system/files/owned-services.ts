// Which IPVS services this daemon has put into the kernel, kept across restarts in state_dir: what a crash left
// behind, and a config no longer names, is ours to remove.
import { openStateFile, type StateFile, type StateFileOptions } from './state-file.ts';

/** Names as formatServiceId writes them. */
export const ownedServicesIn = (
  stateDir: string,
  options: Omit<StateFileOptions<readonly string[]>, 'parse'> = {},
): StateFile<readonly string[]> =>
  openStateFile<readonly string[]>(stateDir, 'owned-services.json', {
    ...options,
    parse: (value) => (Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []),
  });
