// How much a note of a conversion weighs: each kind of note, and each word that is left out, has its grade here and
// nowhere else. docs/convert.md says what the grades mean.

export const gradeNames = ['harmless', 'look', 'dangerous'] as const;
export type Grade = (typeof gradeNames)[number];

/** By what becomes of what the old file says. */
const kinds = {
  /** Written out as the default, or corrected, as the old program does. */
  mended: 'harmless',
  /** The old program makes nothing of it either. */
  ignored: 'harmless',
  /** The same, by another way. */
  respelled: 'harmless',
  /** The old program skips what is taken here. */
  taken: 'look',
  /** The nearest value that there is here. */
  limited: 'look',
  /** Works while the firewall goes on marking. */
  firewall: 'look',
  /** Another value each time, or not for all of those that it is for. */
  approximate: 'look',
  /** Parts of the text that cannot be read. */
  unreadable: 'dangerous',
  /** A service, a server, an address, a route, a router or a tracker less. */
  missing: 'dangerous',
  /** A check that asks something else, or is run otherwise, and may fail. */
  check: 'dangerous',
  /** Adverts that a peer will not take. */
  unheard: 'dangerous',
  /** A program as another user. */
  user: 'dangerous',
  /** The same word with another meaning. */
  meaning: 'dangerous',
} as const satisfies Readonly<Record<string, Grade>>;

/** Words that nothing corresponds to; one that does not stand here is to be looked at. */
const words: Readonly<Record<Grade, readonly string[]>> = {
  harmless: [
    ...['router_id', 'notification_email', 'notification_email_from', 'no_email_faults', 'no_checker_emails'],
    ...['smtp_server', 'smtp_connect_timeout', 'smtp_helo_name', 'smtp_alert', 'smtp_alert_vrrp'],
    ...['smtp_alert_checker', 'snmp_socket', 'enable_traps', 'enable_snmp_vrrp', 'enable_snmp_checker'],
    ...['enable_snmp_keepalived', 'enable_snmp_rfc', 'enable_snmp_rfcv2', 'enable_snmp_rfcv3', 'enable_dbus'],
    ...['dbus_service_name', 'process_names', 'process_name', 'vrrp_process_name', 'checker_process_name'],
    ...['vrrp_skip_check_adv_addr', 'skip_check_adv_addr', 'checker_log_all_failures', 'log_unknown_vrids'],
    ...['linkbeat_use_polling', 'vrrp_priority', 'checker_priority', 'vrrp_no_swap', 'checker_no_swap'],
    ...['vrrp_rt_priority', 'checker_rt_priority', 'bfd_rt_priority', 'max_auto_priority', 'native_ipv6'],
    ...['vrrp_rlimit_rttime', 'checker_rlimit_rttime', 'min_auto_priority_delay', 'child_wait_time'],
    ...['vrrp_iptables', 'vrrp_ipsets', 'nftables', 'nftables_priority', 'nftables_ifindex', 'lvs_flush'],
    'warmup',
    'use_symlink_paths',
    ...['vrrp_netlink_cmd_rcv_bufs', 'vrrp_netlink_monitor_rcv_bufs', 'vrrp_rx_bufs_policy', 'umask'],
    ...['ha_suspend', 'log_all_failures'],
    ...['reload_check_config', 'nb_get_retry', 'kernel_rx_buf_size', 'disable_local_igmp', 'use_pid_dir'],
  ],
  look: [],
  dangerous: [
    ...['auth_hmac', 'vrf', 'net_namespace'],
    ...['bfd_instance', 'track_bfd', 'use_ipvlan'],
    ...['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'],
    ...['connect_ip', 'bindto', 'bind_port', 'bind_if', 'fwmark', 'nftables_ipvs', 'net_namespace_ipvs'],
  ],
};

/** A kind of the table, or a word that is left out. */
export type NoteKind = keyof typeof kinds | { readonly word: string };

const byWord: ReadonlyMap<string, Grade> = new Map(
  gradeNames.flatMap((grade) => words[grade].map((word) => [word, grade] as const)),
);

export const gradeOf = (kind: NoteKind): Grade =>
  typeof kind === 'string' ? kinds[kind] : (byWord.get(kind.word) ?? 'look');
