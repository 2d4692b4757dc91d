// All examinations over one set of facts. Pure.

import { examinations } from './examinations.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';

export type Examined = {
  readonly findings: readonly Finding[];
  /** What was looked at. */
  readonly looked: readonly string[];
  /** What was not, and why. */
  readonly unlooked: readonly string[];
};

export function examine(facts: Facts, all = examinations): Examined {
  const said = all.map(({ subject, examine: ask }) => ({ subject, results: ask(facts) }));
  const findings = said.flatMap(({ results }) =>
    results.flatMap((each) => ('unlooked' in each ? [] : [each])),
  );
  const unlooked = said.flatMap(({ results }) =>
    results.flatMap((each) => ('unlooked' in each ? [each.unlooked] : [])),
  );
  return {
    findings: [...findings].sort((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning')),
    looked: said
      .filter(({ results }) => !results.some((each) => 'unlooked' in each))
      .map(({ subject }) => subject),
    unlooked: [...new Set([...facts.unread, ...unlooked])],
  };
}
