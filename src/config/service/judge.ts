// What parses but cannot work, or not as its author may think: warnings with the reason, never errors; each subject has
// its own. Two services with one identity are the exception: no table can hold both.

import type { Position } from '../../model/config/problem.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import { judgeServiceCheck } from '../checks/judge.ts';
import { judgeChecktype } from '../checks/judge-checktype.ts';
import { judgeTextCheck } from '../checks/judge-text.ts';
import { judgeIneffective } from '../ineffective.ts';
import { errorAt, type Warn, warningAt } from '../problem.ts';
import type { Resolution, Site } from '../resolution.ts';
import { judgeFlapping } from './flapping.ts';
import { judgeServers } from './judge-servers.ts';
import type { VirtualDraft } from './keys.ts';
import { judgeQuorum } from './quorum.ts';
import { judgeScheduling } from './scheduling.ts';
import { judgeTiming } from './timing.ts';

/** @param site where the entry, or a key of it, stands */
export function judgeVirtual(
  virtual: VirtualConfig,
  draft: VirtualDraft,
  site: Site,
  resolution: Resolution,
): void {
  const warn: Warn = (key, act, rule, got) =>
    void resolution.problems.push(warningAt(site(key), act, rule, got));
  for (const judge of subjects) judge(virtual, draft, warn);
  judgeIneffective(draft, site, resolution);
  judgeServers(virtual, draft, warn, resolution);
}

const subjects: readonly ((virtual: VirtualConfig, draft: VirtualDraft, warn: Warn) => void)[] = [
  judgeScheduling,
  judgeChecktype,
  judgeServiceCheck,
  judgeTextCheck,
  judgeTiming,
  judgeQuorum,
  judgeFlapping,
];

/** Two services with one identity: the kernel has room for one (ip_vs_ctl.c, EEXIST). */
export function judgeDuplicates(virtuals: readonly VirtualConfig[], { problems }: Resolution): void {
  const seen = new Map<string, Position>();
  for (const { id, at } of virtuals) {
    const name = formatServiceId(id);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, at);
    else
      problems.push(
        errorAt(at, 'add virtual service', `each service once (first in line ${first.line})`, name),
      );
  }
}
