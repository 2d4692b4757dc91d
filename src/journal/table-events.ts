// What is said of the kernel: the IPVS table and what it has beside it, and the firewall marks that are ours.
import type { LogLevel } from '../model/config/config.ts';
import { entry } from './entry.ts';

const settingReasons = {
  configured: 'as configured',
  drift: 'it was changed by someone else',
  restored: 'put back to what was found',
} as const;

const syncReasons = {
  configured: 'as configured',
  role: 'the role of this director changed',
  drift: 'it was changed by someone else',
  stopped: 'it is not needed any more',
} as const;

const levelOfChange = ({ why }: { readonly why: string }): LogLevel => (why === 'drift' ? 'warn' : 'info');

export const tableEvents = {
  'ipvs.adopted': entry<{ services: number; destinations: number; operations: number }>(
    'info',
    (event) =>
      `adopted a table of ${event.services} service(s) and ${event.destinations} server(s); ${event.operations} operation(s) needed`,
  ),
  'ipvs.applied': entry<{
    adds: number;
    edits: number;
    deletes: number;
    ms: number;
    changes: readonly string[];
  }>('info', (event) => `IPVS table changed: ${event.changes.join('; ')}`),
  'ipvs.drift': entry<{ operations: number; changes: readonly string[] }>(
    'warn',
    (event) => `IPVS table was changed by someone else; repairing: ${event.changes.join('; ')}`,
  ),
  'ipvs.failed': entry<{ operation: string; code: string; reason: string; retry_s: number }>(
    'error',
    (event) =>
      `the kernel refused ${event.operation}: ${event.code} ${event.reason}; again in ${event.retry_s} s`,
  ),
  'ipvs.unavailable': entry<{ reason: string; retry_s: number }>(
    'error',
    (event) => `IPVS is not available: ${event.reason}; again in ${event.retry_s} s`,
  ),
  'ipvs.available': entry('info', () => 'IPVS is available again'),
  'ipvs.timeout': entry<{
    /** As ipvsadm names it: tcp, tcpfin, udp. */
    timeout: string;
    from_s: number;
    to_s: number;
    why: 'configured' | 'drift' | 'restored';
  }>(
    levelOfChange,
    (event) =>
      `IPVS timeout ${event.timeout}: ${event.from_s} s -> ${event.to_s} s: ${settingReasons[event.why]}`,
  ),
  'ipvs.sysctl': entry<{
    sysctl: string;
    from: string;
    to: string;
    why: 'configured' | 'drift' | 'restored';
  }>(levelOfChange, (event) => `${event.sysctl}: ${event.from} -> ${event.to}: ${settingReasons[event.why]}`),
  'ipvs.sync_daemon': entry<{
    state: 'master' | 'backup';
    action: 'started' | 'stopped';
    /** In ipvsadm's words. */
    daemon: string;
    why: 'configured' | 'role' | 'drift' | 'stopped';
  }>(
    levelOfChange,
    (event) => `sync daemon ${event.state} ${event.action} (${event.daemon}): ${syncReasons[event.why]}`,
  ),
  'ipvs.foreign': entry<{ services: readonly string[] }>(
    'info',
    (event) => `services of others in the table, left alone: ${event.services.join(', ')}`,
  ),
  'ipvs.unknown': entry<{ entries: readonly string[] }>(
    'warn',
    (event) => `entries of an unknown kind in the table, left as they are: ${event.entries.join(', ')}`,
  ),
  'marks.applied': entry<{ family: string; changes: readonly string[] }>(
    'info',
    (event) => `firewall marks (${event.family}) changed: ${event.changes.join('; ')}`,
  ),
  'marks.drift': entry<{ family: string; changes: readonly string[] }>(
    'warn',
    (event) =>
      `firewall marks (${event.family}) were changed by someone else; repairing: ${event.changes.join('; ')}`,
  ),
  'marks.failed': entry<{ family: string; reason: string; retry_s: number }>(
    'error',
    (event) => `cannot set firewall marks (${event.family}): ${event.reason}; again in ${event.retry_s} s`,
  ),
};
