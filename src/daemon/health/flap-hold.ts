// A flapping server in its hold: what a fall and a return mean for it, when the hold ends, and what is told. How long a
// hold is says health/flap-damping; what a held server still serves, reconcile/desire.
import {
  cameUp,
  type FlapState,
  fallsWithin,
  fell,
  heldUntil,
  holdMsAt,
  steady,
} from '../../health/flap-damping.ts';
import type { FlapPolicy } from '../../model/flapping.ts';
import type { Clock, Micros } from '../../ports/clock.ts';

/** Its checks succeed, but it takes no new connections until then, unless nobody else does. */
export type FlapHold = { readonly since: Micros; readonly until: Micros; readonly cancel: () => void };

/** What of a server (checked-server.ts) is looked at and kept here. */
export type FlappingServer = {
  /** Absent: it may flap as it likes. */
  flapPolicy: FlapPolicy | undefined;
  flaps: FlapState;
  hold?: FlapHold | undefined;
};

/** What a server has on its account; times in milliseconds. */
export type FlapAccount = {
  /** Within the window. */
  readonly falls: number;
  /** How long it is held, or would be if it came back now; 0: not at all. */
  readonly holdMs: number;
  /** Of the present hold; absent where there is none. */
  readonly leftMs?: number;
};

/** It was serving, or fit to, and is down now. */
export function noteFall({ clock }: { readonly clock: Clock }, server: FlappingServer): void {
  endHold(server);
  if (server.flapPolicy !== undefined) server.flaps = fell(server.flaps, clock.now(), server.flapPolicy);
}

/** It answers again. Begins its hold, where it has one to serve. @param onEnd its time is over */
export function noteReturn(
  { clock }: { readonly clock: Clock },
  server: FlappingServer,
  onEnd: () => void,
): void {
  const { flapPolicy: policy } = server;
  if (policy === undefined) return;
  const since = clock.now();
  server.flaps = cameUp(server.flaps, since);
  const until = heldUntil(server.flaps, policy);
  if (until === undefined || until <= since) return;
  server.hold = { since, until, cancel: clock.after((until - since) / 1000, onEnd) };
}

/** What it did before counts no more. */
export function forgive(server: FlappingServer): void {
  endHold(server);
  server.flaps = steady;
}

export function endHold(server: FlappingServer): void {
  server.hold?.cancel();
  server.hold = undefined;
}

/** Absent where nothing is held against it, and where flapping is not looked at. */
export function flapAccountOf(server: FlappingServer, now: Micros): FlapAccount | undefined {
  const { flapPolicy: policy, flaps, hold } = server;
  if (policy === undefined) return undefined;
  const falls = fallsWithin(flaps, now, policy).length;
  const holdMs = hold === undefined ? holdMsAt(flaps, now, policy) : (hold.until - hold.since) / 1000;
  if (falls === 0 && holdMs === 0) return undefined;
  return {
    falls,
    holdMs,
    ...(hold !== undefined && { leftMs: Math.max(0, Math.round((hold.until - now) / 1000)) }),
  };
}
