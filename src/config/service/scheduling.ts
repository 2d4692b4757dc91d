// How a virtual service shares out connections and how long clients stay: scheduler and its flags, persistence, single
// packets. What the kernel would refuse, or take for something else, is an error here; ipvsadm(8), ip_vs_ctl.c.
import type { z } from 'zod';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type ServiceId, serviceFamily } from '../../model/ipvs.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { errorAt, type Warn, warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { choice, duration, flag, netmask, text } from '../values/scalars.ts';
import { didYouMean } from '../values/suggest.ts';
import type { Subject } from './subject.ts';

/** Every scheduler of Linux (net/netfilter/ipvs): a module ip_vs_NAME each. */
export const schedulers = [
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'],
] as const;

/** ipvsadm -b: the three flag bits mean what the scheduler says. */
const schedulerFlags = [
  ...['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port', 'flag-1', 'flag-2', 'flag-3'],
] as const;

const seconds = duration({ minMs: 1000, stepMs: 1000, maxMs: 86_400_000 * 31 });

export const schedulingShape = {
  scheduler: optional(
    text(),
    'How connections are shared out: rr, wrr, lc, wlc, sh, mh and the others of Linux.',
    defaults.scheduler,
  ),
  schedflags: optional(
    text(),
    'Flags of the scheduler with commas between: sh-port, sh-fallback, mh-port, mh-fallback.',
  ),
  persistent: optional(seconds, 'How long a client stays with its server. Unset: not persistent.'),
  netmask: optional(
    netmask(),
    'Which clients count as one: a netmask (IPv4) or prefix length (IPv6). With persistent.',
  ),
  persistence_engine: optional(choice(['sip']), 'sip: persistence by Call-ID. With persistent.'),
  ops: optional(flag(), 'One-packet scheduling: each UDP datagram on its own.', 'no'),
} as const;
type SchedulingDraft = z.output<z.ZodObject<typeof schedulingShape>>;

type Key = 'scheduler' | 'schedflags' | 'netmask';
type Refuse = (key: Key, rule: string, got: string) => void;

type Scheduling = Pick<
  VirtualConfig,
  'scheduler' | 'schedFlags' | 'ops' | 'persistentSec' | 'netmaskPrefix' | 'persistenceEngine'
>;

export function resolveScheduling(
  { draft, site, resolution }: Subject<SchedulingDraft>,
  id: ServiceId,
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
function judgeNetmask(netmask: SchedulingDraft['netmask'], id: ServiceId, refuse: Refuse): void {
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

/** What parses but cannot work, or not as its author may think. */
export function judgeScheduling(virtual: VirtualConfig, draft: SchedulingDraft, warn: Warn): void {
  const { id, scheduler, persistentSec } = virtual;
  if (persistentSec !== undefined && scheduler === 'sh') {
    warn(
      'persistent',
      'gain from persistent',
      'another scheduler than sh, which keeps clients by itself',
      `${persistentSec} s`,
    );
  }
  if (persistentSec === undefined && draft.netmask !== undefined) {
    warn('netmask', 'use netmask', 'persistent beside it', `/${draft.netmask.length}`);
  }
  if (persistentSec === undefined && draft.persistence_engine !== undefined) {
    warn('persistence_engine', 'use persistence_engine', 'persistent beside it', draft.persistence_engine);
  }
  // ip_vs_pe_sip.c, ip_vs_sip_fill_param: EINVAL for any other packet, which is then dropped.
  if (draft.persistence_engine === 'sip' && id.kind === 'address' && id.protocol !== 'udp') {
    warn('persistence_engine', 'serve anyone by Call-ID', 'a service of protocol udp', formatServiceId(id));
  }
  if (draft.ops === true && !virtual.ops) {
    warn('ops', 'schedule single packets', 'a service of protocol udp', formatServiceId(id));
  }
  // ip_vs_ctl.c, do_ip_vs_set_ctl: port 0 means every port, which only a persistent service can keep apart.
  if (id.kind === 'address' && id.port === 0 && persistentSec === undefined) {
    warn('address', 'serve every port', 'persistent beside port 0', formatServiceId(id));
  }
}
