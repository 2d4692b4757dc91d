// Who serves each virtual service, told as events when it changes: fallback in, another tier of it, fallback out,
// nobody left.
// Runs fallbackcommand as ldirectord does (start when the last server is out, stop when one is back), with
// two differences: nothing is run before the servers have been checked, and nothing twice in a row.

import type { Journal } from '../../journal/event.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type ServiceName } from '../../model/ipvs.ts';
import type { DesiredService } from '../../reconcile/desire.ts';
import { fallbackServing } from '../../reconcile/fallback.ts';
import type { RunFallbackCommand } from '../commands/fallback-commands.ts';

export type ServingChanges = {
  /** Tells what changed since the last call. `services` as desireServices gives them for `virtuals`. */
  readonly tell: (virtuals: readonly VirtualConfig[], services: readonly DesiredService[]) => void;
};

type Told = {
  /** The fallback that was put in: a reload may have taken it out of the configuration since. */
  fallback?: string;
  empty: boolean;
  command?: 'start' | 'stop';
};

/** @param run absent: no fallbackcommand is run. */
export function createServingChanges(journal: Journal, run?: RunFallbackCommand): ServingChanges {
  let known = new Map<ServiceName, Told>();

  const tellFallback = (
    name: ServiceName,
    told: Told,
    { servedBy, tier, withheld }: DesiredService,
    virtual: VirtualConfig,
  ) => {
    const serving = fallbackServing(virtual, tier, withheld);
    const before = told.fallback;
    if (before === serving?.fallback) return;
    if (before !== undefined) {
      const instead = serving?.fallback ?? (servedBy === 'reals' ? 'real servers' : 'nobody');
      journal({ event: 'service.fallback_off', service: name, fallback: before, instead });
    }
    delete told.fallback;
    if (serving === undefined) return;
    told.fallback = serving.fallback;
    journal({ event: 'service.fallback_on', service: name, ...serving });
  };

  /** Not before every server has its verdict: at a start, nobody serves for a moment and nothing is wrong. */
  const tellEmpty = (name: ServiceName, told: Told, { entry, settled }: DesiredService) => {
    const usable = entry.destinations.some(({ weight }) => weight > 0);
    if (!usable && settled && !told.empty) journal({ event: 'service.empty', service: name });
    told.empty = !usable && (settled || told.empty);
  };

  const runCommand = (told: Told, service: DesiredService, virtual: VirtualConfig) => {
    const action = actionFor(service);
    const { id, fallbackcommand: line } = virtual;
    if (line === undefined || action === undefined || action === told.command) return;
    told.command = action;
    run?.(id, action, line);
  };

  return {
    tell: (virtuals, services) => {
      const next = new Map<ServiceName, Told>();
      for (const [index, service] of services.entries()) {
        const virtual = virtuals[index];
        if (virtual === undefined) continue;
        const name = formatServiceId(virtual.id);
        const told = known.get(name) ?? { empty: false };
        next.set(name, told);
        tellFallback(name, told, service, virtual);
        tellEmpty(name, told, service);
        runCommand(told, service, virtual);
      }
      known = next;
    },
  };
}

function actionFor({ confirmed, settled }: DesiredService): 'start' | 'stop' | undefined {
  if (confirmed) return 'stop';
  return settled ? 'start' : undefined;
}
