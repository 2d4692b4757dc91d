// The events of one real server, out of what its verdict (health/verdict.ts) says has happened.
import type { VerdictEffect } from '../../health/verdict.ts';
import type { JournalEvent } from '../../journal/event.ts';
import type { RealName, ServiceName } from '../../model/ipvs.ts';
import type { Micros } from '../../ports/clock.ts';
import { type FlappingServer, flapAccountOf } from './flap-hold.ts';
import type { ServerCheck } from './server-check.ts';

type Named = { readonly service: ServiceName; readonly real: RealName };

export const secondsBetween = (from: Micros, to: Micros): number => Math.round((to - from) / 1000) / 1000;

/** In place of real.up, which follows when the hold is over. */
export function flappingOf(server: FlappingServer & Named, detail: string, now: Micros): JournalEvent {
  const { service, real, flapPolicy } = server;
  const { falls, holdMs } = flapAccountOf(server, now) ?? { falls: 0, holdMs: 0 };
  const withinSec = (flapPolicy?.windowMs ?? 0) / 1000;
  return {
    event: 'real.flapping',
    ...{ service, real, detail, falls, within_s: withinSec, hold_s: holdMs / 1000 },
  };
}

export const maintenanceOf = ({ service, real }: Named): JournalEvent => ({
  ...{ event: 'real.down', service, real, detail: 'in maintenance', failures: 0 },
});

/** @param check that says so. */
export function eventOf(
  { service, real }: Named,
  { name }: Pick<ServerCheck, 'name'>,
  effect: VerdictEffect,
  downSec: number | undefined,
): JournalEvent {
  const { detail } = effect;
  const of = { service, real, ...(name !== undefined && { check: name }), detail };
  switch (effect.type) {
    case 'cameUp':
      return { event: 'real.up', service, real, detail, ...(downSec !== undefined && { down_s: downSec }) };
    case 'wentDown':
      return { event: 'real.down', ...of, failures: effect.failures };
    case 'failing':
      return { event: 'real.failing', ...of, failures: effect.failures, fall: effect.fall };
    case 'unchecked':
      return { event: 'real.unchecked', ...of };
  }
}
