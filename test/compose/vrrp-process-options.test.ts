// The settings of the VRRP process on their way through its command line.
import { describe, expect, it } from 'vitest';
import { vrrpProcessOptions, wishOf } from '../../src/compose/vrrp-process-options.ts';
import { vrrpProcessDefaults } from '../../src/config/defaults.ts';

describe('the options of the VRRP process', () => {
  it.each([
    { realtimePriority: 'off', lockMemory: false },
    { realtimePriority: 7, lockMemory: true },
  ] as const)('arrive as they were sent: $realtimePriority, $lockMemory', (config) => {
    const { realtimePriority: priority, lockMemory } = config;
    expect(wishOf(vrrpProcessOptions(config))).toEqual({ priority, lockMemory });
  });

  it('are the defaults of the configuration where nothing is said', () => {
    const { realtime: priority, lock_memory: lockMemory } = vrrpProcessDefaults;
    expect(wishOf(vrrpProcessOptions(undefined))).toEqual({ priority, lockMemory });
  });
});
