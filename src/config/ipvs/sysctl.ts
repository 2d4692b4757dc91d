// `ipvs sysctl`: settings of the kernel, those of Linux up to 7.2 (Documentation/networking/ipvs-sysctl.rst,
// net/netfilter/ipvs/ip_vs_ctl.c), each with the values that the kernel takes or, where it takes anything, those that mean
// something.
import * as z from 'zod';
import type { IpvsConfig } from '../../model/config/ipvs.ts';
import { optional } from '../values/documented.ts';
import { withForm } from '../values/forms.ts';
import { scalar } from '../values/scalars.ts';

const intMax = 2_147_483_647;
const number = (min: number, max: number) => {
  const rule = `a whole number from ${min} to ${max}`;
  const read = (text: string) => {
    const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? String(value) : undefined;
  };
  return scalar(rule, read, { type: 'integer', minimum: min, maximum: max });
};
const switches: ReadonlyMap<string, string> = new Map([
  ...['1', 'yes', 'true', 'on'].map((word) => [word, '1'] as const),
  ...['0', 'no', 'false', 'off'].map((word) => [word, '0'] as const),
]);
const onOff = () =>
  scalar('0 or 1', (text) => switches.get(text.toLowerCase()), { enum: [0, 1, 'yes', 'no', true, false] });
const count = () => number(0, intMax);
/** proc_dointvec_jiffies: as many as an int holds of ticks, of which the fastest kernel has 1000 a second. */
const seconds = () => number(0, Math.floor(intMax / 1000));
/** proc_do_sync_threads: a power of two, up to IPVS_SYNC_PORTS_MAX. */
const portCount = scalar(
  '1, 2, 4, 8, 16, 32 or 64',
  (text) => (/^(?:1|2|4|8|16|32|64)$/.test(text) ? text : undefined),
  {
    enum: [1, 2, 4, 8, 16, 32, 64],
  },
);
/** proc_do_sync_threshold: the first below the second, or 0 in its place. */
const threshold = scalar('two numbers, the first below the second ("3 50"), or the second 0', readThreshold, {
  type: 'string',
});
const cpuList = scalar('CPUs as numbers and ranges with commas between ("0-3,8")', readCpuList, {
  type: ['string', 'integer'],
});

/** As sysctl(8) writes it, or as a path below /proc/sys. */
const sysctlPrefix = /^net([./])ipv4\1vs\1/;

export const sysctlSchema = withForm(
  z.strictObject({
    am_droprate: optional(count(), 'drop_packet 3 drops one packet of so many.'),
    amemthresh: optional(count(), 'Free pages below which the automatic defences begin.'),
    backup_only: optional(onOff(), 'Whether a director that is backup only sends no packets on.'),
    cache_bypass: optional(
      onOff(),
      'Whether packets for a cache go to their destination when no cache is up.',
    ),
    conn_lfactor: optional(
      number(-8, 8),
      'How full the table of connections becomes before it grows: 2^value a bucket (Linux 7.1).',
    ),
    conn_max: optional(number(0, 2 ** 30), 'How many connections there may be (Linux 7.2).'),
    conn_reuse_mode: optional(number(0, 3), 'What happens to a connection whose port is used again.'),
    conntrack: optional(onOff(), 'Whether connections are known to the packet filter.'),
    drop_entry: optional(
      number(0, 3),
      'Whether connections are dropped when memory is short; 1 and 2: automatic.',
    ),
    drop_packet: optional(
      number(0, 3),
      'Whether packets are dropped when memory is short; 1 and 2: automatic.',
    ),
    est_cpulist: optional(cpuList, 'Where statistics are computed (Linux 6.2).'),
    est_nice: optional(number(-20, 19), 'The nice value of those that compute statistics (Linux 6.2).'),
    expire_nodest_conn: optional(onOff(), 'Whether a connection ends at once when its server is removed.'),
    expire_quiescent_template: optional(
      onOff(),
      'Whether a server of weight 0 loses its persistent clients.',
    ),
    ignore_tunneled: optional(onOff(), 'Whether packets from tunnels are not scheduled.'),
    lblc_expiration: optional(seconds(), 'Seconds after which lblc forgets where a destination went.'),
    lblcr_expiration: optional(seconds(), 'As lblc_expiration, of lblcr.'),
    nat_icmp_send: optional(onOff(), 'Whether a masq server that is gone is answered for with ICMP.'),
    pmtu_disc: optional(onOff(), 'Whether the path MTU to tunnelled servers is found out.'),
    run_estimation: optional(onOff(), 'Whether rates are computed at all.'),
    schedule_icmp: optional(onOff(), 'Whether ICMP without a connection is scheduled as well.'),
    secure_tcp: optional(number(0, 3), 'Whether half-open TCP has shorter timeouts; 1 and 2: automatic.'),
    sloppy_sctp: optional(
      onOff(),
      'Whether SCTP may begin in the middle: after a failover without synchronisation.',
    ),
    sloppy_tcp: optional(
      onOff(),
      'Whether TCP may begin in the middle: after a failover without synchronisation.',
    ),
    snat_reroute: optional(onOff(), 'Whether replies of masq servers are routed by their new source.'),
    svc_lfactor: optional(
      number(-8, 8),
      'How full the table of services becomes before it grows: 2^value a bucket (Linux 7.1).',
    ),
    sync_persist_mode: optional(
      onOff(),
      'Whether connections of persistent clients are kept to the backup as templates only.',
    ),
    sync_ports: optional(portCount, 'Threads of a sync daemon, each with a port; taken up when one starts.'),
    sync_qlen_max: optional(count(), 'Messages that may wait to be sent.'),
    sync_refresh_period: optional(
      seconds(),
      'Seconds between two reports of a connection; 0: by sync_threshold.',
    ),
    sync_retries: optional(number(0, 3), 'How often a report of a connection is repeated.'),
    sync_sock_size: optional(
      count(),
      'Bytes of the socket buffer of a sync daemon; 0: as the system has it.',
    ),
    sync_threshold: optional(
      threshold,
      'Packets until a connection is told of, and between two reports: "3 50".',
    ),
    sync_version: optional(number(0, 1), 'Of the messages; 0 for backups before Linux 2.6.39.'),
  }),
  { plainKey: (written) => written.replace(sysctlPrefix, '') },
);

/** Undefined where nothing is set. */
export function resolveSysctl(draft: z.output<typeof sysctlSchema>): IpvsConfig['sysctl'] {
  const set = Object.entries(draft).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

function readThreshold(text: string): string | undefined {
  const match = /^(\d{1,9})\s+(\d{1,9})$/.exec(text.trim());
  if (match === null) return undefined;
  const [first, second] = [Number(match[1]), Number(match[2])];
  return second === 0 || first < second ? `${first} ${second}` : undefined;
}

function readCpuList(text: string): string | undefined {
  return /^\d{1,4}(?:-\d{1,4})?(?:,\d{1,4}(?:-\d{1,4})?)*$/.test(text) ? text : undefined;
}
