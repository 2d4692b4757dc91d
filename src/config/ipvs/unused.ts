// Settings of the kernel that do nothing for the services of the file, out of one table of what each needs: a new setting
// does not compile without its line. Without services nothing is said: the settings may be for those of somebody else.
// Source: Documentation/networking/ipvs-sysctl.rst, net/netfilter/ipvs/ (ip_vs_lblc.c, ip_vs_lblcr.c, ip_vs_sync.c).
import type { z } from 'zod';
import type { Config } from '../../model/config/config.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { sysctlSchema } from './sysctl.ts';
import type { timeoutSchema } from './timeout.ts';

type Table = Pick<Config, 'virtuals' | 'ipvs'>;
type Need = { readonly rule: string; readonly isMet: (table: Table) => boolean };
type Sysctl = keyof z.output<typeof sysctlSchema>;
type Timeout = keyof z.output<typeof timeoutSchema>;

const someService = (rule: string, isIt: (virtual: VirtualConfig) => boolean): Need => ({
  rule,
  isMet: ({ virtuals }) => virtuals.some(isIt),
});

/** A mark that somebody else sets may stand for any. */
const takes = (protocol: 'tcp' | 'udp' | 'sctp'): Need =>
  someService(`a ${protocol.toUpperCase()} service`, ({ id, marks }) => {
    if (id.kind === 'address') return id.protocol === protocol;
    return marks === undefined || marks.some((each) => each.protocol === protocol);
  });

const scheduledBy = (name: string): Need =>
  someService(`a service with scheduler: ${name}`, ({ scheduler }) => scheduler === name);

/** A file may bring servers of any kind. */
const reachedBy = (method: 'masq' | 'ipip'): Need =>
  someService(`a ${method} server`, (virtual) => {
    const { reals, namedReals = [], fallbacks, namedFallbacks = [], realFile } = virtual;
    const servers = [...reals, ...namedReals, ...fallbacks, ...namedFallbacks];
    return realFile !== undefined || servers.some(({ forward }) => forward === method);
  });

const persistent = someService(
  'a service with persistent',
  ({ persistentSec }) => persistentSec !== undefined,
);
const synchronised: Need = {
  rule: 'sync beside it, or sync daemons of somebody else',
  isMet: ({ ipvs }) => ipvs.sync !== undefined,
};

const always: Need = { rule: '', isMet: () => true };

const settings: Readonly<Record<Sysctl, Need>> = {
  ...{
    am_droprate: always,
    amemthresh: always,
    backup_only: always,
    cache_bypass: always,
    conn_lfactor: always,
  },
  ...{
    conn_max: always,
    conn_reuse_mode: always,
    conntrack: always,
    drop_entry: always,
    drop_packet: always,
  },
  ...{ est_cpulist: always, est_nice: always, expire_nodest_conn: always, ignore_tunneled: always },
  ...{ run_estimation: always, schedule_icmp: always, svc_lfactor: always },
  expire_quiescent_template: persistent,
  lblc_expiration: scheduledBy('lblc'),
  lblcr_expiration: scheduledBy('lblcr'),
  nat_icmp_send: reachedBy('masq'),
  pmtu_disc: reachedBy('ipip'),
  secure_tcp: takes('tcp'),
  sloppy_sctp: takes('sctp'),
  sloppy_tcp: takes('tcp'),
  snat_reroute: reachedBy('masq'),
  ...{ sync_persist_mode: synchronised, sync_ports: synchronised, sync_qlen_max: synchronised },
  ...{ sync_refresh_period: synchronised, sync_retries: synchronised, sync_sock_size: synchronised },
  ...{ sync_threshold: synchronised, sync_version: synchronised },
};
const timeouts: Readonly<Record<Timeout, Need>> = {
  ...{ tcp: takes('tcp'), tcpfin: takes('tcp'), udp: takes('udp') },
};

export function judgeUnusedIpvs(
  draft: {
    readonly timeout?: Readonly<Partial<Record<Timeout, unknown>>> | undefined;
    readonly sysctl?: Readonly<Partial<Record<Sysctl, unknown>>> | undefined;
  },
  table: Table,
  { problems, sites }: Pick<Resolution, 'problems' | 'sites'>,
): void {
  if (table.virtuals.length === 0) return;
  const judge = (section: 'timeout' | 'sysctl', key: string, value: unknown, { rule, isMet }: Need) => {
    // 0 asks for nothing.
    if (value === undefined || value === '0' || isMet(table)) return;
    problems.push(warningAt(sites('ipvs', section, key), `use ${key}`, rule, 'none'));
  };
  for (const [key, need] of Object.entries(timeouts))
    judge('timeout', key, draft.timeout?.[key as Timeout], need);
  for (const [key, need] of Object.entries(settings))
    judge('sysctl', key, draft.sysctl?.[key as Sysctl], need);
}
