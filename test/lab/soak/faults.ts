// The table of faults: all that a soak run does to a pair, each a row with its name, what it needs, how it is injected
// and mended, and what it may cost (fault.ts). Their order is part of what a seed means.
import type { Fault } from './fault.ts';
import { clockFaults } from './faults/clocks.ts';
import { diskFaults } from './faults/disks.ts';
import { limitFaults } from './faults/limits.ts';
import { linkFaults } from './faults/links.ts';
import { otherFaults } from './faults/others.ts';
import { processFaults } from './faults/processes.ts';

const all: readonly Fault[] = [
  ...processFaults,
  ...linkFaults,
  ...diskFaults,
  ...limitFaults,
  ...clockFaults,
  ...otherFaults,
];

/** What can be done here. */
export const faults: readonly Fault[] = all.filter(({ lacks }) => lacks === undefined);
/** What cannot, and why. */
export const missingFaults: readonly string[] = all.flatMap(({ name, lacks }) =>
  lacks === undefined ? [] : [`${name}: ${lacks}`],
);
