// The settings of the VRRP process on its command line: written by the main process, read by the VRRP process.
import { parseArgs } from 'node:util';
import type { VrrpProcessConfig } from '../model/config/router.ts';
import type { RealtimeWish } from '../system/host/realtime.ts';

/** @param config undefined: nothing is said, and {@link wishOf} has the defaults. @param stateDir where it keeps what outlives it */
export const vrrpProcessOptions = (
  config: VrrpProcessConfig | undefined,
  stateDir?: string,
): readonly string[] => [
  ...(stateDir === undefined ? [] : [`--state-dir=${stateDir}`]),
  ...(config === undefined
    ? []
    : [`--realtime=${config.realtimePriority}`, `--lock-memory=${config.lockMemory ? 'yes' : 'no'}`]),
];

const options = {
  // As vrrpProcessDefaults of the configuration, which this process has no other need of.
  realtime: { type: 'string', default: '20' },
  'lock-memory': { type: 'string', default: 'yes' },
  'state-dir': { type: 'string' },
  started: { type: 'string' },
} as const;

/** Undefined: nothing is to outlive it. */
export const stateDirOf = (argv: readonly string[]): string | undefined =>
  parseArgs({ args: [...argv], options }).values['state-dir'];

/** When the daemon began, in microseconds of the monotonic clock; undefined: with this process. */
export function startedAtOf(argv: readonly string[]): number | undefined {
  const { started } = parseArgs({ args: [...argv], options }).values;
  return started === undefined ? undefined : Number(started);
}

export function wishOf(argv: readonly string[]): RealtimeWish {
  const { values } = parseArgs({ args: [...argv], options });
  const priority = values.realtime === 'off' ? 'off' : Number(values.realtime);
  return { priority, lockMemory: values['lock-memory'] === 'yes' };
}
