// A config that breaks one rule, and what is said of it. problems.test.ts runs all of them; docs.test.ts wants each
// explained in docs/errors.md.
import { documentCases } from './document-cases.ts';
import { effectCases } from './effect-cases.ts';
import { ldirectordCases } from './ldirectord-cases.ts';
import { mailCases } from './mail-cases.ts';
import { markCases } from './marks-cases.ts';
import { schedulingCases } from './scheduling-cases.ts';
import { serviceCases } from './service-cases.ts';
import { strictCases } from './strict-cases.ts';
import { trackCases } from './tracking-cases.ts';

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
  ...mailCases,
  ...ldirectordCases,
  ...trackCases,
  ...effectCases,
  ...strictCases,
];
