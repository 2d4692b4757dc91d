// One real server under check: its verdict as results of its checks come in, and what is told of it. The rules are
// health/verdict's for each check and health/all-checks' for all; this keeps the state and heeds maintenance.

import { isAdopted, leastOf, verdictOfAll } from '../../health/all-checks.ts';
import { steady } from '../../health/flap-damping.ts';
import {
  stepVerdict,
  unverified,
  type VerdictEffect,
  type VerdictState,
  withheld,
} from '../../health/verdict.ts';
import type { Journal } from '../../journal/event.ts';
import type { RealName, ServiceName } from '../../model/ipvs.ts';
import type { ProbeResult, ServerCertificate } from '../../model/probe-result.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Shown } from '../../net/shown.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import { endHold, type FlappingServer, forgive, noteFall, noteReturn } from './flap-hold.ts';
import type { Judged, ServerCheck } from './server-check.ts';
import { eventOf, flappingOf, maintenanceOf, secondsBetween } from './server-events.ts';

/** A server that cannot be checked is logged at its first check, and then this often. */
const uncheckedEveryMs = 60_000;
const recentMax = 5;
/** A certificate that is about to end is logged when it is first seen, and then this often. */
const expiryEveryMs = 86_400_000;

export type VerdictChange = {
  readonly service: ServiceName;
  readonly real: RealName;
  readonly verdict: Verdict;
};

export type CheckedServer = FlappingServer & {
  readonly service: ServiceName;
  readonly real: RealName;
  readonly endpoint: Endpoint;
  /** As its service has it. */
  maintenancedir: string | false | undefined;
  /** At least one; all must find it up. */
  checks: readonly ServerCheck[];
  maintenance: boolean;
  /** Since it last served, or was fit to. */
  downSince: Micros | undefined;
  /** Since it came back, or came in for the first time; undefined where the table served it already. */
  upSince?: Micros | undefined;
  /** Newest first, the last few. */
  recent: readonly Answer[];
};

/** @property check by name, of several. */
export type Answer = Judged & { readonly check?: Shown };

export type ServerSurroundings = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly onVerdict: (change: VerdictChange) => void;
  readonly inMaintenance: (real: Endpoint, directory: string | false | undefined) => boolean;
};

export const verdictOfChecks = ({ checks }: CheckedServer): Verdict =>
  verdictOfAll(checks.map(({ state }) => state));

const isServedUnverified = ({ checks }: CheckedServer): boolean =>
  isAdopted(checks.map(({ state }) => state));

/** What is known of it by all its checks together, for one more. */
export const stateOf = (server: CheckedServer): VerdictState => ({
  ...unverified(isServedUnverified(server)),
  verdict: verdictOfChecks(server),
});

/** Takes in what a check said. A server in maintenance stays out, whatever a check under way still says. */
export function judge(
  around: ServerSurroundings,
  server: CheckedServer,
  check: ServerCheck,
  judged: Judged,
): void {
  if (server.maintenance) return;
  const { result } = judged;
  check.last = judged;
  const answer = check.name === undefined ? judged : { ...judged, check: check.name };
  server.recent = [answer, ...server.recent.slice(0, recentMax * server.checks.length - 1)];
  const { state, effects } = stepVerdict(check.state, result, check.limits);
  const { downSince } = server;
  const before = stateOf(server);
  become(around, server, () => {
    check.state = state;
    const verdict = verdictOfChecks(server);
    if (verdict === before.verdict) return;
    if (verdict === 'up') noteReturn(around, server, () => release(around, server, 'it did not fall'));
    else if (before.verdict === 'up' || before.adopted) noteFall(around, server);
  });
  heedWeight(around, server, check, result);
  for (const effect of effects) {
    if (isNews(effect, before.verdict, verdictOfChecks(server)))
      tell(around, server, effect, { check, downSince });
  }
  if (result.outcome === 'unmade' || result.certificate === undefined) return;
  check.certificateEnds = result.certificate.expires;
  if (result.certificate.endsSoon) tellExpiry(around, server, check, result.certificate);
}

/** What happens to one check of several is told where it is news of the server. */
function isNews({ type }: VerdictEffect, before: Verdict, now: Verdict): boolean {
  if (type === 'cameUp') return now === 'up';
  if (type === 'wentDown') return before !== 'down';
  return type === 'unchecked' || now !== 'down';
}

function tellExpiry(
  { clock, journal }: ServerSurroundings,
  { service, real }: CheckedServer,
  check: ServerCheck,
  { subject, expires, daysLeft }: ServerCertificate,
): void {
  const now = clock.now();
  const told = check.toldCertificate;
  if (told?.expires === expires && now - told.at < expiryEveryMs * 1000) return;
  check.toldCertificate = { expires, at: now };
  journal({ event: 'real.certificate_expires', service, real, subject, expires, days_left: daysLeft });
}

/** Of several checks that ask for a weight, who asks for the least has it. */
export const weightOf = ({ checks }: CheckedServer) => ({
  weightPercent: leastOf(checks.map(({ weightPercent }) => weightPercent)),
  weight: leastOf(checks.map(({ weight }) => weight)),
});

/** A check that says nothing of weights leaves the last word standing only while the server cannot be asked. */
function heedWeight(
  around: ServerSurroundings,
  server: CheckedServer,
  check: ServerCheck,
  result: ProbeResult,
): void {
  if (result.outcome === 'unmade') return;
  const before = weightOf(server);
  check.weightPercent = result.outcome === 'success' ? result.weightPercent : undefined;
  check.weight = result.outcome === 'success' ? result.weight : undefined;
  const { weightPercent, weight } = weightOf(server);
  if (weightPercent === before.weightPercent && weight === before.weight) return;
  around.onVerdict({ service: server.service, real: server.real, verdict: verdictOn(server) });
}

/** Its checks are others from now on, which may decide by itself what it is. */
export function reviseChecks(
  around: ServerSurroundings,
  server: CheckedServer,
  checks: readonly ServerCheck[],
): void {
  const [before, { downSince }] = [verdictOfChecks(server), server];
  become(around, server, () => {
    server.checks = checks;
  });
  const [check] = checks;
  if (before !== 'down' || verdictOfChecks(server) !== 'up' || check === undefined) return;
  const detail = 'the check that failed is not made any more';
  tell(around, server, { type: 'cameUp', detail }, { check, downSince });
}

/** Takes the server out, or lets it be checked again, as the operator wishes. @returns whether it is held out. */
export function heedMaintenance(around: ServerSurroundings, server: CheckedServer): boolean {
  const maintenance = around.inMaintenance(server.endpoint, server.maintenancedir);
  const begins = maintenance && !server.maintenance;
  server.maintenance = maintenance;
  if (!begins) return maintenance;
  const wasDown = verdictOfChecks(server) === 'down';
  become(around, server, () => {
    forgive(server);
    for (const check of server.checks) check.state = withheld(check.state);
  });
  if (!wasDown) around.journal(maintenanceOf(server));
  return true;
}

/** What counts: a server that answers, but is held for flapping, is not simply up. */
export function verdictOn(server: CheckedServer): Verdict {
  const verdict = verdictOfChecks(server);
  return verdict === 'up' && server.hold !== undefined ? 'held' : verdict;
}

/** Ends a hold before its time, and takes back what led to it. */
export function pardon(around: ServerSurroundings, server: CheckedServer, reason: string): void {
  server.flaps = steady;
  release(around, server, reason);
}

function release(around: ServerSurroundings, server: CheckedServer, reason: string): void {
  const { hold, downSince, service, real } = server;
  if (hold === undefined) return;
  become(around, server, () => endHold(server));
  const heldSec = secondsBetween(hold.since, around.clock.now());
  const detail = `held for ${heldSec} s as it had been flapping: ${reason}`;
  const downSec = downSince === undefined ? heldSec : secondsBetween(downSince, around.clock.now());
  around.journal({ event: 'real.up', service, real, detail, down_s: downSec, held_s: heldSec });
}

/** The listener sees the new verdict in the server before it is told. */
function become({ clock, onVerdict }: ServerSurroundings, server: CheckedServer, change: () => void): void {
  const before = verdictOn(server);
  const wasServed = isServedUnverified(server);
  change();
  const verdict = verdictOn(server);
  if (verdict === before) return;
  if (verdict === 'down') server.downSince ??= clock.now();
  if (verdict === 'up') server.downSince = undefined;
  server.upSince = verdict === 'up' && !wasServed ? clock.now() : undefined;
  onVerdict({ service: server.service, real: server.real, verdict });
}

type Teller = { readonly check: ServerCheck; readonly downSince: Micros | undefined };

/** @param teller the check that says so, and since when its server had been down. */
function tell(
  around: ServerSurroundings,
  server: CheckedServer,
  effect: VerdictEffect,
  { check, downSince }: Teller,
): void {
  const now = around.clock.now();
  if (effect.type === 'unchecked') {
    const { toldUncheckedAt } = check;
    if (toldUncheckedAt !== undefined && now - toldUncheckedAt < uncheckedEveryMs * 1000) return;
    check.toldUncheckedAt = now;
  } else {
    check.toldUncheckedAt = undefined;
  }
  around.journal(
    effect.type === 'cameUp' && server.hold !== undefined
      ? flappingOf(server, effect.detail, now)
      : eventOf(server, check, effect, downSince === undefined ? undefined : secondsBetween(downSince, now)),
  );
}
