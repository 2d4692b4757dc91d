// A real Prometheus on a host of a lab: it scrapes directors each second, and judges the rules that it is given at once.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from '../harness/checkout.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { patience, waitUntil } from '../harness/process.ts';

export type Found = { readonly metric: Readonly<Record<string, string>>; readonly value: number };

export type Prometheus = {
  readonly ask: (expr: string) => Promise<readonly Found[]>;
  /** The names of the alerts that fire. */
  readonly firing: () => Promise<ReadonlySet<string>>;
};

/** The shipped rules, but for their waits and for how far they look back. */
const hasty = (rules: string): string =>
  rules
    .replaceAll(/for: \d+[sm]/g, 'for: 0s')
    .replaceAll('[15m]', '[2m]')
    .replaceAll('offset 15m', 'offset 2m');

export async function startPrometheus(lab: Lab, host: Host, targets: readonly string[]): Promise<Prometheus> {
  const folder = lab.directory(`${host.name}-prometheus`);
  const [rules, config] = [join(folder, 'alerts.yml'), join(folder, 'prometheus.yml')];
  writeFileSync(rules, hasty(readFileSync(join(checkoutRoot, 'etc/alerts.yml'), 'utf8')));
  const job = { job_name: 'lvs-director', static_configs: [{ targets, labels: { pair: 'web' } }] };
  const global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
  writeFileSync(config, JSON.stringify({ global, rule_files: [rules], scrape_configs: [job] }));
  const storage = `--storage.tsdb.path=${join(folder, 'data')}`;
  host.start(['prometheus', `--config.file=${config}`, storage, '--web.listen-address=127.0.0.1:9090']);
  const ask = async (expr: string): Promise<readonly Found[]> => {
    const url = 'http://127.0.0.1:9090/api/v1/query';
    const answer = await host.run('curl', '-sS', '-m', '20', url, '--data-urlencode', `query=${expr}`);
    const { status, data } = JSON.parse(answer) as {
      readonly status: string;
      readonly data?: { readonly result: readonly { metric: Found['metric']; value: [number, string] }[] };
    };
    if (status !== 'success') throw new Error(`Cannot ask ${expr}: ${answer}`);
    return (data?.result ?? []).map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
  await waitUntil(async () => (await ask('up').catch(() => [])).length === targets.length || undefined, {
    what: 'Prometheus has scraped',
    timeoutMs: 30_000 * Math.max(1, patience / 5),
  });
  return {
    ask,
    firing: async () => {
      const found = await ask('ALERTS{alertstate="firing"}');
      return new Set(found.map(({ metric }) => metric.alertname ?? ''));
    },
  };
}

/** They have values where the table can be read and changed (table.ipvs.test.ts). */
export const ofTheTable: RegExp =
  /server_(?:active|inactive)_connections|server_connections|_bytes|resync|fallback_active/;

/** Every expression of the dashboard, as Grafana would ask it. */
export function dashboardExpressions(): readonly string[] {
  const text = readFileSync(join(checkoutRoot, 'etc/grafana-dashboard.json'), 'utf8');
  const { panels } = JSON.parse(text) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  return panels
    .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll('$pair', '.*').replaceAll(/\$__(rate_interval|range)/g, '30s'));
}
