// A config that breaks one rule, and what is said of it. problems.test.ts runs all of them; docs.test.ts wants each
// explained in docs/errors.md.
import { documentCases } from './problem-cases-document.ts';
import { ldirectordCases } from './problem-cases-ldirectord.ts';
import { markCases } from './problem-cases-marks.ts';
import { schedulingCases } from './problem-cases-scheduling.ts';
import { serviceCases } from './problem-cases-service.ts';
import { trackCases } from './problem-cases-track.ts';

export type ProblemCase = {
  readonly rule: string;
  readonly grammar: 'yaml' | 'cf';
  readonly text: string;
  /** LINE:COLUMN: [warning: ]message */
  readonly problem: string;
};

export const problemCases: readonly ProblemCase[] = [
  ...documentCases,
  ...serviceCases,
  ...schedulingCases,
  ...markCases,
  ...ldirectordCases,
  ...trackCases,
];
