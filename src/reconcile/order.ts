// Make before break: the order of one service's operations. Whatever takes new connections comes first, what
// takes them less comes next, what goes comes last. So between any two operations the service has a usable
// server (weight above 0) whenever it has one before the first and after the last: a fallback is in before the
// last real server is out, and a new server before the old one. Which operations there are is diff.ts's.
import type { Operation } from '../model/ipvs.ts';

/** Stable: within a step the given (canonical) order stays, so that servers enter alike on every director. */
export const makeBeforeBreak = (operations: readonly Operation[]): readonly Operation[] =>
  [...operations].sort((a, b) => step(a) - step(b));

function step(operation: Operation): number {
  switch (operation.type) {
    case 'addService':
      return 0;
    case 'editService':
      return 1;
    case 'addDestination':
      return 2;
    case 'editDestination':
      return operation.destination.weight >= operation.before.weight ? 2 : 3;
    case 'deleteDestination':
      return 4;
    case 'deleteService':
      return 5;
  }
}
