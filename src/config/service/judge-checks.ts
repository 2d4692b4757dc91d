// How the servers of a service are checked, by one check or by lists of several: what of it has no effect or cannot work.
// Each check of a list is judged as a service's own is (checks/judge.ts and its fellows), at its place in the list; a key of
// the service has an effect where one check reads it that does not say it itself.
import { checkedBy } from '../../model/checks/checks-of.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { judgeBind } from '../checks/bind.ts';
import { judgeServiceCheck } from '../checks/judge.ts';
import { judgeChecktype } from '../checks/judge-checktype.ts';
import { judgeTextCheck } from '../checks/judge-text.ts';
import { judgePath } from '../checks/path.ts';
import { judgeReplaced, judgeServersOwn } from '../checks/replaced.ts';
import { judgeTiming } from '../checks/timing.ts';
import { judgeUnread, type Made } from '../checks/unread.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import type { Warn } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { type ChecksDraft, type OneOfChecksDraft, saidOfOne } from './checks.ts';
import type { VirtualDraft } from './keys.ts';

type Listed = { readonly path: readonly (string | number)[]; readonly draft: OneOfChecksDraft };

export function judgeChecks(
  virtual: VirtualConfig,
  draft: VirtualDraft,
  warn: Warn,
  resolution: Resolution,
): void {
  const listed = listedIn(draft);
  const made = listed.map((each) => madeOf(virtual, each, resolution));
  const isAlone = virtual.checks === undefined;
  const all: readonly Made[] = isAlone ? [{ virtual, says: {} }, ...made] : made;
  judgeUnread(virtual, draft, warn, all);
  judgeTiming(virtual, draft, warn, all);
  if (isAlone) judgeMade(virtual, draft, draft, warn);
  judgeServersOwn(virtual, draft, warn);
  for (const [index, each] of listed.entries()) {
    const one = made[index];
    if (one !== undefined) judgeListed(one, { ...each, service: draft }, warn);
  }
}

/** Of servers of a file, whose service is judged with its own: what it says itself is not known here. */
export function judgeChecksOfFile(
  virtual: VirtualConfig,
  { real }: Pick<VirtualDraft, 'real'>,
  warn: Warn,
  resolution: Resolution,
): void {
  const { checkcommand, miscPath } = virtual;
  const service: VirtualDraft = {
    misc_path: miscPath === undefined ? undefined : [...miscPath],
    checkcommand: checkcommand === defaults.checkcommand ? undefined : checkcommand,
  };
  judgeServersOwn(virtual, { real }, warn);
  for (const each of listedIn({ real }))
    judgeListed(madeOf(virtual, each, resolution), { ...each, service }, warn);
}

const listedIn = (draft: Pick<VirtualDraft, 'checks' | 'real'>): readonly Listed[] => [
  ...listOf(draft, []),
  ...(draft.real ?? []).flatMap((real, index) => listOf(real ?? {}, ['real', index])),
];

const listOf = ({ checks = [] }: ChecksDraft, path: readonly (string | number)[]): readonly Listed[] =>
  checks.flatMap((draft, index) =>
    draft === undefined ? [] : [{ path: [...path, 'checks', index], draft }],
  );

const madeOf = (virtual: VirtualConfig, { draft }: Listed, resolution: Resolution): Made => ({
  virtual: checkedBy(virtual, saidOfOne(draft, resolution)),
  says: draft,
});

/** What it lacks may stand at its service; of keys that have no effect only its own are told of here. */
function judgeListed(made: Made, { path, draft, service }: Listed & { service: VirtualDraft }, warn: Warn) {
  const warnWithin: Warn = (key, ...rest) => warn([...path, ...[key].flat()], ...rest);
  const { real: _real, fallback: _fallback, checks: _checks, ...shared } = service;
  judgeUnread(made.virtual, draft, warnWithin, [{ ...made, says: {} }]);
  judgeTiming(made.virtual, draft, warnWithin, [{ ...made, says: {} }]);
  judgeMade(made.virtual, { ...shared, ...draft }, draft, warnWithin);
}

/** @param words what of the question is its own. */
function judgeMade(virtual: VirtualConfig, draft: VirtualDraft, words: OneOfChecksDraft, warn: Warn): void {
  judgeChecktype(virtual, draft, warn);
  judgeReplaced(virtual, words, warn);
  judgeServiceCheck(virtual, draft, warn);
  judgeTextCheck(virtual, draft, warn);
  judgeBind(virtual, draft, warn);
  judgePath(virtual, draft, warn);
}
