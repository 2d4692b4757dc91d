// The one table of all metrics: name, type, labels, meaning. The rendering goes by it, docs/monitoring.md is made of it.
// Base units, `_total` on counters (Prometheus: "Metric and label naming"). What a value is, the other files here know.

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'info';

export type Family = {
  readonly type: FamilyType;
  readonly labels: readonly string[];
  /** One sentence with its full stop. */
  readonly help: string;
};

const family = (type: FamilyType, labels: string, help: string): Family => ({
  ...{ type, help },
  labels: labels === '' ? [] : labels.split(' '),
});

/** Of the daemon and its config. */
export const daemonFamilies = {
  lvs_director_build_info: family('info', 'version node', 'Always 1.'),
  lvs_director_ready: family('gauge', '', '1 once the start is over and until the stop begins, else 0.'),
  lvs_director_config_reload_success: family(
    'gauge',
    '',
    '1 where the last reading of the config took effect, 0 where an earlier one is still in force.',
  ),
  lvs_director_config_last_success_timestamp_seconds: family(
    'gauge',
    '',
    'When the config in force was taken; absent where the start found a bad file.',
  ),
  lvs_director_config_hash_info: family(
    'info',
    'hash',
    'Always 1; the hash of the text of the config in force, equal on directors that run the same file.',
  ),
  lvs_director_events_dropped_total: family(
    'counter',
    'sink',
    'Lines of the log and of FIFOs, and notices, that a sink did not take.',
  ),
} as const satisfies Readonly<Record<string, Family>>;

/** Of virtual routers. */
export const routerFamilies = {
  lvs_director_vrrp_state: family(
    'gauge',
    'router vrid interface state',
    '1 for the state it is in, else 0.',
  ),
  lvs_director_vrrp_priority: family('gauge', 'router', 'The priority, with what tracking does to it.'),
  lvs_director_vrrp_base_priority: family('gauge', 'router', 'The configured priority.'),
  lvs_director_vrrp_transitions_total: family(
    'counter',
    'router from to',
    'Changes of state since the start of the daemon.',
  ),
  lvs_director_vrrp_last_transition_timestamp_seconds: family(
    'gauge',
    'router',
    'When it changed state last.',
  ),
  lvs_director_vrrp_adverts_sent_total: family('counter', 'router', 'Adverts that left.'),
  lvs_director_vrrp_adverts_received_total: family(
    'counter',
    'router',
    'Adverts of others that were believed.',
  ),
  lvs_director_vrrp_adverts_rejected_total: family(
    'counter',
    'router reason',
    'Adverts that were not believed, by the first rule that they broke.',
  ),
  lvs_director_vrrp_advert_lateness_seconds: family(
    'histogram',
    '',
    'How late adverts left, over all routers of the process.',
  ),
  lvs_director_vrrp_peer_up: family(
    'gauge',
    'router address',
    '1 where adverts of that router are heard; a backup sends none, so that on the active it is 0.',
  ),
  lvs_director_vrrp_path_up: family(
    'gauge',
    'router interface',
    '1 where adverts come over that path; of several.',
  ),
  lvs_director_vip_held: family('gauge', 'address interface', '1 where the address is on this director.'),
} as const satisfies Readonly<Record<string, Family>>;

/** Of virtual services, their checks and the table. */
export const serviceFamilies = {
  lvs_director_service_servers: family('gauge', 'service state', 'Real servers in that state.'),
  lvs_director_service_fallback_active: family(
    'gauge',
    'service tier',
    '1 where that tier of the fallback serves (from 1), else 0.',
  ),
  lvs_director_service_quorum: family(
    'gauge',
    'service',
    '1 while the service has its quorum; where one is configured.',
  ),
  lvs_director_check_duration_seconds: family(
    'histogram',
    'service',
    'How long checks of its servers took, whatever came of them.',
  ),
  lvs_director_check_lateness_seconds: family('histogram', '', 'How late checks began, over all services.'),
  lvs_director_check_processes: family(
    'gauge',
    '',
    'Check processes that run; 0: the main process makes all checks.',
  ),
  lvs_director_ipvs_available: family('gauge', '', '1 where the table could be read last time, else 0.'),
  lvs_director_ipvs_operations_total: family(
    'counter',
    'operation',
    'Changes of the table that the kernel took.',
  ),
  lvs_director_ipvs_drift_repairs_total: family(
    'counter',
    '',
    'Times that somebody else had changed the table, and it was put right.',
  ),
  lvs_director_ipvs_refused_total: family('counter', '', 'Changes of the table that the kernel refused.'),
  lvs_director_ipvs_resync_duration_seconds: family(
    'histogram',
    '',
    'How long it took to compare the table with what it should be, and to change it.',
  ),
} as const satisfies Readonly<Record<string, Family>>;

/** Of each real server of each service; `servers: no` leaves them out. */
export const serverFamilies = {
  lvs_director_server_up: family('gauge', 'service server', '1 where its checks find it up, else 0.'),
  lvs_director_server_weight: family(
    'gauge',
    'service server',
    'Its weight in the table; absent where it is not in it.',
  ),
  lvs_director_server_active_connections: family(
    'gauge',
    'service server',
    'Established connections in the table.',
  ),
  lvs_director_server_inactive_connections: family(
    'gauge',
    'service server',
    'Other connections in the table.',
  ),
  lvs_director_server_connections_total: family(
    'counter',
    'service server',
    'Connections that it was given.',
  ),
  lvs_director_server_incoming_packets_total: family('counter', 'service server', 'Packets to it.'),
  lvs_director_server_outgoing_packets_total: family(
    'counter',
    'service server',
    'Packets from it that came through the director (masq).',
  ),
  lvs_director_server_incoming_bytes_total: family('counter', 'service server', 'Bytes to it.'),
  lvs_director_server_outgoing_bytes_total: family(
    'counter',
    'service server',
    'Bytes from it that came through the director (masq).',
  ),
  lvs_director_check_results_total: family(
    'counter',
    'service server result',
    'Checks that ended, by what came of them; not_made says nothing of the server.',
  ),
  lvs_director_server_last_check_timestamp_seconds: family(
    'gauge',
    'service server',
    'When its last check ended.',
  ),
  lvs_director_server_certificate_expiry_timestamp_seconds: family(
    'gauge',
    'service server',
    'When the certificate that it last showed ends, of whatever is checked over TLS; of several the first.',
  ),
} as const satisfies Readonly<Record<string, Family>>;

/** Of the main process, by the names that every exporter has. */
export const processFamilies = {
  process_cpu_seconds_total: family('counter', '', 'User and system time of the main process.'),
  process_resident_memory_bytes: family('gauge', '', 'Its memory.'),
  process_virtual_memory_bytes: family('gauge', '', 'Its address space.'),
  process_open_fds: family('gauge', '', 'Its open descriptors.'),
  process_max_fds: family('gauge', '', 'How many it may open.'),
  process_start_time_seconds: family('gauge', '', 'When it started.'),
} as const satisfies Readonly<Record<string, Family>>;
