// How a part of the daemon is started, follows what changes, and is stopped. daemon.ts walks the parts in one order
// when it starts or changes, and in the other when it stops; what a part does is its own file's.

import type { Config } from '../model/config/config.ts';
import type { StopHow } from './daemon-ports.ts';

/** A configuration that takes the place of another; both with the servers and peers of their moment. */
export type Change = {
  /** The file was read again, or other servers or peers stand behind the names and files that it has. */
  readonly cause: 'reload' | 'roster';
  readonly before: Config;
  readonly config: Config;
  /** What takes everything away is meant (ReloadOptions). */
  readonly empty: boolean;
};

export type Part = {
  /** @returns what stands in the way of some of it, in words. */
  readonly start: (config: Config) => Promise<readonly string[]>;
  /** @returns as start. */
  readonly change: (change: Change) => Promise<readonly string[]>;
  /** A stop is asked for: what start or change wait for at that time has no point any more. */
  readonly interrupt?: () => void;
  readonly stop: (how: StopHow) => Promise<void>;
};
