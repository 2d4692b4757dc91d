// Real servers of one virtual service: ports by name to numbers, ranges to single servers. The name of
// a real server stays a name, whose addresses are asked for again and again (daemon/roster/name-keeper.ts); those at the
// ends of a range are looked up here and now.
// A port that nobody wrote stays 0, which means the service's own; a gate or ipip server on another port keeps
// it, because its check goes there (reconcile/canonical.ts knows what the kernel makes of it).

import type { Position } from '../../model/config/problem.ts';
import type { NamedRealConfig, RealConfig } from '../../model/config/service.ts';
import { type ServiceId, serviceFamily } from '../../model/ipvs.ts';
import { parseHostName } from '../../net/host-name.ts';
import { familyOf, type Ip, isMulticast, isUnspecified } from '../../net/ip.ts';
import { ipRange } from '../../net/ip-range.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { errorAt } from '../problem.ts';
import { literalFamily, present, type Resolution, resolveAddress, resolvePort } from '../resolution.ts';
import type { RealDraft } from './keys.ts';
import { resolveTunnel } from './tunnel.ts';

/** More servers than this in one range are a slip of the keyboard. */
const rangeMax = 4096;

export const protocolOf = (id: ServiceId): string | undefined =>
  id.kind === 'address' ? id.protocol : undefined;

/** Several for a range; none, with a problem, where an end of it or a port is not known. */
export function resolveReal(
  draft: RealDraft,
  id: ServiceId,
  sites: (...keys: string[]) => Position,
  resolution: Resolution,
): readonly (RealConfig | NamedRealConfig)[] {
  const { problems } = resolution;
  const { address: server, forward = defaults.forward } = draft;
  const name = nameOf(draft);
  const addresses = name === undefined ? resolveRange(draft, id, sites('address'), resolution) : [];
  const port = server.port === undefined ? 0 : resolvePort(server.port, protocolOf(id), resolution);
  const anyPort = port ?? (server.port === undefined ? 0 : resolvePort(server.port, undefined, resolution));
  if (anyPort === undefined) {
    problems.push(
      errorAt(
        sites('address'),
        'use real server',
        'a port from 0 to 65535 or a known service name',
        server.port ?? '',
      ),
    );
  }
  if ((draft.request === undefined) !== (draft.receive === undefined)) {
    const [has, lacks] = draft.request === undefined ? ['receive', 'request'] : ['request', 'receive'];
    problems.push(errorAt(sites(has), `use ${has} of one server`, `${lacks} beside it`, `${has} alone`));
  }
  const [upper, lower] = [draft.upper_threshold ?? 0, draft.lower_threshold ?? 0];
  // ip_vs_ctl.c, ip_vs_add_dest: a lower threshold above the upper one is ERANGE, also where the upper is 0.
  if (lower > upper) {
    const rule = `at most upper_threshold (${upper})`;
    problems.push(errorAt(sites('lower_threshold'), 'use lower_threshold', rule, `${lower}`));
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
      tunnel: resolveTunnel(draft.tunnel, forward, (...keys) => sites('tunnel', ...keys), resolution),
    }),
    at: sites(),
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
  const first = resolveServer(host, id, draft.forward ?? defaults.forward, at, resolution);
  if (lastHost === undefined || first === undefined) return first === undefined ? [] : [first];
  const last = resolveServer(lastHost, id, draft.forward ?? defaults.forward, at, resolution);
  if (last === undefined) return [];
  const range = familyOf(first) === 'inet' ? ipRange(first, last, rangeMax) : undefined;
  if (range === undefined) {
    const rule = `a range of IPv4 addresses, the lower first, of at most ${rangeMax}`;
    resolution.problems.push(errorAt(at, 'use real server', rule, `${host}->${lastHost}`));
    return [];
  }
  return range;
}

/** The address of a server; of the service's family, which only a tunnel may leave (docs/reference/ipvs.md §2). */
export function resolveServer(
  host: string,
  id: ServiceId,
  forward: string,
  at: Position,
  resolution: Resolution,
): Ip | undefined {
  const family = serviceFamily(id);
  const own = literalFamily(host) ?? family;
  const address = resolveAddress(host, own, resolution);
  if (address === undefined) {
    resolution.problems.push(errorAt(at, 'use server', 'an address or a name that has one', host));
  } else if (own !== family && forward !== 'ipip') {
    const rule = `an ${family === 'inet' ? 'IPv4' : 'IPv6'} server, as the service is`;
    resolution.problems.push(errorAt(at, 'use server', rule, host));
    return undefined;
  } else if (!isUnicast(address)) {
    resolution.problems.push(errorAt(at, 'use server', 'a unicast address', host));
    return undefined;
  }
  return address;
}

/** ip_vs_ctl.c, ip_vs_new_dest: EINVAL for any other (0.0.0.0 counts as a broadcast). */
const isUnicast = (address: Ip): boolean =>
  !isMulticast(address) && !isUnspecified(address) && address !== '255.255.255.255';

/** ldirectord puts a slash before every request, of whatever service; the checks that want none take it off. */
export const withSlash = (request: string): string => (request.startsWith('/') ? request : `/${request}`);
