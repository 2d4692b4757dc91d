// One sentence for each event, for whoever reads the log at three in the morning, and the level it is
// logged at. The typed fields stand beside it; nothing here decides anything.
import type { LogLevel } from '../config/config.ts';
import type { JournalEvent } from '../ports/journal.ts';
import type { VrrpPhase } from '../ports/vrrp-events.ts';
import { describeFallback } from '../reconcile/fallback.ts';
import { describeReason } from './describe-reason.ts';

/** The words keepalived's users know. */
const phaseAlias: Readonly<Record<VrrpPhase, string>> = {
  initialize: 'initialize',
  backup: 'backup',
  active: 'active (master)',
  leaving: 'leaving',
  fault: 'fault',
};

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

/** One sentence without a full stop; names the thing first. */
export function describeEvent(event: JournalEvent): string {
  const [area] = event.event.split('.');
  if (area === 'vrrp' || area === 'vip') return describeVrrp(event);
  if (area === 'real' || area === 'service' || area === 'checks') return describeService(event);
  if (area === 'names' || area === 'roster') return describeRoster(event);
  return describeDaemon(event);
}

function describeYielding(event: Extract<JournalEvent, { event: 'vrrp.role_yielded' }>): string {
  const { instance, peer, mac = 'unknown', peer_priority, priority, known } = event;
  const who = `${peer} (MAC ${mac})`;
  const stranger = known ? '' : ', which was not known before';
  return `${instance}: gave the role up to ${who}, priority ${peer_priority} against ${priority}${stranger}`;
}

function describeStart({
  pid,
  detail,
  nice,
  advice,
}: Extract<JournalEvent, { event: 'vrrp.process_started' }>) {
  const instead = nice === undefined ? '' : `; it runs with nice ${nice} instead`;
  const how = detail === undefined ? '' : `: ${detail}${instead}`;
  return `VRRP process ${pid} started${how}${advice === undefined ? '' : `: ${advice}`}`;
}

function describeVrrp(event: JournalEvent): string {
  switch (event.event) {
    case 'vrrp.process_started':
      return describeStart(event);
    case 'vrrp.process_lost':
      return `VRRP process ${event.pid} lost: ${event.reason}; ${event.action}`;
    case 'vrrp.hindered':
      return `virtual routers do not run as configured: ${event.problems.join('; ')}`;
    case 'vrrp.supervisor_lost':
      return `main process lost: ${event.reason}; handing over`;
    case 'vrrp.transition':
      return `${event.instance}: ${phaseAlias[event.from]} -> ${phaseAlias[event.to]}: ${describeReason(event.reason)}`;
    case 'vrrp.start_delayed':
      return `${event.instance}: takes part in ${Math.round(event.delay_ms / 100) / 10} s: ${event.reason}`;
    case 'vrrp.track_changed':
      return `tracked ${event.tracked}: ${event.state}${event.detail === undefined ? '' : `: ${event.detail}`}`;
    case 'vrrp.notified':
      return `${event.instance}: told ${event.command} of ${event.state}: ${event.exit}`;
    case 'vrrp.priority_changed':
      return `${event.instance}: priority ${event.from} -> ${event.to}: ${event.because.join(', ') || 'nothing tracked moves it any more'}`;
    case 'vrrp.advert_rejected':
      return `${event.instance ?? event.interface}: advert from ${event.source} rejected: ${event.reason} (${event.count} times)`;
    case 'vrrp.advert_differs':
      return `${event.instance}: ${event.source} advertises another ${event.what}: ${event.theirs}, ours is ${event.ours}`;
    case 'vrrp.foreign_router':
      return `${event.instance}: ${event.source} is another cluster's router on our vrid ${event.vrid}, or configured differently: ${event.reason} (${event.count} times)`;
    case 'vrrp.path_down':
      return `${event.instance}: no adverts over ${event.interface}: ${describeReason(event.reason)}; the other paths go on`;
    case 'vrrp.path_up':
      return `${event.instance}: adverts over ${event.interface} again, after ${event.down_ms} ms`;
    case 'vrrp.handover_failed':
      return `${event.instance}: the role was not handed over: ${describeReason(event.reason)}`;
    case 'vrrp.peers_changed':
      return `${event.instance}: peers changed: ${[...event.added.map((peer) => `+${peer}`), ...event.removed.map((peer) => `-${peer}`)].join(' ')}`;
    case 'vrrp.peers_unknown':
      return `${event.instance}: waits until the address of a peer is known (${event.names.join(', ')})`;
    case 'vrrp.split_brain_suspected':
      return `${event.instance}: ${event.peer} (priority ${event.peer_priority}) is active on vrid ${event.vrid} as well`;
    case 'vrrp.role_yielded':
      return describeYielding(event);
    case 'vrrp.stall':
      return `${event.instance}: woke ${event.late_ms} ms late; ${event.action}`;
    case 'vrrp.send_failed':
      return `${event.instance}: cannot send adverts: ${event.reason} (${event.count} times)`;
    case 'vrrp.route_restored':
      return `${event.instance}: restored ${severalOf(event)}: somebody had removed it (${event.count} times)`;
    case 'vrrp.route_removed':
      return `${event.instance}: removed ${severalOf(event)}: it was there although this director does not serve (${event.count} times)`;
    case 'vrrp.restored':
      return `${event.instance}: restored ${event.what}: ${event.from} -> ${event.to} (${event.count} times)`;
    case 'vrrp.accept_failed':
      return `${event.instance}: cannot drop what is addressed to its VIPs: ${event.reason}`;
    case 'vrrp.route_failed':
      return `${event.instance}: cannot add ${event.route}: ${event.reason}`;
    case 'vip.added':
      return `${event.instance}: ${event.address} added to ${event.interface}`;
    case 'vip.removed':
      return `${event.instance}: ${event.address} removed from ${event.interface}: ${describeReason(event.reason)}`;
    case 'vip.restored':
      return `${event.instance}: ${event.address} had been removed from ${event.interface} by someone else; put back`;
    case 'vip.announced':
      return `${event.instance}: ${event.addresses} address(es) announced, round ${event.round}`;
    case 'vip.answered_elsewhere':
      return `${event.instance}: ${event.mac} answers for ${event.address} as well (${event.count} times)`;
    case 'vip.lease_expired':
      return `${event.instance}: the lease of ${event.address} on ${event.interface} ran out`;
    case 'vip.failed':
      return `${event.instance}: cannot hold ${event.address} on ${event.interface}: ${event.reason}`;
    default:
      return event.event;
  }
}

function describeService(event: JournalEvent): string {
  switch (event.event) {
    case 'real.up':
      return `${event.real} of ${event.service} is up: ${event.detail}`;
    case 'real.flapping':
      return `${event.real} of ${event.service} answers again, but fell ${event.falls} time(s) within ${event.within_s} s: held for ${event.hold_s} s`;
    case 'real.drained':
      return `${event.real} of ${event.service} drained in ${event.took_s} s: ${event.active} active and ${event.inactive} inactive connection(s) and ${event.persistent} persistent client(s) left`;
    case 'real.down':
      return `${event.real} of ${event.service} is down after ${event.failures} failure(s): ${event.detail}`;
    case 'real.failing':
      return `${event.real} of ${event.service} failed ${event.failures} of ${event.fall}: ${event.detail}`;
    case 'real.unchecked':
      return `${event.real} of ${event.service} could not be checked: ${event.detail}`;
    case 'checks.crowded':
      return `${event.checks} checks, of which ${event.places} may be under way at once: raise the limit of open files`;
    case 'checks.behind':
      return `${event.checks} checks, made ${event.made_percent} % as often as asked for: this machine has too much to do`;
    case 'checks.caught_up':
      return `${event.checks} checks, again as often as asked for, after ${event.behind_s} s`;
    case 'real.certificate_expires':
      return `${event.real} of ${event.service}: the certificate of ${event.subject} ${event.days_left < 0 ? 'ended' : 'ends'} at ${event.expires} (${event.days_left} day(s) left)`;
    case 'service.fallback_on':
      return `${event.service}: ${describeFallback(event)}`;
    case 'service.fallback_off':
      return `${event.service}: fallback ${event.fallback} out; ${event.instead} instead`;
    case 'service.quorum_gained':
      return `${event.service}: quorum gained: weight ${event.weight}, quorum ${event.quorum}, hysteresis ${event.hysteresis}`;
    case 'service.quorum_lost':
      return `${event.service}: quorum lost: weight ${event.weight}, quorum ${event.quorum}, hysteresis ${event.hysteresis}`;
    case 'service.quorum_command':
      return `${event.service}: quorum_${event.action} ${event.command} ended: ${event.exit}`;
    case 'service.empty':
      return `${event.service}: neither a real server nor a fallback is up`;
    case 'service.fallbackcommand':
      return `${event.service}: fallbackcommand ${event.action} ended: ${event.exit}`;
    default:
      return event.event;
  }
}

function describeRoster(event: JournalEvent): string {
  switch (event.event) {
    case 'names.failed':
      return `${event.name} (${event.family}) cannot be resolved: ${event.reason}; ${describeKept(event)}`;
    case 'names.recovered':
      return `${event.name} (${event.family}) is resolved again after ${event.failed_s} s: ${event.addresses.join(', ')}`;
    case 'names.forgotten':
      return `${event.name} (${event.family}) is gone from DNS; its last addresses are given up: ${event.addresses.join(', ')}`;
    case 'roster.changed':
      return `${event.service}: servers by ${event.from.join(', ')} changed: ${[...event.added.map((real) => `+${real}`), ...event.removed.map((real) => `-${real}`)].join(' ')}`;
    case 'roster.duplicate':
      return `${event.service}: ${event.real} of ${event.from} is there already, from ${event.first}`;
    case 'roster.file_rejected':
      return `kept the ${event.kept} server(s) of ${event.file} as it was: ${event.problems[0] ?? ''}`;
    case 'roster.file_accepted':
      return `${event.file} is good again: ${event.servers} server(s)`;
    default:
      return event.event;
  }
}

function describeKept({ kept, kept_s }: JournalEvent & { readonly event: 'names.failed' }): string {
  if (kept.length === 0) return 'no address of it is known';
  return `${kept.join(', ')} kept${kept_s === undefined ? '' : ` for ${kept_s} s`}`;
}

const settingReasons = {
  configured: 'as configured',
  drift: 'it was changed by someone else',
  restored: 'put back to what was found',
} as const;

const syncReasons = {
  configured: 'as configured',
  role: 'the role of this director changed',
  drift: 'it was changed by someone else',
  stopped: 'nothing asks for it any longer',
} as const;

function describeDaemon(event: JournalEvent): string {
  switch (event.event) {
    case 'daemon.started':
      return `lvs-director ${event.version} started as ${event.director}, pid ${event.pid}, config ${event.config}`;
    case 'daemon.ready':
      return `ready: ${event.instances} virtual router(s), ${event.services} service(s), ${event.servers} real server(s)`;
    case 'daemon.reloaded':
      return `reloaded ${event.config}: ${event.services} service(s), ${event.servers} real server(s)`;
    case 'daemon.reload_rejected':
      return `kept the running configuration: ${event.config} has ${event.problems.length} problem(s): ${event.problems[0] ?? ''}`;
    case 'daemon.rival':
      return `${event.program} (process ${event.pid}) runs on this host as well: what both set, each undoes for the other`;
    case 'daemon.config_rejected':
      return `started with the last good configuration (${event.instead}): ${event.config} has ${event.problems.length} problem(s): ${event.problems[0] ?? ''}`;
    case 'daemon.stopping':
      return `stopping: ${event.reason}${event.restarts === true ? ', to be started again: table and addresses stay' : ''}`;
    case 'daemon.stopped':
      return `stopped after ${event.uptime_s} s`;
    case 'daemon.fault':
      return `a fault of this program in the ${event.process} process, ${event.ends ? 'which ends' : 'within a check, which fails'}: ${event.error}: ${event.reason}`;
    case 'control.failed':
      return `control socket: ${event.about} failed: ${event.error}: ${event.reason}`;
    case 'config.warning':
      return `${event.at}: ${event.message}`;
    case 'log.failed':
      return `cannot write to ${event.sink}: ${event.reason}`;
    case 'log.suppressed':
      return `${event.lines} more lines of ${event.subject} left out in a minute; the last of them follows`;
    case 'log.lost':
      return `lost ${event.lines} line(s) here that ${event.sink} did not take in time`;
    case 'state.failed':
      return event.reason;
    case 'state.unreadable':
      return `${event.file} is taken for none, or for what could be read of it: ${event.reason}${event.kept_as === undefined ? '' : `; it is now ${event.kept_as}`}`;
    case 'ipvs.adopted':
      return `adopted a table of ${event.services} service(s) and ${event.destinations} server(s); ${event.operations} operation(s) needed`;
    case 'ipvs.applied':
      return `IPVS table changed: ${event.changes.join('; ')}`;
    case 'ipvs.drift':
      return `IPVS table was changed by someone else; repairing: ${event.changes.join('; ')}`;
    case 'ipvs.failed':
      return `the kernel refused ${event.operation}: ${event.code} ${event.reason}; again in ${event.retry_s} s`;
    case 'ipvs.unavailable':
      return `IPVS is not available: ${event.reason}; again in ${event.retry_s} s`;
    case 'ipvs.available':
      return 'IPVS is available again';
    case 'ipvs.timeout':
      return `IPVS timeout ${event.timeout}: ${event.from_s} s -> ${event.to_s} s: ${settingReasons[event.why]}`;
    case 'ipvs.sysctl':
      return `${event.sysctl}: ${event.from} -> ${event.to}: ${settingReasons[event.why]}`;
    case 'ipvs.sync_daemon':
      return `sync daemon ${event.state} ${event.action} (${event.daemon}): ${syncReasons[event.why]}`;
    case 'marks.applied':
      return `firewall marks (${event.family}) changed: ${event.changes.join('; ')}`;
    case 'marks.drift':
      return `firewall marks (${event.family}) were changed by someone else; repairing: ${event.changes.join('; ')}`;
    case 'marks.failed':
      return `cannot set firewall marks (${event.family}): ${event.reason}; again in ${event.retry_s} s`;
    case 'ipvs.foreign':
      return `services of others in the table, left alone: ${event.services.join(', ')}`;
    case 'ipvs.unknown':
      return `entries of an unknown kind in the table, left as they are: ${event.entries.join(', ')}`;
    default:
      return event.event;
  }
}

const severalOf = ({ route, others }: { readonly route: string; readonly others: number }): string =>
  others === 0 ? route : `${route} and ${others} more`;
