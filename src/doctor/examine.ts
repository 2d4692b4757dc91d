// All examinations over one set of facts. Pure.

import { examinations } from './examinations.ts';
import type { Facts } from './facts.ts';
import type { Examination, Finding } from './finding.ts';
import type { Probed } from './probes/answers.ts';
import { probings } from './probes/probings.ts';

export type Examined = {
  readonly findings: readonly Finding[];
  /** What was looked at. */
  readonly looked: readonly string[];
  /** What was not, and why. */
  readonly unlooked: readonly string[];
  /** With packets of its own: which. */
  readonly sent?: string;
};

/** With what packets of its own have found as well. */
export function examineProbed(probed: Probed): Examined {
  const { unlooked, ...examined } = examineBy(probed, [...examinations, ...probings]);
  const { unasked, sent } = probed.answers;
  return { ...examined, unlooked: [...unlooked, ...unasked], sent };
}

export const examine = (facts: Facts): Examined => examineBy(facts, examinations);

function examineBy<F extends Facts>(facts: F, all: readonly Examination<F>[]): Examined {
  const said = all.map(({ subject, examine: ask }) => ({ subject, results: ask(facts) }));
  const findings = said.flatMap(({ results }) =>
    results.flatMap((each) => ('unlooked' in each ? [] : [each])),
  );
  const unlooked = said.flatMap(({ results }) =>
    results.flatMap((each) => ('unlooked' in each ? [each.unlooked] : [])),
  );
  return {
    findings: atOnce(findings).sort((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning')),
    looked: said
      .filter(({ results }) => !results.some((each) => 'unlooked' in each))
      .map(({ subject }) => subject),
    unlooked: [...new Set([...facts.unread, ...unlooked])],
  };
}

/** One fault is told once, with all services that it breaks. */
function atOnce(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const { services, ...told } = finding;
    const key = JSON.stringify(told);
    const before = merged.get(key);
    merged.set(key, {
      ...finding,
      services: [...new Set([...(before?.services ?? []), ...services])],
    });
  }
  return [...merged.values()];
}
