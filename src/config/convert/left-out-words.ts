// keepalived's words that have no counterpart here, by what is said of them: how much their loss weighs, and what does their
// work. A word of keepalived's that stands neither here nor among those that are read fails test/config/convert/keepalived-known.test.ts.

/** As gradeNames has them. */
type Row = readonly [grade: 'harmless' | 'look' | 'dangerous', instead: string, words: readonly string[]];

const unmatched = 'as nothing corresponds to it';

export const leftOutWords: readonly Row[] = [
  [
    'harmless',
    unmatched,
    [
      ...['router_id', 'snmp_socket', 'enable_traps', 'enable_snmp_vrrp', 'enable_snmp_checker', 'instance'],
      ...['enable_snmp_keepalived', 'enable_snmp_rfc', 'enable_snmp_rfcv2', 'enable_snmp_rfcv3'],
      ...['snmp_rs_stats_update_interval', 'snmp_vs_stats_update_interval', 'enable_dbus'],
      ...['dbus_service_name', 'dbus_no_interface_name', 'process_names', 'process_name', 'use_pid_dir'],
      ...[
        'vrrp_process_name',
        'checker_process_name',
        'lvs_process_name',
        'bfd_process_name',
        'child_wait_time',
      ],
      ...['use_symlink_paths', 'random_seed', 'umask', 'set_supplementary_groups', 'tmp_config_directory'],
      ...['config_save_dir', 'iproute_etc_dir', 'iproute_usr_dir', 'nb_get_retry', 'hashed', 'lvs_flush'],
    ],
  ],
  [
    'harmless',
    'as mail tells of servers, services and routers themselves',
    ['no_checker_emails', 'smtp_alert'],
  ],
  [
    'harmless',
    'as vrrp_process has realtime and lock_memory here, and no check holds up another',
    [
      ...[
        'vrrp_priority',
        'checker_priority',
        'bfd_priority',
        'vrrp_no_swap',
        'checker_no_swap',
        'bfd_no_swap',
      ],
      ...['vrrp_rt_priority', 'checker_rt_priority', 'bfd_rt_priority', 'max_auto_priority'],
      ...['min_auto_priority_delay', 'vrrp_rlimit_rttime', 'checker_rlimit_rttime', 'bfd_rlimit_rttime'],
      ...['vrrp_rlimit_rtime', 'checker_rlimit_rtime', 'bfd_rlimit_rtime'],
      ...['vrrp_cpu_affinity', 'checker_cpu_affinity', 'bfd_cpu_affinity'],
    ],
  ],
  [
    'harmless',
    'as buffers of sockets have their size here',
    [
      ...['vrrp_netlink_cmd_rcv_bufs', 'vrrp_netlink_monitor_rcv_bufs', 'lvs_netlink_cmd_rcv_bufs'],
      ...['lvs_netlink_monitor_rcv_bufs', 'process_monitor_rcv_bufs', 'vrrp_netlink_cmd_rcv_bufs_force'],
      ...['vrrp_netlink_monitor_rcv_bufs_force', 'lvs_netlink_cmd_rcv_bufs_force'],
      ...['lvs_netlink_monitor_rcv_bufs_force', 'process_monitor_rcv_bufs_force', 'vrrp_rx_bufs_policy'],
      ...['vrrp_rx_bufs_multiplier', 'kernel_rx_buf_size'],
    ],
  ],
  [
    'harmless',
    'as accept: no has an nftables table of its own here',
    [
      ...['vrrp_iptables', 'vrrp_ipsets', 'nftables', 'nftables_priority', 'nftables_ifindex'],
      ...['nftables_counters', 'disable_local_igmp', 'namespace_with_ipsets'],
    ],
  ],
  [
    'harmless',
    'as it is so here in any case',
    [
      ...['vrrp_skip_check_adv_addr', 'skip_check_adv_addr', 'checker_log_all_failures', 'log_all_failures'],
      ...['log_unknown_vrids', 'linkbeat_use_polling', 'native_ipv6', 'vrrp_check_unicast_src'],
      ...['reload_check_config', 'include_check', 'fast_recovery', 'dynamic_interfaces'],
    ],
  ],
  ['harmless', 'as both directors check here', ['ha_suspend']],
  ['harmless', 'as what changes of a link is heard of the kernel', ['linkbeat_interfaces']],
  [
    'look',
    'as `lvs-director status --json` tells it',
    [...['json_version', 'json_dump_file', 'state_dump_file', 'stats_dump_file', 'data_use_instance']],
  ],
  [
    'look',
    'as systemd runs programs before and after (ExecStartPre, ExecStopPost)',
    ['startup_script', 'shutdown_script', 'startup_script_timeout', 'shutdown_script_timeout'],
  ],
  [
    'look',
    'as a reload is asked for here (autoreload, or systemctl reload)',
    ['reload_file', 'reload_time_file', 'reload_repeat'],
  ],
  ['look', 'as cleanstop of each service says what a stop leaves', ['lvs_flush_on_stop', 'lvs_flush_onstop']],
  [
    'look',
    'as use_vmac names the interface, with the MAC of the RFC',
    ['vmac_prefix', 'vmac_addr_prefix', 'use_vmac_addr'],
  ],
  [
    'look',
    'as announcements go out of the interface of each address, with garp_interval between them',
    [
      ...['garp_group', 'gna_interval', 'vrrp_gna_interval', 'garp_extra_if', 'vrrp_garp_extra_if'],
      ...['vmac_garp_intvl', 'vrrp_vmac_garp_intvl', 'interface', 'interfaces'],
    ],
  ],
  [
    'look',
    'as three adverts are waited for (RFC 9568 §6.1)',
    ['down_timer_adverts', 'vrrp_down_timer_adverts'],
  ],
  [
    'look',
    'as an owner settles with another owner by the address',
    ['owner_ignore_adverts', 'vrrp_owner_ignore_adverts'],
  ],
  [
    'look',
    'as a director that stood still gives way by itself here',
    ['timer_expired_backup', 'thread_timer_expired'],
  ],
  ['look', 'as adverts to peers have a TTL of 255', ['unicast_ttl']],
  ['look', 'as version 2 may go without addresses here', ['no_virtual_ipaddress']],
  ['look', 'as net.ipv4.conf.IF.promote_secondaries does it', ['promote_secondaries']],
  ['look', 'as the source address is looked for at all times', ['track_src_ip']],
  ['harmless', 'as the first verdict on a server is told in any case', ['rs_init_notifies']],
  ['look', 'as checksums have the form of the RFC', ['old_unicast_checksum']],
  ['look', 'as static addresses and routes are there in any case', ['track_group']],
  ['look', 'as the daemon only reads the file', ['init_file']],
  ['look', 'as a router without peers speaks to the group', ['unicast_fault_no_peer']],
  ['look', 'as the file says whether the server is up', ['weight']],
  ['look', 'as a process counts at once', ['delay', 'fork_delay', 'terminate_delay']],
  ['look', 'as HTTP/1.1 is spoken', ['http_protocol']],
  ['look', unmatched, ['tls_compliant']],
  ['look', 'as the whole body is matched', ['regex_min_offset', 'regex_max_offset', 'regex_stack']],
  ['look', 'as an HTTP check names its host by virtualhost, over TLS by sni too', ['enable_sni', 'sni_name']],
  [
    'dangerous',
    'as adverts may come every 10ms in version 3, and a track_script may ask the neighbour',
    ['bfd_instance', 'track_bfd'],
  ],
  ['dangerous', 'as a check asks the server itself: connect or ping', ['BFD_CHECK']],
  [
    'dangerous',
    'as VRRP version 3 has no authentication',
    ['auth_hmac', 'key', 'active_key', 'anti_replay', 'mode', 'time_window'],
  ],
  ['dangerous', 'as the VIPs may have a macvlan (use_vmac)', ['use_ipvlan']],
  [
    'dangerous',
    'as the daemon runs in one network namespace: start it in that one',
    ['net_namespace', 'net_namespace_ipvs', 'vrf'],
  ],
  [
    'dangerous',
    'as marks of a service list what it takes',
    ['nftables_ipvs', 'nftables_ipvs_priority', 'nftables_ipvs_start_fwmark'],
  ],
  [
    'dangerous',
    unmatched,
    [
      'connect_ip',
      'bindto',
      'bind_port',
      'bind_if',
      'fwmark',
      'notify_master',
      'notify_backup',
      'notify_fault',
      'notify_stop',
      'notify',
    ],
  ],
];
