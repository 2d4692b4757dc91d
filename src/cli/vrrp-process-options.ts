// The settings of the VRRP process on its command line: written by the main process, read by the VRRP process.
import { parseArgs } from 'node:util';
import type { VrrpProcessConfig } from '../config/config.ts';
import type { RealtimeWish } from '../system/realtime.ts';

/** @param config undefined: nothing is said, and {@link wishOf} has the defaults. */
export const vrrpProcessOptions = (config: VrrpProcessConfig | undefined): readonly string[] =>
  config === undefined
    ? []
    : [`--realtime=${config.realtimePriority}`, `--lock-memory=${config.lockMemory ? 'yes' : 'no'}`];

export function wishOf(argv: readonly string[]): RealtimeWish {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      // As vrrpProcessDefaults of the configuration, which this process has no other need of.
      realtime: { type: 'string', default: '20' },
      'lock-memory': { type: 'string', default: 'yes' },
    },
  });
  const priority = values.realtime === 'off' ? 'off' : Number(values.realtime);
  return { priority, lockMemory: values['lock-memory'] === 'yes' };
}
