// A `virtual` entry to a service: each subject by itself (quorum.ts, timing.ts and the others), with its defaults and what
// it has of the top level. What parses but cannot work is judged in judge.ts.

import type { VirtualConfig } from '../../model/config/service.ts';
import { resolveCheck } from '../checks/check.ts';
import { resolveServiceMail } from '../notices/service-mail.ts';
import { errorAt } from '../problem.ts';
import { present } from '../resolution.ts';
import { explainPattern } from '../values/receive-pattern.ts';
import { resolveChecks } from './checks.ts';
import { resolveDraining } from './draining.ts';
import { resolveFallbacks } from './fallbacks.ts';
import { resolveFlapping } from './flapping.ts';
import { resolveIdentity } from './identity.ts';
import type { GlobalDraft, VirtualDraft } from './keys.ts';
import { resolveMarks } from './marks.ts';
import { resolveQuiescence } from './quiescence.ts';
import { resolveQuorum } from './quorum.ts';
import { resolveReals } from './real.ts';
import { resolveScheduling } from './scheduling.ts';
import type { Subject } from './subject.ts';
import { resolveTiming } from './timing.ts';

type Entry = Subject<VirtualDraft, GlobalDraft>;

/** @returns undefined, with a problem, where the service cannot be told which it is. */
export function resolveVirtual(entry: Entry): VirtualConfig | undefined {
  const { draft, site, resolution } = entry;
  const id = resolveIdentity(entry);
  if (id === undefined) return undefined;
  judgePatterns(entry);
  const check = resolveCheck(draft, id, resolution);
  const { checktype } = check;
  return {
    id,
    ...resolveScheduling(entry, id),
    ...check,
    ...resolveTiming(entry),
    ...present({ flapping: resolveFlapping(entry) }),
    ...resolveDraining(entry),
    ...resolveQuiescence(entry),
    ...present({
      marks: resolveMarks(entry, id),
      servicename: draft.servicename,
      comment: draft.comment,
      mail: resolveServiceMail(draft),
      // Servers that are never judged neither make nor break one.
      quorum: checktype.kind === 'off' ? undefined : resolveQuorum(entry),
    }),
    ...((draft.omega ?? entry.globals.omega) === true && { omega: true }),
    ...resolveFallbacks(entry, { id, checktype }),
    ...resolveChecks(draft, { checktype }, (...path) => site('checks', ...path), resolution),
    ...resolveReals(entry, { id, checktype }),
    at: site(),
  };
}

/** Every `receive`: the service's, and those of URLs and single servers. */
function judgePatterns({ draft, site, resolution }: Entry): void {
  const judge = (pattern: string | undefined, ...path: readonly (string | number)[]) => {
    const rule = explainPattern(pattern ?? '');
    if (rule === undefined) return;
    resolution.problems.push(errorAt(site(...path, 'receive'), 'compile receive', rule, pattern ?? ''));
  };
  judge(draft.receive);
  for (const key of ['urls', 'real', 'fallback'] as const) {
    for (const [index, each] of (draft[key] ?? []).entries()) judge(each?.receive, key, index);
  }
}
