// What is said of virtual routers, their roles and what moves them, and of the process that speaks for them.
import type { FullReason, Phase } from '../model/vrrp.ts';
import { entry } from './entry.ts';
import { levelOfExit } from './level-of-exit.ts';
import { describeReason } from './reasons.ts';

/** The words keepalived's users know. */
const phaseAlias: Readonly<Record<Phase, string>> = {
  initialize: 'initialize',
  backup: 'backup',
  active: 'active (master)',
  leaving: 'leaving',
  fault: 'fault',
};

const stallActions = {
  stepped_down: 'stepped down to backup',
  announced: 'announced its addresses again',
  waited: 'waits once more before it takes over',
} as const;

export const vrrpEvents = {
  'vrrp.process_started': entry<{
    pid: number;
    memory_locked: boolean;
    realtime: boolean;
    nice?: number;
    detail?: string;
    advice?: string;
  }>(
    ({ advice }) => (advice === undefined ? 'info' : 'warn'),
    ({ pid, detail, nice, advice }) => {
      const instead = nice === undefined ? '' : `; it runs with nice ${nice} instead`;
      const how = detail === undefined ? '' : `: ${detail}${instead}`;
      return `VRRP process ${pid} started${how}${advice === undefined ? '' : `: ${advice}`}`;
    },
  ),
  'vrrp.process_lost': entry<{ pid: number; reason: string; action: string }>(
    'warn',
    (event) => `VRRP process ${event.pid} lost: ${event.reason}; ${event.action}`,
  ),
  'vrrp.hindered': entry<{ problems: readonly string[] }>(
    'error',
    (event) => `virtual routers do not run as configured: ${event.problems.join('; ')}`,
  ),
  'vrrp.supervisor_lost': entry<{ reason: string }>(
    'error',
    (event) => `main process lost: ${event.reason}; handing over`,
  ),
  'vrrp.transition': entry<{
    instance: string;
    vrid: number;
    interface: string;
    from: Phase;
    to: Phase;
    reason: FullReason;
    priority: number;
    peer?: string;
    outage_ms_estimate?: number;
  }>(
    ({ to }) => (to === 'fault' ? 'error' : 'info'),
    (event) =>
      `${event.instance}: ${phaseAlias[event.from]} -> ${phaseAlias[event.to]}: ${describeReason(event.reason)}`,
  ),
  'vrrp.start_delayed': entry<{
    instance: string;
    vrid: number;
    interface: string;
    delay_ms: number;
    reason: string;
  }>(
    'info',
    (event) => `${event.instance}: takes part in ${Math.round(event.delay_ms / 100) / 10} s: ${event.reason}`,
  ),
  'vrrp.track_changed': entry<{ tracked: string; state: string; detail?: string }>(
    ({ state }) => (state === 'down' ? 'warn' : 'info'),
    (event) =>
      `tracked ${event.tracked}: ${event.state}${event.detail === undefined ? '' : `: ${event.detail}`}`,
  ),
  'vrrp.notified': entry<{ instance: string; state: string; command: string; exit: string }>(
    levelOfExit,
    (event) => `${event.instance}: notify script ${event.command} for ${event.state}: ${event.exit}`,
  ),
  'vrrp.group_notified': entry<{ group: string; state: string; command: string; exit: string }>(
    levelOfExit,
    (event) => `sync group ${event.group}: notify script ${event.command} for ${event.state}: ${event.exit}`,
  ),
  'vrrp.priority_changed': entry<{
    instance: string;
    vrid: number;
    from: number;
    to: number;
    because: readonly string[];
  }>(
    'info',
    (event) =>
      `${event.instance}: priority ${event.from} -> ${event.to}: ${event.because.join(', ') || 'nothing that is tracked changes it any more'}`,
  ),
  'vrrp.handover_failed': entry<{ instance: string; vrid: number; reason: FullReason }>(
    'warn',
    (event) => `${event.instance}: the role was not handed over: ${describeReason(event.reason)}`,
  ),
  'vrrp.split_brain_suspected': entry<{
    instance: string;
    vrid: number;
    peer: string;
    mac?: string;
    peer_priority: number;
  }>(
    'warn',
    (event) =>
      `${event.instance}: ${event.peer} (MAC ${event.mac ?? 'unknown'}, priority ${event.peer_priority}) is active on vrid ${event.vrid} as well`,
  ),
  'vrrp.lower_active_heard': entry<{
    instance: string;
    vrid: number;
    peer: string;
    peer_priority: number;
    priority: number;
  }>(
    'debug',
    (event) =>
      `${event.instance}: ${event.peer} is active as well, with priority ${event.peer_priority} against ${event.priority}`,
  ),
  'vrrp.role_yielded': entry<{
    instance: string;
    vrid: number;
    interface: string;
    peer: string;
    mac?: string;
    peer_priority: number;
    priority: number;
    known: boolean;
  }>(
    ({ known }) => (known ? 'info' : 'warn'),
    ({ instance, peer, mac = 'unknown', peer_priority, priority, known }) => {
      const stranger = known ? '' : ', which was not known before';
      return `${instance}: gave the role up to ${peer} (MAC ${mac}), priority ${peer_priority} against ${priority}${stranger}`;
    },
  ),
  'vrrp.stall': entry<{
    instance: string;
    late_ms: number;
    action: 'stepped_down' | 'announced' | 'waited';
  }>('warn', (event) => `${event.instance}: woke ${event.late_ms} ms late: ${stallActions[event.action]}`),
};
