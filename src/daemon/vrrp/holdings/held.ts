// For which instances the VRRP process may have addresses in the kernel: those that are configured, and those that a
// newer configuration leaves out, until the process has said that they are handed over. Whoever survives the process
// cleans up after exactly these. It removes nothing itself.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';

/** @property wasActive as far as is known: only those resign. */
export type LostInstance = { readonly config: VrrpInstanceConfig; readonly wasActive: boolean };

export type HeldInstances = {
  /** @param isActive of those so far. @returns the number of this configuration. */
  readonly configure: (
    next: readonly VrrpInstanceConfig[],
    isActive: (instance: string) => boolean,
  ) => number;
  readonly serial: () => number;
  /** What the configurations up to that number have left out is gone. */
  readonly released: (serial: number) => void;
  readonly wanted: () => readonly VrrpInstanceConfig[];
  /** Left out, or configured otherwise before. */
  readonly leaving: () => readonly LostInstance[];
  /** Nothing is held any more. */
  readonly clear: () => void;
};

export function createHeldInstances(): HeldInstances {
  let wanted: readonly VrrpInstanceConfig[] = [];
  let leaving: readonly (LostInstance & { readonly until: number })[] = [];
  let serial = 0;

  return {
    configure: (next, isActive) => {
      serial += 1;
      const stays = new Set(next.map(placeless));
      const left = wanted.filter((config) => !stays.has(placeless(config)));
      leaving = [
        ...leaving,
        ...left.map((config) => ({ config, wasActive: isActive(config.name), until: serial })),
      ];
      wanted = next;
      return serial;
    },
    serial: () => serial,
    released: (upTo) => {
      leaving = leaving.filter(({ until }) => until > upTo);
    },
    wanted: () => wanted,
    leaving: () => leaving.map(({ config, wasActive }) => ({ config, wasActive })),
    clear: () => {
      leaving = [];
    },
  };
}

/** Where it stands in the file is no part of what is held. */
const placeless = (config: VrrpInstanceConfig): string => JSON.stringify({ ...config, at: undefined });
