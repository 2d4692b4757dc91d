// The real servers of a virtual service: one on a line or as a map of keys, ports by name to numbers, ranges to single
// servers. The name of a real server stays a name, whose addresses are asked for again and again
// (daemon/roster/name-keeper.ts); those at the ends of a range are looked up here and now.
// A port that nobody wrote stays 0, which means the service's own; a gate or ipip server on another port keeps
// it, because its check goes there (reconcile/canonical.ts knows what the kernel makes of it).
import * as z from 'zod';
import type { Position } from '../../model/config/problem.ts';
import type { NamedRealConfig, RealConfig, VirtualConfig } from '../../model/config/service.ts';
import type { ServiceId } from '../../model/ipvs.ts';
import { parseHostName } from '../../net/host-name.ts';
import { familyOf, type Ip } from '../../net/ip.ts';
import { ipRange } from '../../net/ip-range.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { mailOfServerShape } from '../notices/service-mail.ts';
import { errorAt } from '../problem.ts';
import { literalFamily, present, type Resolution, resolvePort, type Site } from '../resolution.ts';
import { optional, required } from '../values/documented.ts';
import { type LineParts, withForm } from '../values/forms.ts';
import { withSlash } from '../values/request.ts';
import { absolutePath, choice, scalar, text, whole } from '../values/scalars.ts';
import { forwards, type HostPort, parseHostPort, parseRealText } from '../values/server-text.ts';
import { checksOfServerShape, resolveChecks } from './checks.ts';
import { judgeRequest, protocolOf, resolveServer } from './server.ts';
import { notifyOfServerShape, resolveServerNotify } from './server-notify.ts';
import type { Subject } from './subject.ts';
import { resolveTunnel, tunnelSchema } from './tunnel.ts';

/** ip_vs_ctl.c: later kernels refuse more than an int holds. */
const thresholdMax = 2_147_483_647;
/** More servers than this in one range are a slip of the keyboard. */
const rangeMax = 4096;

const serverAddress = scalar<HostPort>(
  'ADDRESS[:PORT], ADDRESS->ADDRESS[:PORT] or [IPV6][:PORT]',
  parseHostPort,
  {
    type: 'string',
  },
);

export const realSchema = withForm(
  z.strictObject({
    address: required(
      serverAddress,
      'ADDRESS[:PORT] or NAME[:PORT] of the server, or a range of IPv4 servers. No port: that of the service.',
    ),
    forward: optional(
      choice(forwards),
      'gate (direct routing), masq (NAT) or ipip (tunnel).',
      defaults.forward,
    ),
    tunnel: optional(tunnelSchema, 'What the tunnel of an ipip server is made of. Unset: IP in IP.'),
    weight: optional(
      whole(0, 65535),
      'Its share of the connections; 0 takes no new ones.',
      `${defaults.weight}`,
    ),
    upper_threshold: optional(
      whole(0, thresholdMax),
      'Connections from which it takes no new ones. 0: no limit.',
      '0',
    ),
    lower_threshold: optional(
      whole(0, thresholdMax),
      'Connections below which it takes new ones again.',
      '0',
    ),
    request: optional(text(), "Instead of the service's request; together with receive."),
    receive: optional(text(), "Instead of the service's receive; together with request."),
    ...notifyOfServerShape,
    ...mailOfServerShape,
    ...checksOfServerShape,
  }),
  { readLine: readRealLine, alone: 'always' },
);
type RealDraft = z.output<typeof realSchema>;

export const realShape = {
  real: optional(
    z.array(realSchema.optional()),
    'The real servers, each `ADDRESS[:PORT] METHOD [WEIGHT]` or a map.',
  ),
  real_file: optional(
    absolutePath(),
    'A file with more real servers, as YAML or JSON, that is followed as it changes (docs/discovery.md).',
  ),
} as const;
type RealsDraft = z.output<z.ZodObject<typeof realShape>>;

function readRealLine(text: string): LineParts {
  const line = parseRealText(text);
  if ('leftover' in line) return { rule: 'ADDRESS[:PORT] gate|masq|ipip [WEIGHT]' };
  const { ignored: got, ...parts } = line;
  return got === undefined ? { parts } : { parts, ignored: { rule: 'nothing but a weight there', got } };
}

/** What of a service its servers go by. */
type ServiceOfReals = Pick<VirtualConfig, 'id' | 'checktype'>;

export function resolveReals(
  { draft: { real: drafts = [], real_file: path }, site, resolution }: Subject<RealsDraft>,
  service: ServiceOfReals,
): Pick<VirtualConfig, 'reals' | 'namedReals' | 'realFile'> {
  const servers = drafts.flatMap((draft, index) =>
    draft === undefined
      ? []
      : resolveReal(draft, service, (...keys) => site('real', index, ...keys), resolution),
  );
  const { reals, namedReals } = splitServers(servers);
  return {
    reals,
    ...(namedReals.length > 0 && { namedReals }),
    ...(path !== undefined && { realFile: { path, at: site('real_file') } }),
  };
}

/** Several for a range; none, with a problem, where an end of it or a port is not known. */
export function resolveReal(
  draft: RealDraft,
  service: ServiceOfReals,
  site: Site,
  resolution: Resolution,
): readonly (RealConfig | NamedRealConfig)[] {
  const { problems } = resolution;
  const { id } = service;
  const { address: server, forward = defaults.forward } = draft;
  const name = nameOf(draft);
  const addresses = name === undefined ? resolveRange(draft, id, site('address'), resolution) : [];
  const port = server.port === undefined ? 0 : resolvePort(server.port, protocolOf(id), resolution);
  const anyPort = port ?? (server.port === undefined ? 0 : resolvePort(server.port, undefined, resolution));
  if (anyPort === undefined) {
    problems.push(
      errorAt(
        site('address'),
        'use real server',
        'a port from 0 to 65535 or a known service name',
        server.port ?? '',
      ),
    );
  }
  judgeRequest(draft, site, resolution);
  const [upper, lower] = [draft.upper_threshold ?? 0, draft.lower_threshold ?? 0];
  // ip_vs_ctl.c, ip_vs_add_dest: a lower threshold above the upper one is ERANGE, also where the upper is 0.
  if (lower > upper) {
    const rule = `at most upper_threshold (${upper})`;
    problems.push(errorAt(site('lower_threshold'), 'use lower_threshold', rule, `${lower}`));
  }
  const settings = {
    port: anyPort ?? 0,
    forward,
    weight: draft.weight ?? defaults.weight,
    upperThreshold: upper,
    lowerThreshold: lower,
    ...present({
      request: draft.request === undefined ? undefined : withSlash(draft.request),
      receive: draft.receive,
      notify: resolveServerNotify(draft, site, resolution),
      tunnel: resolveTunnel(draft.tunnel, forward, (...keys) => site('tunnel', ...keys), resolution),
    }),
    ...resolveChecks(draft, service, (...path) => site('checks', ...path), resolution),
    ...(draft.smtp_alert === false && { mail: false as const }),
    at: site(),
  };
  if (name !== undefined) {
    return [{ name, takes: resolution.dialect === 'ldirectord' ? 'one' : 'all', ...settings }];
  }
  return addresses.map((address) => ({ address, ...settings }));
}

/** What is neither an address, nor meant as one, nor a range. */
function nameOf({ address: { host, lastHost } }: RealDraft): string | undefined {
  return literalFamily(host) === undefined && lastHost === undefined ? parseHostName(host) : undefined;
}

/** Those that are there, and those that a name will make. */
export const splitServers = (servers: readonly (RealConfig | NamedRealConfig)[]) => ({
  reals: servers.filter((server) => 'address' in server),
  namedReals: servers.filter((server): server is NamedRealConfig => !('address' in server)),
});

function resolveRange(draft: RealDraft, id: ServiceId, at: Position, resolution: Resolution): readonly Ip[] {
  const { host, lastHost } = draft.address;
  const { forward = defaults.forward } = draft;
  const first = resolveServer({ host, forward, at }, id, resolution);
  if (lastHost === undefined || first === undefined) return first === undefined ? [] : [first];
  const last = resolveServer({ host: lastHost, forward, at }, id, resolution);
  if (last === undefined) return [];
  const range = familyOf(first) === 'inet' ? ipRange(first, last, rangeMax) : undefined;
  if (range === undefined) {
    const rule = `a range of IPv4 addresses, the lower first, of at most ${rangeMax}`;
    resolution.problems.push(errorAt(at, 'use real server', rule, `${host}->${lastHost}`));
    return [];
  }
  return range;
}
