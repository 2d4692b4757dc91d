// quorum, hysteresis and their programs: a service's own, else those of the top level, each for itself. What parses
// but cannot come true is warned of. When a service has its quorum is reconcile/quorum.ts's.

import type { Position } from '../../model/config/problem.ts';
import type { QuorumConfig, VirtualConfig } from '../../model/config/service.ts';
import { errorAt, type Warn } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import type { GlobalDraft, VirtualDraft } from './keys.ts';

/** Undefined where nothing of it is said. One of the others alone means keepalived's quorum of 1. */
export function resolveQuorum(
  draft: VirtualDraft,
  globals: GlobalDraft,
  site: (key: string) => Position,
  { problems, sites }: Resolution,
): QuorumConfig | undefined {
  const own = <Key extends 'quorum' | 'hysteresis' | 'quorum_up' | 'quorum_down' | 'quorum_user'>(key: Key) =>
    draft[key] ?? globals[key];
  const [quorum, hysteresis, up, down] = [
    own('quorum'),
    own('hysteresis'),
    own('quorum_up'),
    own('quorum_down'),
  ];
  if ([quorum, hysteresis, up, down].every((each) => each === undefined)) return undefined;
  const limits = { quorum: quorum ?? 1, hysteresis: hysteresis ?? 0 };
  if (limits.hysteresis >= limits.quorum) {
    const key = draft.hysteresis === undefined && draft.quorum !== undefined ? 'quorum' : 'hysteresis';
    const at = draft[key] === undefined ? sites(key) : site(key);
    const problem = errorAt(
      at,
      'use hysteresis',
      `less than quorum (${limits.quorum})`,
      `${limits.hysteresis}`,
    );
    // At the top level it is one mistake, however many services take it over.
    const known = problems.some((each) => each.at.line === at.line && each.message === problem.message);
    if (!known) problems.push(problem);
  }
  return { ...limits, ...present({ up, down, user: own('quorum_user') }) };
}

/** keepalived lowers a quorum to what there is, and never regains one that hysteresis puts beyond that. */
export function judgeQuorum(virtual: VirtualConfig, draft: VirtualDraft, warn: Warn): void {
  const { quorum: limits, reals, namedReals = [], realFile, checktype } = virtual;
  if (checktype.kind === 'off' && draft.quorum !== undefined) {
    warn('quorum', 'know the quorum', 'servers that are checked', 'checktype off');
  }
  if (limits === undefined) return;
  const { quorum, hysteresis } = limits;
  if (namedReals.length > 0 || realFile !== undefined) return;
  const sum = reals.reduce((total, { weight }) => total + weight, 0);
  const enough = `at most the sum of the weights (${sum}), which counts instead`;
  if (quorum > sum) warn('quorum', 'reach the quorum', enough, `${quorum}`);
  else if (quorum + hysteresis > sum) {
    warn('hysteresis', 'regain the quorum', `quorum + hysteresis ${enough}`, `${quorum} + ${hysteresis}`);
  }
}
