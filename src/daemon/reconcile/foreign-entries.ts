// What stands in the table and is not ours to change: services of others, and entries of a kind that nobody here has a
// word for or can read. Each is told once, and again only after it had been gone.

import type { Journal } from '../../journal/event.ts';
import type { ServiceName } from '../../model/ipvs.ts';
import { foreignServices } from '../../reconcile/diff.ts';
import type { Goal, Proposal } from '../../reconcile/propose.ts';
import { unknownKindsIn } from '../../reconcile/unknown-kinds.ts';

export type ForeignEntries = {
  /** @param unreadable what the kernel holds and could not be read (IpvsKernel.unreadable) */
  readonly tell: (proposal: Proposal, goal: Goal, unreadable: readonly string[]) => void;
  readonly foreign: () => readonly ServiceName[];
  readonly unknown: () => readonly string[];
};

export function createForeignEntries(journal: Journal): ForeignEntries {
  let foreign: readonly ServiceName[] = [];
  let unknown: readonly string[] = [];
  return {
    tell: ({ observed, desired }, { policy }, unreadable) => {
      const before = { foreign: new Set(foreign), unknown: new Set(unknown) };
      foreign = policy.foreign === 'keep' ? foreignServices(observed, desired, policy.owned) : [];
      unknown = [...unknownKindsIn(observed), ...unreadable];
      const services = foreign.filter((name) => !before.foreign.has(name));
      const entries = unknown.filter((name) => !before.unknown.has(name));
      if (services.length > 0) journal({ event: 'ipvs.foreign', services });
      if (entries.length > 0) journal({ event: 'ipvs.unknown', entries });
    },
    foreign: () => foreign,
    unknown: () => unknown,
  };
}
