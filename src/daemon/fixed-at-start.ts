// Which settings of a new configuration take a restart: those that the process made use of once, when it started.
import type { Config } from '../model/config/config.ts';

/** What a reload cannot change, in words. */
export function fixedAtStart(before: Config, after: Config): string[] {
  const fixed = ({ director, vrrpProcess }: Config) => ({
    'director.name': director.name,
    'director.control_socket': director.controlSocket,
    'director.state_dir': director.stateDir,
    'vrrp_process.realtime': vrrpProcess?.realtimePriority,
    'vrrp_process.lock_memory': vrrpProcess?.lockMemory,
  });
  const old: Readonly<Record<string, unknown>> = fixed(before);
  return Object.entries(fixed(after))
    .filter(([key, value]) => old[key] !== value)
    .map(([key, value]) => `Cannot change ${key} by a reload: expected a restart, got ${value}`);
}
