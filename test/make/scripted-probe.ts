// A probe whose answers a test gives by hand, and which remembers what was asked.
import type { CheckTarget } from '../../src/model/checks/checks.ts';
import type { Probe, ProbeResult } from '../../src/model/probe-result.ts';
import { shown } from '../../src/net/shown.ts';

export type Asked = {
  readonly target: CheckTarget;
  readonly signal: AbortSignal;
  readonly answer: (outcome: ProbeResult['outcome'], detail?: string) => void;
};

export type ScriptedProbe = {
  readonly probe: Probe;
  /** Every check so far, answered or not. */
  readonly asked: readonly Asked[];
  /** From now on every check is answered so at once; undefined leaves them to the test. */
  readonly answerAll: (outcome: ProbeResult['outcome'] | undefined) => void;
};

export function createScriptedProbe(): ScriptedProbe {
  const asked: Asked[] = [];
  let always: ProbeResult['outcome'] | undefined;
  return {
    asked,
    answerAll: (outcome) => {
      always = outcome;
    },
    probe: (target, signal) =>
      new Promise((resolve) => {
        const answer: Asked['answer'] = (outcome, detail = outcome) =>
          resolve({ outcome, detail: shown(detail) });
        asked.push({ target, signal, answer });
        if (always !== undefined) answer(always);
      }),
  };
}
