// The weight that a real server gets while it is up, and where each part of it comes from: the configuration, the
// check itself, an agent's answer, slow start, the operator; in this order, the operator last. Pure; who is up is not its business.

import type { Micros } from '../ports/clock.ts';

export type Override =
  /** No new connections; those that are there go on. */
  | {
      readonly mode: 'drain';
      readonly since?: Micros;
      /** When it is taken out of the table whatever it still has; absent: never (leaving.ts). */
      readonly deadline?: Micros;
    }
  /** Out of the table. */
  | { readonly mode: 'disable' }
  /** In place of the configured weight. */
  | { readonly mode: 'weight'; readonly weight: number };

export type WeightFacts = {
  readonly override?: Override;
  /** What its check says instead of the configured weight. */
  readonly checkWeight?: number;
  /** What the server says of itself: percent of the configured weight. */
  readonly agentPercent?: number;
  /** 0 to 1: how much of slow start is over; absent where there is none. */
  readonly slowStart?: number;
};

export type WeightPart = {
  readonly origin: 'config' | 'check' | 'agent' | 'slow start' | 'operator';
  /** The weight from here on; 'out': not in the table. */
  readonly weight: number | 'out';
  readonly detail: string;
};

/** linux/ip_vs.h keeps it in 16 bits as a signed int; ipvsadm refuses more. */
const weightMax = 65_535;

/** @returns the steps in order; the last one's weight holds. The first is always the configuration's. */
export function weigh(configured: number, facts: WeightFacts): readonly WeightPart[] {
  const parts: WeightPart[] = [{ origin: 'config', weight: configured, detail: `weight ${configured}` }];
  const current = () => parts.at(-1)?.weight;
  const scale = (origin: WeightPart['origin'], share: number, detail: string) => {
    const weight = current();
    if (typeof weight === 'number') parts.push({ origin, weight: scaled(weight, share), detail });
  };
  const { override, checkWeight, agentPercent, slowStart } = facts;
  if (checkWeight !== undefined) {
    parts.push({ origin: 'check', weight: checkWeight, detail: `weight ${checkWeight}` });
  }
  if (override?.mode === 'weight') {
    parts.push({ origin: 'operator', weight: override.weight, detail: `weight ${override.weight}` });
  }
  if (agentPercent !== undefined) scale('agent', agentPercent / 100, `${agentPercent} %`);
  if (slowStart !== undefined && slowStart < 1) {
    // Never 0, or the fallback would serve on beside a server that is up.
    scale('slow start', Math.max(slowStart, 1 / weightMax), `${Math.round(100 * slowStart)} % of its time`);
  }
  if (override?.mode === 'drain') parts.push({ origin: 'operator', weight: 0, detail: drainText(override) });
  if (override?.mode === 'disable') parts.push({ origin: 'operator', weight: 'out', detail: 'disable' });
  return parts;
}

function drainText({ since, deadline }: Extract<Override, { mode: 'drain' }>): string {
  if (since === undefined || deadline === undefined) return 'drain';
  return `drain, then out, after ${(deadline - since) / 1e6} s at the latest`;
}

/** What holds in the end. */
export const weightOf = (parts: readonly WeightPart[]): number | 'out' => parts.at(-1)?.weight ?? 'out';

/** A server that shall serve serves: only a share of nothing is nothing. */
function scaled(weight: number, share: number): number {
  if (weight === 0 || share <= 0) return 0;
  return Math.min(weightMax, Math.max(1, Math.round(weight * share)));
}
