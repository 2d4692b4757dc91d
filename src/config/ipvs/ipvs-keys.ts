// The `ipvs` section: the table as a whole, and what the kernel keeps beside it. The sysctls are those of Linux up
// to 6.18 (Documentation/networking/ipvs-sysctl.rst, net/netfilter/ipvs/ip_vs_ctl.c), each with the values that
// the kernel takes or, where it takes anything, those that mean something.
import { z } from 'zod';
import { type Ip, isMulticast, parseIp } from '../../net/ip.ts';
import { readInterfaceName } from '../../net/word-pairs.ts';
import { ipvsDefaults, syncDefaults } from '../defaults.ts';
import { optional, required } from '../values/documented.ts';
import { withForm } from '../values/forms.ts';
import { choice, duration, filledText, formatDuration, leaf, whole } from '../values/leaves.ts';

/** As many seconds as a timer of the kernel can hold (INT_MAX / HZ), at 1000 ticks a second. */
const timeout = () => duration({ minMs: 1000, stepMs: 1000, maxMs: 2_147_483_000 });

export const timeoutSchema = z.strictObject({
  tcp: optional(timeout(), 'Of an established TCP connection. The kernel has 15m.'),
  tcpfin: optional(timeout(), 'Of a TCP connection after its FIN. The kernel has 2m.'),
  udp: optional(timeout(), 'Between two datagrams that are one connection. The kernel has 5m.'),
});

const multicastGroup = leaf<Ip>(
  'a multicast address, IPv4 or IPv6',
  (text) => {
    const address = parseIp(text);
    return address !== undefined && isMulticast(address) ? address : undefined;
  },
  { type: 'string' },
);
const interfaceName = leaf('an interface name of 1 to 15 characters', readInterfaceName, { type: 'string' });

export const syncSchema = z.strictObject({
  interface: required(interfaceName, 'Where connections are told of and heard of.'),
  mode: optional(
    choice(['role', 'both']),
    'role: a master while this director is active, a backup while it is not. both: both, always. Default: role where there is a virtual router.',
  ),
  instance: optional(
    filledText(),
    'The virtual router whose role it is, by name. May be left out where there is but one.',
  ),
  id: optional(
    whole(0, 255),
    'Which directors belong together; a backup with 0 hears all. Default: the virtual_router_id.',
  ),
  maxlen: optional(
    whole(1, 65_507),
    'Bytes of a message at most; a backup takes 1024 at least. Unset: as the interface takes.',
  ),
  group: optional(multicastGroup, 'The multicast group of the messages.', syncDefaults.group),
  port: optional(whole(1, 65_535), 'Their UDP port.', `${syncDefaults.port}`),
  ttl: optional(whole(1, 255), 'How many networks they may pass.', `${syncDefaults.ttl}`),
});

const intMax = 2_147_483_647;
const number = (min: number, max: number) => {
  const rule = `a whole number from ${min} to ${max}`;
  const read = (text: string) => {
    const value = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? String(value) : undefined;
  };
  return leaf(rule, read, { type: 'integer', minimum: min, maximum: max });
};
const switches: ReadonlyMap<string, string> = new Map([
  ...['1', 'yes', 'true', 'on'].map((word) => [word, '1'] as const),
  ...['0', 'no', 'false', 'off'].map((word) => [word, '0'] as const),
]);
const onOff = () =>
  leaf('0 or 1', (text) => switches.get(text.toLowerCase()), { enum: [0, 1, 'yes', 'no', true, false] });
const count = () => number(0, intMax);
/** proc_do_sync_threads: a power of two, up to IPVS_SYNC_PORTS_MAX. */
const portCount = leaf(
  '1, 2, 4, 8, 16, 32 or 64',
  (text) => (/^(?:1|2|4|8|16|32|64)$/.test(text) ? text : undefined),
  {
    enum: [1, 2, 4, 8, 16, 32, 64],
  },
);
/** proc_do_sync_threshold: the first below the second, or 0 in its place. */
const threshold = leaf('two numbers, the first below the second ("3 50"), or the second 0', readThreshold, {
  type: 'string',
});
const cpuList = leaf('CPUs as numbers and ranges with commas between ("0-3,8")', readCpuList, {
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
    lblc_expiration: optional(count(), 'Ticks after which lblc forgets where a destination went.'),
    lblcr_expiration: optional(count(), 'As lblc_expiration, of lblcr.'),
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
    sync_persist_mode: optional(
      onOff(),
      'Whether connections of persistent clients are kept to the backup as templates only.',
    ),
    sync_ports: optional(portCount, 'Threads of a sync daemon, each with a port; taken up when one starts.'),
    sync_qlen_max: optional(count(), 'Messages that may wait to be sent.'),
    sync_refresh_period: optional(
      count(),
      'Ticks between two reports of a connection; 0: by sync_threshold.',
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

export const ipvsSchema = z.strictObject({
  resync_interval: optional(
    duration({ minMs: 100, maxMs: 86_400_000 }),
    'How often the table is compared with what it should be.',
    formatDuration(ipvsDefaults.resync_interval),
  ),
  foreign: optional(
    choice(['keep', 'remove']),
    'What happens to services that no config names.',
    ipvsDefaults.foreign,
  ),
  timeout: optional(timeoutSchema, 'When connections are forgotten (ipvsadm --set).'),
  sync: optional(syncSchema, 'The daemons that keep the connections of the other director.'),
  sysctl: optional(sysctlSchema, 'Settings of the kernel by their names below net.ipv4.vs.'),
});
export type IpvsDraft = z.output<typeof ipvsSchema>;

function readThreshold(text: string): string | undefined {
  const match = /^(\d{1,9})\s+(\d{1,9})$/.exec(text.trim());
  if (match === null) return undefined;
  const [first, second] = [Number(match[1]), Number(match[2])];
  return second === 0 || first < second ? `${first} ${second}` : undefined;
}

function readCpuList(text: string): string | undefined {
  return /^\d{1,4}(?:-\d{1,4})?(?:,\d{1,4}(?:-\d{1,4})?)*$/.test(text) ? text : undefined;
}
