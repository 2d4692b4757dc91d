// What the cases of broken rules are made of, where they are YAML about one virtual service.
import type { ProblemCase } from './problems/cases.ts';

export const yaml = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'yaml',
  text,
  problem,
});

/** An HTTP service with these keys more. */
export const service = (more: string) =>
  `virtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.2:80 gate]\n    ${more}\n`;

/** An HTTP service with these servers. */
export const servers = (list: string) =>
  `virtual:\n  - address: 10.0.0.1:80\n    scheduler: wlc\n    real: ${list}\n`;
