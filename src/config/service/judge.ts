// What parses but cannot work, or not as its author may think: warnings with the reason, never errors; each subject has
// its own. Two services with one identity are the exception: no table can hold both.

import type { Position } from '../../model/config/problem.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import { judgeRawRequest } from '../checks/raw-request.ts';
import { judgeIneffective } from '../ineffective.ts';
import { errorAt, type Warn, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { judgeFlapping } from './flapping.ts';
import { judgeChecks } from './judge-checks.ts';
import { judgeServers } from './judge-servers.ts';
import type { GlobalDraft, VirtualDraft } from './keys.ts';
import { judgeLastingClients } from './lasting-clients.ts';
import { judgeQuiescence } from './quiescence.ts';
import { judgeQuorum } from './quorum.ts';
import { judgeScheduling } from './scheduling.ts';
import { judgeOmega, judgeServerNotify } from './server-notify.ts';
import type { Subject } from './subject.ts';

export function judgeVirtual(virtual: VirtualConfig, entry: Subject<VirtualDraft, GlobalDraft>): void {
  const { draft, site, resolution } = entry;
  const warn: Warn = (key, act, rule, got) =>
    void resolution.problems.push(warningAt(site(...[key].flat()), act, rule, got));
  for (const judge of subjects) judge(virtual, draft, warn);
  judgeChecks(virtual, draft, warn, resolution);
  judgeIneffective(draft, site, resolution);
  judgeServerNotify(virtual, resolution);
  judgeRawRequest(virtual, site, resolution);
  judgeServers(virtual, draft, warn, resolution);
  judgeLastingClients(virtual, entry);
  judgeOmega(virtual, entry);
}

const subjects: readonly ((virtual: VirtualConfig, draft: VirtualDraft, warn: Warn) => void)[] = [
  judgeScheduling,
  judgeQuiescence,
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
        errorAt(at, 'add virtual service', `each service once (first in ${placeOf(first, at)})`, name),
      );
  }
}

const placeOf = (first: Position, { file }: Position): string =>
  first.file === file ? `line ${first.line}` : `${first.file}:${first.line}`;
