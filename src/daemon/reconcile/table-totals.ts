// What was done to the table since the start, in numbers: operations by kind, refusals, and how long passes took. What
// each of them was is in the log.

import type { Operation } from '../../model/ipvs.ts';
import type { Micros } from '../../ports/clock.ts';
import type { Outcome } from '../../reconcile/apply.ts';
import { createHistogram, type HistogramReading } from '../pace/histogram.ts';

export type TableTotals = {
  /** Those that the kernel took. */
  readonly operations: Readonly<Record<Operation['type'], number>>;
  /** Those that it refused, each time. */
  readonly refused: number;
  /** Of passes: from the look at the table to its last change. */
  readonly passes: HistogramReading;
};

export type TableCounts = {
  readonly sent: (outcomes: readonly Outcome[]) => void;
  readonly passed: (tookUs: Micros) => void;
  readonly read: () => TableTotals;
};

const noOperations: TableTotals['operations'] = {
  ...{ addService: 0, editService: 0, deleteService: 0 },
  ...{ addDestination: 0, editDestination: 0, deleteDestination: 0 },
};
export const noTotals: TableTotals = {
  ...{ operations: noOperations, refused: 0 },
  passes: createHistogram().read(),
};

export function createTableCounts(): TableCounts {
  const operations = { ...noOperations };
  const passes = createHistogram();
  let refused = 0;
  return {
    sent: (outcomes) => {
      for (const { result, operation } of outcomes) {
        if (result === 'applied') operations[operation.type] += 1;
        else if (result !== 'overtaken') refused += 1;
      }
    },
    passed: passes.note,
    read: () => ({ operations: { ...operations }, refused, passes: passes.read() }),
  };
}
