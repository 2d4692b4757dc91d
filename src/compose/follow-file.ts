// Follows the config file, where the configuration says so.
import type { Config } from '../model/config/config.ts';
import { watchChange } from '../system/files/watch-change.ts';

/** @returns to be told each configuration that takes effect. */
export function createFileFollower(onChange: () => void): (config: Config) => void {
  let end: (() => void) | undefined;
  return ({ autoreload, file }) => {
    if (!autoreload) end?.();
    end = autoreload ? (end ?? watchChange(file, onChange)) : undefined;
  };
}
