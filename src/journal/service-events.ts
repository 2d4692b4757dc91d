// What is said of virtual services and their servers, and of how the checks of these keep up.
import { describeFallback } from './describe-fallback.ts';
import { entry } from './entry.ts';
import { levelOfExit } from './level-of-exit.ts';

const ofCheck = ({ check }: { readonly check?: string }): string =>
  check === undefined ? '' : ` of ${check}`;

export const serviceEvents = {
  'real.up': entry<{
    service: string;
    real: string;
    detail: string;
    down_s?: number;
    /** How much of it was hold for flapping. */
    held_s?: number;
  }>('info', (event) => `${event.real} of ${event.service} is up: ${event.detail}`),
  'real.flapping': entry<{
    service: string;
    real: string;
    detail: string;
    falls: number;
    within_s: number;
    hold_s: number;
  }>(
    'warn',
    (event) =>
      `${event.real} of ${event.service} answers again, but fell ${event.falls} time(s) within ${event.within_s} s: held for ${event.hold_s} s`,
  ),
  'real.down': entry<{
    service: string;
    real: string;
    /** Which one failed, of several. */
    check?: string;
    detail: string;
    failures: number;
  }>(
    'warn',
    (event) =>
      `${event.real} of ${event.service} is down after ${event.failures} failure(s)${ofCheck(event)}: ${event.detail}`,
  ),
  'real.failing': entry<{
    service: string;
    real: string;
    check?: string;
    detail: string;
    failures: number;
    fall: number;
  }>(
    'warn',
    (event) =>
      `${event.real} of ${event.service} failed ${event.check ?? 'its check'} (${event.failures} of the ${event.fall} failures that take it out): ${event.detail}`,
  ),
  'real.notified': entry<{
    service: string;
    real: string;
    action: 'up' | 'down';
    command: string;
    exit: string;
  }>(
    levelOfExit,
    (event) => `${event.real} of ${event.service}: notify_${event.action} ${event.command}: ${event.exit}`,
  ),
  'real.drained': entry<{
    service: string;
    real: string;
    by: 'operator' | 'configuration';
    took_s: number;
    active: number;
    inactive: number;
    persistent: number;
  }>(
    'info',
    (event) =>
      `${event.real} of ${event.service} drained in ${event.took_s} s: ${event.active} active and ${event.inactive} inactive connection(s) and ${event.persistent} persistent client(s) left`,
  ),
  'real.unchecked': entry<{ service: string; real: string; check?: string; detail: string }>(
    'warn',
    (event) =>
      `${event.real} of ${event.service} could not be checked${event.check === undefined ? '' : ` by ${event.check}`}: ${event.detail}`,
  ),
  'real.certificate_expires': entry<{
    service: string;
    real: string;
    subject: string;
    /** ISO 8601. */
    expires: string;
    /** Negative when it has ended. */
    days_left: number;
  }>(
    'warn',
    (event) =>
      `${event.real} of ${event.service}: the certificate of ${event.subject} ${event.days_left < 0 ? 'ended' : 'ends'} at ${event.expires} (${event.days_left} day(s) left)`,
  ),
  'checks.crowded': entry<{ checks: number; places: number }>(
    'warn',
    (event) =>
      `${event.checks} checks, of which ${event.places} may run at once: raise the limit of open files`,
  ),
  'checks.behind': entry<{ checks: number; made_percent: number }>(
    'warn',
    (event) =>
      `${event.checks} checks, made ${event.made_percent} % as often as configured: this machine has too much to do`,
  ),
  'checks.caught_up': entry<{ checks: number; behind_s: number }>(
    'info',
    (event) => `${event.checks} checks, made as often as configured again after ${event.behind_s} s`,
  ),
  'checks.process_started': entry<{ pid: number; user?: string }>(
    'info',
    ({ pid, user }) => `check process ${pid} started${user === undefined ? '' : ` as ${user}`}`,
  ),
  'checks.process_lost': entry<{ pid: number; reason: string; action: string }>(
    'warn',
    (event) => `check process ${event.pid} lost: ${event.reason}; ${event.action}`,
  ),
  'checks.moved': entry<{ checks: number; from_pid: number; to_pid: number; late_ms: number }>(
    'info',
    (event) =>
      `${event.checks} checks moved from check process ${event.from_pid}, which began them ${event.late_ms} ms late, to ${event.to_pid}`,
  ),
  'service.fallback_on': entry<{
    service: string;
    fallback: string;
    /** From 1. */
    tier: number;
    tiers: number;
    reason: 'no_server' | 'no_quorum';
  }>('warn', (event) => `${event.service}: ${describeFallback(event)}`),
  'service.fallback_off': entry<{
    service: string;
    fallback: string;
    /** Who serves now: 'real servers', another tier, 'nobody'. */
    instead: string;
  }>(
    'info',
    (event) => `${event.service}: fallback ${event.fallback} serves no longer; instead: ${event.instead}`,
  ),
  'service.quorum_gained': entry<{ service: string; weight: number; quorum: number; hysteresis: number }>(
    'info',
    (event) =>
      `${event.service}: quorum gained: weight ${event.weight}, quorum ${event.quorum}, hysteresis ${event.hysteresis}`,
  ),
  'service.quorum_lost': entry<{ service: string; weight: number; quorum: number; hysteresis: number }>(
    'warn',
    (event) =>
      `${event.service}: quorum lost: weight ${event.weight}, quorum ${event.quorum}, hysteresis ${event.hysteresis}`,
  ),
  'service.quorum_command': entry<{ service: string; action: 'up' | 'down'; command: string; exit: string }>(
    levelOfExit,
    (event) => `${event.service}: quorum_${event.action} ${event.command}: ${event.exit}`,
  ),
  'service.empty': entry<{ service: string }>(
    'error',
    (event) => `${event.service}: neither a real server nor a fallback is up`,
  ),
  'service.fallbackcommand': entry<{
    service: string;
    action: 'start' | 'stop';
    command: string;
    exit: string;
  }>(levelOfExit, (event) => `${event.service}: fallbackcommand ${event.action}: ${event.exit}`),
};
