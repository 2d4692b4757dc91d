// The section `metrics`: what is told as metrics, and the address where it can be asked beside the control socket. Names and
// values of metrics are control/'s; who answers at that address is compose/'s. A listener is on this host alone unless its
// address says otherwise: a port alone stands for 127.0.0.1.
import * as z from 'zod';
import type { MetricsConfig } from '../model/config/config.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from '../net/endpoint.ts';
import { metricsDefaults } from './defaults.ts';
import { warningAt } from './problem.ts';
import { present, type Resolution } from './resolution.ts';
import { optional } from './values/documented.ts';
import { flag, scalar } from './values/scalars.ts';

const listenAddress = scalar(
  'ADDRESS:PORT with a literal address ([::1]:9650 for IPv6), or a port, which is one of 127.0.0.1',
  readListen,
  { anyOf: [{ type: 'string' }, { type: 'integer', minimum: 1, maximum: 65_535 }] },
);

export const metricsSchema = z.strictObject({
  listen: optional(
    listenAddress,
    'Where it answers HTTP beside the control socket, with what may be read alone; a port alone is one of 127.0.0.1.',
  ),
  servers: optional(flag(), 'Whether each real server has metrics of its own.', 'yes'),
  keepalived_names: optional(
    flag(),
    'Whether the names of keepalived-exporter are told as well, for dashboards and alerts that have them.',
    'no',
  ),
});
export type MetricsDraft = z.output<typeof metricsSchema>;

export const resolveMetrics = (draft: MetricsDraft): MetricsConfig => ({
  ...present({ listen: draft.listen }),
  servers: draft.servers ?? metricsDefaults.servers,
  keepalivedNames: draft.keepalived_names ?? metricsDefaults.keepalivedNames,
});

/** Whoever reaches it may read: there is no word to say, and nothing is encrypted. */
export function judgeListen(draft: MetricsDraft | undefined, { problems, sites }: Resolution): void {
  const { listen } = draft ?? {};
  if (listen === undefined || /^127\./.test(listen.address) || listen.address === '::1') return;
  const rule =
    'a loopback address, or a network in which everybody may read names, addresses and states of routers and servers';
  problems.push(
    warningAt(sites('metrics', 'listen'), 'listen for this host alone', rule, formatEndpoint(listen)),
  );
}

function readListen(text: string): Endpoint | undefined {
  const endpoint = parseEndpoint(/^\d{1,5}$/.test(text) ? `127.0.0.1:${text}` : text);
  return endpoint?.port === 0 ? undefined : endpoint;
}
