// One real server under check: its verdict as results come in, and what is told of it. The rule is
// health/verdict's; this keeps the state, turns effects into events, and heeds maintenance.
import type { CheckPlan } from '../health/target-of.ts';
import {
  stepVerdict,
  type Thresholds,
  type VerdictEffect,
  type VerdictState,
  withheld,
} from '../health/verdict.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { Clock, Micros } from '../ports/clock.ts';
import type { Journal, JournalEvent } from '../ports/journal.ts';
import type { ExpiringCertificate, ProbeResult } from '../ports/probe.ts';
import type { Verdict } from '../reconcile/verdict-view.ts';

/** A server that cannot be checked is logged at its first check, and then this often. */
const uncheckedEveryMs = 60_000;
const recentMax = 5;
/** A certificate that is about to end is logged when it is first seen, and then this often. */
const expiryEveryMs = 86_400_000;

/** `service` as formatServiceId, `real` as formatEndpoint with the port that traffic reaches. */
export type VerdictChange = { readonly service: string; readonly real: string; readonly verdict: Verdict };

/** What a check said, and when. */
export type Judged = { readonly result: ProbeResult; readonly at: Micros };

export type CheckedServer = {
  readonly service: string;
  readonly real: string;
  readonly endpoint: Endpoint;
  plan: CheckPlan;
  /** Names the check that it shares with equal servers of other services. */
  checkKey: string;
  limits: Thresholds;
  state: VerdictState;
  maintenance: boolean;
  downSince: Micros | undefined;
  /** Since it came back, or came in for the first time; undefined where the table served it already. */
  upSince?: Micros | undefined;
  /** Percent of its weight that it asks for itself (agent check, HTTP header). */
  weightPercent?: number | undefined;
  /** In place of the configured one, as its check says (misc_dynamic). */
  weight?: number | undefined;
  toldUncheckedAt: Micros | undefined;
  /** Newest first, the last few. */
  recent: readonly Judged[];
  /** The certificate that was last told of. */
  toldCertificate?: { readonly expires: string; readonly at: Micros };
};

export type ServerSurroundings = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly onVerdict: (change: VerdictChange) => void;
  readonly inMaintenance: (real: Endpoint) => boolean;
};

/** Takes in what a check said. A server in maintenance stays out, whatever a check under way still says. */
export function judge(around: ServerSurroundings, server: CheckedServer, result: ProbeResult): void {
  if (server.maintenance) return;
  server.recent = [{ result, at: around.clock.now() }, ...server.recent.slice(0, recentMax - 1)];
  const { state, effects } = stepVerdict(server.state, result, server.limits);
  const downSince = server.downSince;
  become(around, server, state);
  heedWeight(around, server, result);
  for (const effect of effects) tell(around, server, effect, downSince);
  if (result.outcome !== 'unmade' && result.certificate !== undefined) {
    tellExpiry(around, server, result.certificate);
  }
}

function tellExpiry(
  { clock, journal }: ServerSurroundings,
  server: CheckedServer,
  { subject, expires, daysLeft }: ExpiringCertificate,
): void {
  const now = clock.now();
  const told = server.toldCertificate;
  if (told?.expires === expires && now - told.at < expiryEveryMs * 1000) return;
  server.toldCertificate = { expires, at: now };
  const { service, real } = server;
  journal({ event: 'real.certificate_expires', service, real, subject, expires, days_left: daysLeft });
}

/** A check that says nothing of weights leaves the last word standing only while the server cannot be asked. */
function heedWeight(around: ServerSurroundings, server: CheckedServer, result: ProbeResult): void {
  if (result.outcome === 'unmade') return;
  const weightPercent = result.outcome === 'success' ? result.weightPercent : undefined;
  const weight = result.outcome === 'success' ? result.weight : undefined;
  if (weightPercent === server.weightPercent && weight === server.weight) return;
  server.weightPercent = weightPercent;
  server.weight = weight;
  around.onVerdict({ service: server.service, real: server.real, verdict: server.state.verdict });
}

/** Takes the server out, or lets it be checked again, as the operator wishes. @returns whether it is held out. */
export function heedMaintenance(around: ServerSurroundings, server: CheckedServer): boolean {
  const maintenance = around.inMaintenance(server.endpoint);
  const begins = maintenance && !server.maintenance;
  server.maintenance = maintenance;
  if (!begins) return maintenance;
  const wasDown = server.state.verdict === 'down';
  become(around, server, withheld(server.state));
  if (!wasDown) tell(around, server, { type: 'wentDown', detail: 'in maintenance', failures: 0 });
  return true;
}

/** The listener sees the new verdict in the server before it is told. */
function become(around: ServerSurroundings, server: CheckedServer, state: VerdictState): void {
  const changed = state.verdict !== server.state.verdict;
  const wasServed = server.state.adopted;
  server.state = state;
  if (!changed) return;
  server.downSince = state.verdict === 'down' ? around.clock.now() : undefined;
  server.upSince = state.verdict === 'up' && !wasServed ? around.clock.now() : undefined;
  around.onVerdict({ service: server.service, real: server.real, verdict: state.verdict });
}

function tell(
  around: ServerSurroundings,
  server: CheckedServer,
  effect: VerdictEffect,
  downSince?: Micros,
): void {
  const now = around.clock.now();
  if (effect.type === 'unchecked') {
    const { toldUncheckedAt } = server;
    if (toldUncheckedAt !== undefined && now - toldUncheckedAt < uncheckedEveryMs * 1000) return;
    server.toldUncheckedAt = now;
  } else {
    server.toldUncheckedAt = undefined;
  }
  around.journal(eventOf(server, effect, downSince === undefined ? undefined : (now - downSince) / 1e6));
}

function eventOf(server: CheckedServer, effect: VerdictEffect, downSec: number | undefined): JournalEvent {
  const { service, real } = server;
  const { detail } = effect;
  switch (effect.type) {
    case 'cameUp':
      return {
        event: 'real.up',
        service,
        real,
        detail,
        ...(downSec !== undefined && { down_s: Math.round(downSec * 1000) / 1000 }),
      };
    case 'wentDown':
      return { event: 'real.down', service, real, detail, failures: effect.failures };
    case 'failing':
      return {
        event: 'real.failing',
        service,
        real,
        detail,
        failures: effect.failures,
        fall: effect.fall,
      };
    case 'unchecked':
      return { event: 'real.unchecked', service, real, detail };
  }
}
