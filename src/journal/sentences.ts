// One sentence for each event, for whoever reads the log at three in the morning. The typed fields stand beside it;
// nothing here decides anything. Those of virtual routers are vrrp-sentences.ts's, the levels event-level.ts's.

import { describeFallback } from './describe-fallback.ts';
import type { JournalEvent } from './event.ts';
import { describeVrrpEvent } from './vrrp-sentences.ts';

/** One sentence without a full stop; names the thing first. */
export function describeEvent(event: JournalEvent): string {
  const [area] = event.event.split('.');
  if (area === 'vrrp' || area === 'vip') return describeVrrpEvent(event);
  if (area === 'real' || area === 'service' || area === 'checks') return describeService(event);
  if (area === 'names' || area === 'roster') return describeRoster(event);
  return describeDaemon(event);
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
