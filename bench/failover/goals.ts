// What this project has set itself for each scenario, as far as a number can tell. Pure.
import type { Measured } from './run.ts';

export type Measure = 'outage' | 'both hold' | 'backup acts';

/** One number of a run: milliseconds, or a count. */
export function numberOf(measure: Measure, run: Measured): number {
  if (measure === 'outage') return run.outageMs;
  return measure === 'both hold' ? run.bothMs : run.backupActed;
}

export type Goal = { readonly text: string; readonly met: (run: Measured) => boolean };

const seamlessMs = 4;
/** A lease of one second less what the peer takes to notice, and the kernel's coarse timer. */
const bothHoldMs = 1300;

/** undefined: none was set. */
export function goalOf(scenario: string, measure: Measure, intervalMs: number): Goal | undefined {
  if (measure === 'backup acts') return { text: '0', met: ({ backupActed }) => backupActed === 0 };
  if (measure === 'both hold') {
    if (scenario !== 'all-killed' && scenario !== 'frozen') return undefined;
    return {
      text: `<= ${bothHoldMs}`,
      met: (run) => !run.bothWithoutEnd && run.bothMs <= bothHoldMs,
    };
  }
  switch (scenario) {
    case 'stop':
    case 'preemption':
      return { text: `<= ${seamlessMs}`, met: ({ outageMs }) => outageMs <= seamlessMs };
    case 'vrrp-killed':
      return { text: '0', met: ({ outageMs }) => outageMs === 0 };
    case 'link-down': {
      const moreMs = intervalMs >= 1000 ? 10 : 5;
      return {
        text: `limit + ${moreMs}`,
        met: ({ outageMs, limitMs }) => limitMs === undefined || outageMs <= limitMs + moreMs,
      };
    }
    case 'link-down-two-paths':
      return { text: '<= 50', met: ({ outageMs }) => outageMs <= 50 };
    default:
      return undefined;
  }
}
