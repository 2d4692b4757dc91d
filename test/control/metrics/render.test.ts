// All metrics of a director, read back as Prometheus reads them.
import { describe, expect, it } from 'vitest';
import {
  daemonFamilies,
  processFamilies,
  routerFamilies,
  serverFamilies,
  serviceFamilies,
} from '../../../src/control/metrics/families.ts';
import { keepalivedFamilies } from '../../../src/control/metrics/keepalived-names.ts';
import { renderMetrics } from '../../../src/control/metrics/render.ts';
import { metricsRoute } from '../../../src/control/metrics/route.ts';
import type { ServerFacts } from '../../../src/daemon/health/server-facts.ts';
import { ip } from '../../../src/net/ip.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { askRoute } from '../../make/ask-route.ts';
import { aMetricsInput, routerStatus, transition } from '../../make/metrics-input.ts';
import { readExposition } from '../../make/read-exposition.ts';

const textOf = (...given: Parameters<typeof aMetricsInput>) =>
  [...renderMetrics(aMetricsInput(...given), 'text')].join('');
const familiesOf = (...given: Parameters<typeof aMetricsInput>) => readExposition(textOf(...given));

const usual = {
  ...daemonFamilies,
  ...routerFamilies,
  ...serviceFamilies,
  ...serverFamilies,
  ...processFamilies,
};

describe('the families', () => {
  it('are all there, each with its type, its sentence and its labels', () => {
    const found = familiesOf(undefined, { keepalivedNames: true });
    const all = { ...usual, ...keepalivedFamilies };
    expect([...found.keys()].sort()).toEqual(
      Object.keys(all)
        .filter((name) => name !== 'keepalived_vrrp_excluded_state')
        .sort(),
    );
    for (const [name, { type, help, labels }] of Object.entries(all)) {
      const family = found.get(name);
      if (family === undefined) continue;
      expect({ name, type: family.type, help: family.help }).toEqual({
        ...{ name, help },
        type: type === 'info' ? 'gauge' : type,
      });
      for (const sample of family.samples) {
        const named = [...sample.labels.matchAll(/([a-z_]+)=/g)].map(([, label]) => label);
        expect({ name, labels: named.filter((label) => label !== 'le') }).toEqual({ name, labels });
      }
    }
  });

  it('of servers go with `servers: no`, and nothing else does', () => {
    const names = [...familiesOf(undefined, { servers: false }).keys()];
    expect(names).toEqual([...familiesOf().keys()].filter((name) => !(name in serverFamilies)));
  });

  it('of routers are not told while the VRRP process is silent, nor which addresses it holds', () => {
    const silent = familiesOf(undefined, { keepalivedNames: true }, { vrrp: [], vrrpProcess: undefined });
    const told = [...silent.values()].flatMap(({ samples }) => samples.map(({ labels }) => labels));
    expect(told.filter((labels) => /router=|10\.9\.0\.100/.test(labels) && !/iname=/.test(labels))).toEqual(
      [],
    );
    expect(silent.get('keepalived_up')?.samples[0]?.value).toBe(0);
  });

  it('of keepalived-exporter come when they are asked for alone', () => {
    const names = [...familiesOf().keys()];
    expect(names.filter((name) => name.startsWith('keepalived'))).toEqual([]);
  });

  it('of services are absent where nothing is served, and of routers where there are none', () => {
    const input = aMetricsInput([]);
    const { table, config } = input.facts;
    const bare = {
      ...input.facts,
      config: { ...config, vrrp: [] },
      table: { ...table, available: undefined },
    };
    const names = [...readExposition([...renderMetrics({ ...input, facts: bare }, 'text')].join('')).keys()];
    expect(names.sort()).toEqual(Object.keys({ ...daemonFamilies, ...processFamilies }).sort());
  });
});

describe('values', () => {
  it.each([
    'lvs_director_build_info{version="1.2.3",node="v20.19.0"} 1',
    'lvs_director_ready 1',
    'lvs_director_config_reload_success 1',
    'lvs_director_config_last_success_timestamp_seconds 1700000000',
    'lvs_director_config_hash_info{hash="abc0"} 1',
    'lvs_director_events_dropped_total{sink="standard output"} 0',
    'lvs_director_vrrp_state{router="VI_1",vrid="51",interface="eth0",state="active"} 1',
    'lvs_director_vrrp_state{router="VI_1",vrid="51",interface="eth0",state="backup"} 0',
    'lvs_director_vrrp_priority{router="VI_1"} 130',
    'lvs_director_vrrp_base_priority{router="VI_1"} 150',
    'lvs_director_vrrp_transitions_total{router="VI_1",from="backup",to="active"} 1',
    'lvs_director_vrrp_last_transition_timestamp_seconds{router="VI_1"} 1700000000',
    'lvs_director_vrrp_adverts_rejected_total{router="VI_1",reason="ttl"} 2',
    'lvs_director_vrrp_advert_lateness_seconds_bucket{le="0.000128"} 1',
    'lvs_director_vrrp_advert_lateness_seconds_bucket{le="0.008192"} 2',
    'lvs_director_vrrp_advert_lateness_seconds_bucket{le="+Inf"} 3',
    'lvs_director_vrrp_peer_up{router="VI_1",address="192.168.6.9"} 0',
    'lvs_director_vrrp_path_up{router="VI_1",interface="sync0"} 0',
    'lvs_director_service_servers{service="tcp 192.168.6.240:80",state="up"} 1',
    'lvs_director_service_fallback_active{service="tcp 192.168.6.240:80",tier="1"} 0',
    'lvs_director_check_duration_seconds_bucket{service="tcp 192.168.6.240:80",le="0.005"} 2',
    'lvs_director_check_duration_seconds_sum{service="tcp 192.168.6.240:80"} 70.0051',
    'lvs_director_ipvs_drift_repairs_total 3',
    'lvs_director_ipvs_refused_total 2',
    'lvs_director_ipvs_operations_total{operation="add_destination"} 0',
    'lvs_director_server_weight{service="tcp 192.168.6.240:80",server="192.168.6.2:80"} 5',
    'lvs_director_server_outgoing_bytes_total{service="tcp 192.168.6.240:80",server="192.168.6.2:80"} 1400',
    'lvs_director_check_results_total{service="tcp 192.168.6.240:80",server="192.168.6.2:80",result="not_made"} 2',
    'lvs_director_server_last_check_timestamp_seconds{service="tcp 192.168.6.240:80",server="192.168.6.2:80"} 1700000098',
    'lvs_director_server_certificate_expiry_timestamp_seconds{service="tcp 192.168.6.240:80",server="192.168.6.2:80"} 1893456000',
    'process_start_time_seconds 1699999000',
  ])('%s', (line) => {
    expect(textOf().split('\n')).toContain(line);
  });

  it('tell an address as held where the router has it, and only then', () => {
    const held = (addresses: readonly string[]) =>
      familiesOf(undefined, {}, { vrrp: [{ ...routerStatus, addresses }] })
        .get('lvs_director_vip_held')
        ?.samples.map(({ value }) => value);
    const [vip] = aMetricsInput().facts.config.vrrp[0]?.virtualAddresses ?? [];
    expect(held([`${vip?.address}/${vip?.length}`])?.[0]).toBe(1);
    expect(held([])?.[0]).toBe(0);
  });
});

const noFacts: ServerFacts = {
  ...{ verdict: 'up', maintenance: false },
  results: { success: 0, failure: 0, unmade: 0 },
};

describe('the state of a server', () => {
  const facts = noFacts;
  it.each([
    ['up', facts, {}],
    ['down', { ...facts, verdict: 'down' as const }, {}],
    ['held', { ...facts, verdict: 'held' as const }, {}],
    ['unknown', { ...facts, verdict: 'unverified' as const }, {}],
    ['unknown', undefined, {}],
    ['disabled', { ...facts, maintenance: true }, {}],
    ['disabled', facts, { override: { mode: 'disable' as const } }],
    ['drain', { ...facts, verdict: 'down' as const }, { override: { mode: 'drain' as const } }],
    ['up', facts, { override: { mode: 'weight' as const, weight: 3 } }],
  ])('is %s', (state, server, weights) => {
    const family = familiesOf(undefined, {}, { serverFactsOf: () => server, weightFactsOf: () => weights });
    const samples = family.get('lvs_director_service_servers')?.samples ?? [];
    expect(samples.filter(({ value }) => value === 1).map(({ labels }) => labels)).toEqual([
      `service="tcp 192.168.6.240:80",state="${state}"`,
    ]);
  });
});

it('histograms grow from bound to bound, and end with all', () => {
  for (const [name, { type, samples }] of familiesOf(undefined, { keepalivedNames: true })) {
    if (type !== 'histogram') continue;
    const buckets = samples.filter((sample) => sample.name === `${name}_bucket`).map(({ value }) => value);
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    expect(buckets.at(-1)).toBe(samples.find((sample) => sample.name === `${name}_count`)?.value);
  }
});

describe('the names of keepalived-exporter', () => {
  const lines = (...given: Parameters<typeof aMetricsInput>) => textOf(...given).split('\n');
  it.each([
    'keepalived_up 1',
    'keepalived_advertisements_sent_total{iname="VI_1",intf="eth0",vrid="51"} 7',
    'keepalived_ip_ttl_errors_total{iname="VI_1",intf="eth0",vrid="51"} 2',
    'keepalived_become_master_total{iname="VI_1",intf="eth0",vrid="51"} 1',
    'keepalived_script_status{name="web"} 1',
  ])('%s', (line) => {
    expect(lines(undefined, { keepalivedNames: true })).toContain(line);
  });

  it('count a hand-over that was not taken as no second transition to master', () => {
    const input = aMetricsInput(undefined, { keepalivedNames: true });
    const events = aMetricsInput().events as unknown as { heard: (event: unknown) => void };
    events.heard(transition('leaving', 'active'));
    const text = [
      ...renderMetrics({ ...input, events: events as unknown as typeof input.events }, 'text'),
    ].join('');
    expect(text).toContain('keepalived_become_master_total{iname="VI_1",intf="eth0",vrid="51"} 1\n');
  });
});

describe('a scrape of many servers', () => {
  const virtuals = Array.from({ length: 100 }, (_, service) =>
    aVirtual({
      id: { kind: 'fwmark', family: 'inet', fwmark: service + 1 },
      reals: Array.from({ length: 100 }, (_each, server) =>
        aReal({ address: ip(`10.${service}.0.${server + 1}`), port: 80 }),
      ),
    }),
  );

  const oneService = [aVirtual({ reals: virtuals.flatMap(({ reals }) => reals) })];

  it.each([
    ['in a hundred services', virtuals],
    ['in one', oneService],
  ])('looks at each server once, and at 200 in a slice at most: %s', (_, services) => {
    let looked = 0;
    const unknown = () => {
      looked += 1;
      return undefined;
    };
    const input = aMetricsInput(services, {}, { serverFactsOf: unknown });
    let before = 0;
    for (const slice of renderMetrics(input, 'text')) {
      expect(slice.split('\n').length).toBeLessThan(300);
      expect(looked - before).toBeLessThanOrEqual(200);
      before = looked;
    }
    expect(looked).toBe(10_000);
  });

  it('goes on in slices where servers have nothing to tell', () => {
    const shown = { ...noFacts, checkedAt: 1 };
    const slices = (facts: ServerFacts) =>
      [...renderMetrics(aMetricsInput(oneService, {}, { serverFactsOf: () => facts }), 'text')].length;
    // Of no server is a certificate known, or when it was checked: two families without a line.
    expect(Math.abs(slices(noFacts) - slices(shown))).toBeLessThan(2);
  });

  it('is the same in both formats, but for the names of counters and infos and the last line', () => {
    const input = aMetricsInput(virtuals.slice(0, 3));
    const samples = (format: 'text' | 'openmetrics') =>
      [...renderMetrics(input, format)]
        .join('')
        .split('\n')
        .filter((line) => !line.startsWith('#'));
    expect(samples('openmetrics')).toEqual(samples('text'));
    expect([...renderMetrics(input, 'openmetrics')].join('').endsWith('\n# EOF\n')).toBe(true);
  });
});

it('GET /metrics answers in the format that is asked for', async () => {
  const routes = { 'GET /metrics': metricsRoute(async () => aMetricsInput()) };
  const types = ['', 'application/openmetrics-text; version=1.0.0'].map(async (accept) => {
    const reply = await askRoute(routes, 'GET /metrics', '', { accept });
    return 'contentType' in reply ? reply.contentType : '';
  });
  expect(await Promise.all(types)).toEqual([
    'text/plain; version=0.0.4; charset=utf-8',
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  ]);
});
