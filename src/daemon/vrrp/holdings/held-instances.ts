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
  readonly leftOut: () => readonly LostInstance[];
  /** Nothing is held any more. */
  readonly clear: () => void;
};

export function createHeldInstances(): HeldInstances {
  let wanted: readonly VrrpInstanceConfig[] = [];
  let leftOut: readonly (LostInstance & { readonly until: number })[] = [];
  let serial = 0;

  return {
    configure: (next, isActive) => {
      serial += 1;
      const configured = new Set(next.map(placeless));
      const missing = wanted.filter((config) => !configured.has(placeless(config)));
      leftOut = [
        ...leftOut,
        ...missing.map((config) => ({ config, wasActive: isActive(config.name), until: serial })),
      ];
      wanted = next;
      return serial;
    },
    serial: () => serial,
    released: (upTo) => {
      leftOut = leftOut.filter(({ until }) => until > upTo);
    },
    wanted: () => wanted,
    leftOut: () => leftOut.map(({ config, wasActive }) => ({ config, wasActive })),
    clear: () => {
      leftOut = [];
    },
  };
}

/** Where it stands in the file is no part of what is held. */
const placeless = (config: VrrpInstanceConfig): string => JSON.stringify({ ...config, at: undefined });
