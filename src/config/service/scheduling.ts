// How a virtual service shares out connections and how long clients stay: scheduler and its flags, persistence, single
// packets. What the kernel would refuse, or take for something else, is an error here; ipvsadm(8), ip_vs_ctl.c.

import type { Position } from '../../model/config/problem.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { type ServiceId, serviceFamily } from '../../model/ipvs.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { didYouMean } from '../values/suggest.ts';
import { schedulerFlags, schedulers } from '../values/words.ts';
import type { VirtualDraft } from './keys.ts';

type Key = 'scheduler' | 'schedflags' | 'netmask';
type Refuse = (key: Key, rule: string, got: string) => void;

type Scheduling = Pick<
  VirtualConfig,
  'scheduler' | 'schedFlags' | 'ops' | 'persistentSec' | 'netmaskPrefix' | 'persistenceEngine'
>;

export function resolveScheduling(
  draft: VirtualDraft,
  id: ServiceId,
  site: (key: Key) => Position,
  resolution: Resolution,
): Scheduling {
  // ldirectord passes any word on to ipvsadm, for schedulers that come after it: a warning there.
  const judge = resolution.dialect === 'ldirectord' ? warningAt : errorAt;
  const refuse: Refuse = (key, rule, got) =>
    void resolution.problems.push(judge(site(key), `use ${key}`, rule, got));
  const scheduler = draft.scheduler ?? defaults.scheduler;
  const schedFlags = (draft.schedflags ?? '')
    .split(/[\s,]+/)
    .filter((flag) => flag !== '')
    .sort();
  judgeWord('scheduler', scheduler, schedulers, refuse);
  for (const flag of schedFlags) judgeFlag(flag, scheduler, refuse);
  judgeNetmask(draft.netmask, id, refuse);
  return {
    scheduler,
    schedFlags,
    ops: (draft.ops ?? false) && opsWorks(id, resolution),
    ...present({
      persistentSec: draft.persistent === undefined ? undefined : draft.persistent / 1000,
      netmaskPrefix: draft.persistent === undefined ? undefined : draft.netmask?.length,
      persistenceEngine: draft.persistence_engine,
    }),
  };
}

function judgeWord(key: Key, word: string, known: readonly string[], refuse: Refuse): void {
  if (!known.includes(word)) refuse(key, `one of ${known.join(', ')}${didYouMean(word, known)}`, word);
}

/** The three bits have names of their own with sh and mh, and only there (linux/ip_vs.h). */
function judgeFlag(flag: string, scheduler: string, refuse: Refuse): void {
  judgeWord('schedflags', flag, schedulerFlags, refuse);
  const owner = /^(sh|mh)-/.exec(flag)?.[1];
  if (owner !== undefined && owner !== scheduler) {
    refuse('schedflags', `a flag of ${scheduler}`, flag);
  }
}

/** A dotted mask is of IPv4, and a length of at most as many bits as the family has. */
function judgeNetmask(netmask: VirtualDraft['netmask'], id: ServiceId, refuse: Refuse): void {
  if (netmask === undefined) return;
  const inet6 = serviceFamily(id) === 'inet6';
  if (inet6 && netmask.dotted) {
    refuse('netmask', 'a prefix length from 1 to 128 for IPv6', `the netmask of /${netmask.length}`);
  }
  if (!inet6 && netmask.length > 32) {
    refuse('netmask', 'a netmask or a prefix length from 1 to 32 for IPv4', `/${netmask.length}`);
  }
}

/** The kernel schedules single packets of UDP only; ldirectord passes `-o` for udp and never for a mark. */
const opsWorks = (id: ServiceId, { dialect }: Resolution): boolean =>
  id.kind === 'fwmark' ? dialect === 'yaml' : id.protocol === 'udp';
