// The firewall marks of one address family, in a table of our own: one pass over it, and what that left. When passes
// happen is mark-keeper.ts's, what a table should hold reconcile/marks.ts's.

import type { Journal } from '../../journal/event.ts';
import { listChanges } from '../../journal/list-changes.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { ServiceName } from '../../model/ipvs.ts';
import type { Family } from '../../net/ip.ts';
import type { Mark } from '../../net/mark.ts';
import type { KernelError } from '../../ports/kernel.ts';
import type { MarkKernel } from '../../ports/marks.ts';
import {
  describeMarkChange,
  diffMarks,
  type MarkChange,
  marksOf,
  type ObservedMarks,
  withLeavingServices,
} from '../../reconcile/marks.ts';

const retryMsMin = 1000;
const retryMsMax = 30_000;
/** How often it is looked whether a service that leaves has gone, where the interval is longer. */
const lookEveryMs = 1000;

export type MarkStatus = {
  readonly family: Family;
  readonly marks: readonly Mark[];
  /** Why they are not set; absent: they are. */
  readonly reason?: string;
};

export type FamilyMarks = {
  readonly want: (virtuals: readonly VirtualConfig[]) => void;
  readonly pass: () => Promise<void>;
  /** Nothing is to be marked, and no pass has ended well. */
  readonly isUntouched: () => boolean;
  /** When the next is due; undefined where nothing is marked: then nothing is watched. */
  readonly nextMs: (resyncMs: number) => number | undefined;
  /** What a pass would change now. */
  readonly plan: () => Promise<readonly MarkChange[]>;
  /** Undefined where there are none. */
  readonly status: () => MarkStatus | undefined;
};

export type FamilyMarksPorts = {
  readonly kernel: MarkKernel;
  /** Services that are in the table for their last connections alone. */
  readonly leavingServices: () => readonly ServiceName[];
  readonly journal: Journal;
};

export function createFamilyMarks(family: Family, ports: FamilyMarksPorts): FamilyMarks {
  const { kernel, journal, leavingServices } = ports;
  let marks: readonly Mark[] = [];
  /** What the last pass left there; undefined: nothing that is known. */
  let left: readonly Mark[] | undefined;
  let failure: { readonly reason: string; readonly retryMs: number } | undefined;

  const wantedOver = (observed: ObservedMarks): readonly Mark[] =>
    withLeavingServices(marks, left ?? (typeof observed === 'string' ? [] : observed), {
      ...{ family, leavingServices: leavingServices() },
    });

  async function pass(): Promise<void> {
    const observed = await kernel.observe(family);
    if (!observed.ok) return fail(observed.error);
    const wanted = wantedOver(observed.value);
    const changes = diffMarks(observed.value, wanted);
    if (changes.length > 0) {
      // It would have been needed without any change of ours.
      const drift = left === undefined ? [] : diffMarks(observed.value, left);
      if (drift.length > 0) journal({ event: 'marks.drift', family, changes: told(drift) });
      const error = await kernel.replace(family, wanted);
      if (error !== undefined) return fail(error);
      journal({ event: 'marks.applied', family, changes: told(changes) });
    }
    left = wanted;
    failure = undefined;
  }

  function fail({ code, message }: KernelError): void {
    // Without nf_tables there is no table that would have to go.
    if (marks.length === 0 && left === undefined) return;
    const before = failure;
    const reason = `${message} (${code})`;
    const retryMs = Math.min(retryMsMax, 2 * (before?.retryMs ?? retryMsMin / 2));
    failure = { reason, retryMs };
    if (before?.reason !== reason)
      journal({ event: 'marks.failed', family, reason, retry_s: retryMs / 1000 });
  }

  return {
    want: (virtuals) => {
      marks = marksOf(virtuals, family);
    },
    ...{ pass, isUntouched: () => marks.length === 0 && left === undefined },
    nextMs: (resyncMs) => {
      if (failure !== undefined) return failure.retryMs;
      if ((left ?? []).length > marks.length) return Math.min(lookEveryMs, resyncMs);
      return marks.length > 0 ? resyncMs : undefined;
    },
    plan: async () => {
      const observed = await kernel.observe(family);
      return observed.ok ? diffMarks(observed.value, wantedOver(observed.value)) : [];
    },
    status: () =>
      marks.length === 0
        ? undefined
        : { family, marks, ...(failure !== undefined && { reason: failure.reason }) },
  };
}

const told = (changes: readonly MarkChange[]): readonly string[] => listChanges(changes, describeMarkChange);
