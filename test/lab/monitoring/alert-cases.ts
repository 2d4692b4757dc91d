// For each alert of etc/alerts.yml: what makes it fire, and when (promtool test rules). Samples are a minute apart.

export type AlertCase = {
  readonly alert: string;
  /** Name and labels, and its values as promtool writes them. */
  readonly series: readonly (readonly [series: string, values: string])[];
  /** It fires at that minute, and not yet at the one before where it waits. */
  readonly firesAt: number;
  readonly quietAt: number;
};

const pair = (instance: string) => `pair="web",instance="${instance}"`;
const active = (instance: string, values: string) =>
  [`lvs_director_vrrp_state{${pair(instance)},router="VI_1",state="active"}`, values] as const;

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'LvsDirectorDown',
    series: [[`up{job="lvs-director",${pair('a')}}`, '1 1 0 0 0 0']],
    firesAt: 4,
    quietAt: 2,
  },
  {
    alert: 'LvsRouterWithoutActive',
    series: [active('a', '1 0 0 0'), active('b', '0 0 0 0')],
    ...{ firesAt: 2, quietAt: 1 },
  },
  {
    alert: 'LvsRouterTwoActive',
    series: [active('a', '1 1 1 1'), active('b', '0 1 1 1')],
    ...{ firesAt: 2, quietAt: 1 },
  },
  {
    alert: 'LvsRouterFault',
    series: [[`lvs_director_vrrp_state{${pair('a')},router="VI_1",state="fault"}`, '0 1 1 1']],
    ...{ firesAt: 3, quietAt: 1 },
  },
  {
    alert: 'LvsRouterFlapping',
    series: [
      [
        `lvs_director_vrrp_transitions_total{${pair('a')},router="VI_1",from="backup",to="active"}`,
        '1+0x5 2+1x20',
      ],
    ],
    ...{ firesAt: 15, quietAt: 5 },
  },
  {
    alert: 'LvsServiceEmpty',
    series: [
      [`lvs_director_service_servers{${pair('a')},service="s",state="up"}`, '2 0 0 0'],
      [`lvs_director_service_servers{${pair('a')},service="s",state="held"}`, '0 0 0 0'],
    ],
    ...{ firesAt: 3, quietAt: 1 },
  },
  {
    alert: 'LvsServerDown',
    series: [[`lvs_director_service_servers{${pair('a')},service="s",state="down"}`, '0 1+0x20']],
    ...{ firesAt: 7, quietAt: 4 },
  },
  {
    alert: 'LvsServiceWithoutQuorum',
    series: [[`lvs_director_service_quorum{${pair('a')},service="s"}`, '1 0 0 0']],
    ...{ firesAt: 3, quietAt: 1 },
  },
  {
    alert: 'LvsServiceOnFallback',
    series: [[`lvs_director_service_fallback_active{${pair('a')},service="s",tier="1"}`, '0 1 1 1']],
    ...{ firesAt: 3, quietAt: 1 },
  },
  {
    alert: 'LvsCertificateEnds',
    series: [
      // Fourteen days and two minutes after the beginning of time, which is when promtool begins.
      [
        `lvs_director_server_certificate_expiry_timestamp_seconds{${pair('a')},service="s",server="x"}`,
        '1209720+0x9',
      ],
    ],
    ...{ firesAt: 3, quietAt: 2 },
  },
  {
    alert: 'LvsIpvsUnavailable',
    series: [[`lvs_director_ipvs_available{${pair('a')}}`, '1 0 0 0']],
    firesAt: 3,
    quietAt: 1,
  },
  {
    alert: 'LvsTableChangedByOthers',
    series: [[`lvs_director_ipvs_drift_repairs_total{${pair('a')}}`, '0 0 1 1 1+0x30']],
    ...{ firesAt: 3, quietAt: 1 },
  },
  {
    alert: 'LvsTableRefused',
    series: [[`lvs_director_ipvs_refused_total{${pair('a')}}`, '0 0 1 1 1+0x30']],
    ...{ firesAt: 3, quietAt: 25 },
  },
  {
    alert: 'LvsConfigNotTaken',
    series: [[`lvs_director_config_reload_success{${pair('a')}}`, '1 0 0 0']],
    firesAt: 3,
    quietAt: 1,
  },
  {
    alert: 'LvsConfigsDiffer',
    series: [
      [`lvs_director_config_hash_info{${pair('a')},hash="1"}`, '1+0x30'],
      [`lvs_director_config_hash_info{${pair('b')},hash="2"}`, '1+0x30'],
    ],
    ...{ firesAt: 16, quietAt: 14 },
  },
  {
    alert: 'LvsEventsDropped',
    series: [[`lvs_director_events_dropped_total{${pair('a')},sink="mail"}`, '_ _ 4 4+0x40']],
    ...{ firesAt: 2, quietAt: 40 },
  },
];

/** As `promtool test rules` reads it; JSON is YAML. */
export const promtoolTests = (rules: string): string =>
  JSON.stringify({
    rule_files: [rules],
    evaluation_interval: '1m',
    tests: alertCases.map(({ alert, series, firesAt, quietAt }) => ({
      interval: '1m',
      input_series: series.map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
          eval_time: `${firesAt}m`,
          exp_samples: [{ labels: '{}', value: 1 }],
        },
        {
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
          eval_time: `${quietAt}m`,
          exp_samples: [],
        },
      ],
    })),
  });
