// The level that each event is logged at.
import type { LogLevel } from '../model/config/config.ts';
import type { JournalEvent } from './event.ts';

const warnings: ReadonlySet<JournalEvent['event']> = new Set([
  'config.warning',
  'daemon.rival',
  'log.failed',
  'log.lost',
  'log.suppressed',
  'state.failed',
  'state.unreadable',
  'vrrp.process_lost',
  'vrrp.advert_rejected',
  'vrrp.advert_differs',
  'vrrp.split_brain_suspected',
  'vrrp.path_down',
  'vrrp.foreign_router',
  'vrrp.handover_failed',
  'vrrp.stall',
  'vrrp.send_failed',
  'vrrp.route_failed',
  'vrrp.route_restored',
  'vrrp.route_removed',
  'vrrp.restored',
  'vip.answered_elsewhere',
  'vip.lease_expired',
  'vip.restored',
  'real.down',
  'real.failing',
  'real.flapping',
  'real.unchecked',
  'checks.crowded',
  'checks.behind',
  'real.certificate_expires',
  'service.fallback_on',
  'names.failed',
  'names.forgotten',
  'roster.duplicate',
  'roster.file_rejected',
  'vrrp.peers_unknown',
  'service.quorum_lost',
  'ipvs.drift',
  'marks.drift',
  'ipvs.unknown',
]);

const errors: ReadonlySet<JournalEvent['event']> = new Set([
  'daemon.fault',
  'control.failed',
  'daemon.reload_rejected',
  'daemon.config_rejected',
  'vrrp.supervisor_lost',
  'vrrp.hindered',
  'vip.failed',
  'vrrp.accept_failed',
  'service.empty',
  'ipvs.failed',
  'ipvs.unavailable',
  'marks.failed',
]);

/** How a notify script ended, where that is not as it should. */
const notWell = /^(?:exit [1-9]|signal|no answer|cannot|left out)/;

export function levelOf(event: JournalEvent): LogLevel {
  if (event.event === 'vrrp.transition' && event.to === 'fault') return 'error';
  if (event.event === 'vrrp.process_started' && event.advice !== undefined) return 'warn';
  if (event.event === 'vrrp.role_yielded') return event.known ? 'info' : 'warn';
  if (event.event === 'vrrp.track_changed' && event.state === 'down') return 'warn';
  if (event.event === 'vrrp.notified' && notWell.test(event.exit)) return 'warn';
  if (event.event === 'service.fallbackcommand' && notWell.test(event.exit)) return 'warn';
  if (event.event === 'service.quorum_command' && notWell.test(event.exit)) return 'warn';
  if ('why' in event && event.why === 'drift') return 'warn';
  if (errors.has(event.event)) return 'error';
  return warnings.has(event.event) ? 'warn' : 'info';
}
