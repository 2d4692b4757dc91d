// One real server under check: its verdict as results come in, and what is told of it. The rule is
// health/verdict's; this keeps the state, turns effects into events, and heeds maintenance.

import type { CheckPlan } from '../../health/checks/plan.ts';
import { steady } from '../../health/flap-damping.ts';
import {
  stepVerdict,
  type Thresholds,
  type VerdictEffect,
  type VerdictState,
  withheld,
} from '../../health/verdict.ts';
import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { RealName, ServiceName } from '../../model/ipvs.ts';
import type { ExpiringCertificate, ProbeResult, ShownResult } from '../../model/probe-result.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import { endHold, type FlappingServer, flapAccountOf, forgive, noteFall, noteReturn } from './flap-hold.ts';

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

/** What a check said, and when. */
export type Judged = { readonly result: ShownResult; readonly at: Micros };

export type CheckedServer = FlappingServer & {
  readonly service: ServiceName;
  readonly real: RealName;
  readonly endpoint: Endpoint;
  plan: CheckPlan;
  /** Names the check that it shares with equal servers of other services. */
  checkKey: string;
  limits: Thresholds;
  state: VerdictState;
  maintenance: boolean;
  /** Since it last served, or was fit to. */
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
export function judge(around: ServerSurroundings, server: CheckedServer, judged: Judged): void {
  if (server.maintenance) return;
  const { result } = judged;
  server.recent = [judged, ...server.recent.slice(0, recentMax - 1)];
  const { state, effects } = stepVerdict(server.state, result, server.limits);
  const { state: before, downSince } = server;
  become(around, server, () => {
    server.state = state;
    if (state.verdict === before.verdict) return;
    if (state.verdict === 'up') noteReturn(around, server, () => release(around, server, 'it did not fall'));
    else if (before.verdict === 'up' || before.adopted) noteFall(around, server);
  });
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
  around.onVerdict({ service: server.service, real: server.real, verdict: verdictOn(server) });
}

/** Takes the server out, or lets it be checked again, as the operator wishes. @returns whether it is held out. */
export function heedMaintenance(around: ServerSurroundings, server: CheckedServer): boolean {
  const maintenance = around.inMaintenance(server.endpoint);
  const begins = maintenance && !server.maintenance;
  server.maintenance = maintenance;
  if (!begins) return maintenance;
  const wasDown = server.state.verdict === 'down';
  become(around, server, () => {
    forgive(server);
    server.state = withheld(server.state);
  });
  if (!wasDown) tell(around, server, { type: 'wentDown', detail: 'in maintenance', failures: 0 });
  return true;
}

/** What counts: a server that answers, but is held for flapping, is not simply up. */
export const verdictOn = ({ state, hold }: CheckedServer): Verdict =>
  state.verdict === 'up' && hold !== undefined ? 'held' : state.verdict;

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
  const wasServed = server.state.adopted;
  change();
  const verdict = verdictOn(server);
  if (verdict === before) return;
  if (verdict === 'down') server.downSince ??= clock.now();
  if (verdict === 'up') server.downSince = undefined;
  server.upSince = verdict === 'up' && !wasServed ? clock.now() : undefined;
  onVerdict({ service: server.service, real: server.real, verdict });
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
  around.journal(
    effect.type === 'cameUp' && server.hold !== undefined
      ? flappingOf(server, effect.detail, now)
      : eventOf(server, effect, downSince === undefined ? undefined : secondsBetween(downSince, now)),
  );
}

/** In place of real.up, which follows when the hold is over. */
function flappingOf(server: CheckedServer, detail: string, now: Micros): JournalEvent {
  const { service, real, flapPolicy } = server;
  const { falls, holdMs } = flapAccountOf(server, now) ?? { falls: 0, holdMs: 0 };
  const withinSec = (flapPolicy?.windowMs ?? 0) / 1000;
  return {
    event: 'real.flapping',
    ...{ service, real, detail, falls, within_s: withinSec, hold_s: holdMs / 1000 },
  };
}

const secondsBetween = (from: Micros, to: Micros): number => Math.round((to - from) / 1000) / 1000;

function eventOf(server: CheckedServer, effect: VerdictEffect, downSec: number | undefined): JournalEvent {
  const { service, real } = server;
  const { detail } = effect;
  switch (effect.type) {
    case 'cameUp':
      return { event: 'real.up', service, real, detail, ...(downSec !== undefined && { down_s: downSec }) };
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
