// Real servers and fallbacks of one virtual service: names to addresses and ports, ranges to single servers.
// A port that nobody wrote stays 0, which means the service's own; a gate or ipip server on another port keeps
// it, because its check goes there (reconcile/canonical.ts knows what the kernel makes of it).
import { type Family, familyOf, type Ip, ipBytes, ipFromBytes } from '../net/ip.ts';
import type { ServiceId } from '../reconcile/model.ts';
import type { FallbackConfig, Position, RealConfig } from './config.ts';
import { virtualDefaults as defaults } from './defaults.ts';
import { errorAt } from './problem.ts';
import { literalFamily, present, type Resolution, resolveAddress, resolvePort } from './resolution.ts';
import type { DocumentDraft } from './schema.ts';
import type { RealDraft, VirtualDraft } from './schema-virtual.ts';
import type { FallbackText } from './server-text.ts';

/** More servers than this in one range are a slip of the keyboard. */
const rangeMax = 4096;

export const familyOfService = (id: ServiceId): Family =>
  id.kind === 'fwmark' ? id.family : familyOf(id.address);

const protocolOf = (id: ServiceId): string | undefined => (id.kind === 'address' ? id.protocol : undefined);

/** Several for a range; none, with a problem, where a name or port is not known. */
export function resolveReal(
  draft: RealDraft,
  id: ServiceId,
  sites: (key?: string) => Position,
  resolution: Resolution,
): readonly RealConfig[] {
  const { problems } = resolution;
  const server = draft.address;
  const addresses = resolveRange(draft, id, sites('address'), resolution);
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
  return addresses.map((address) => ({
    address,
    port: anyPort ?? 0,
    forward: draft.forward ?? defaults.forward,
    weight: draft.weight ?? defaults.weight,
    upperThreshold: upper,
    lowerThreshold: lower,
    ...present({
      request: draft.request === undefined ? undefined : withSlash(draft.request),
      receive: draft.receive,
    }),
    at: sites(),
  }));
}

function resolveRange(draft: RealDraft, id: ServiceId, at: Position, resolution: Resolution): readonly Ip[] {
  const { host, lastHost } = draft.address;
  const first = resolveServer(host, id, draft.forward ?? defaults.forward, at, resolution);
  if (lastHost === undefined || first === undefined) return first === undefined ? [] : [first];
  const last = resolveServer(lastHost, id, draft.forward ?? defaults.forward, at, resolution);
  if (last === undefined) return [];
  const [from, to] = [toNumber(first), toNumber(last)];
  if (from === undefined || to === undefined || to < from || to - from >= rangeMax) {
    const rule = `a range of IPv4 addresses, the lower first, of at most ${rangeMax}`;
    resolution.problems.push(errorAt(at, 'use real server', rule, `${host}->${lastHost}`));
    return [];
  }
  return Array.from({ length: to - from + 1 }, (_, index) => fromNumber(from + index));
}

function toNumber(address: Ip): number | undefined {
  return familyOf(address) === 'inet' ? Buffer.from(ipBytes(address)).readUInt32BE() : undefined;
}

function fromNumber(value: number): Ip {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return ipFromBytes(bytes);
}

/** The address of a server; of the service's family, which only a tunnel may leave (ipvs.md "Real server"). */
function resolveServer(
  host: string,
  id: ServiceId,
  forward: string,
  at: Position,
  resolution: Resolution,
): Ip | undefined {
  const family = familyOfService(id);
  const own = literalFamily(host) ?? family;
  const address = resolveAddress(host, own, resolution);
  if (address === undefined) {
    resolution.problems.push(errorAt(at, 'use server', 'an address or a name that has one', host));
  } else if (own !== family && forward !== 'ipip') {
    const rule = `an ${family === 'inet' ? 'IPv4' : 'IPv6'} server, as the service is`;
    resolution.problems.push(errorAt(at, 'use server', rule, host));
    return undefined;
  }
  return address;
}

/** The service's own fallback, else the one of the top level for its family (ldirectord.md §1.5). */
export function resolveFallback(
  draft: VirtualDraft,
  globals: DocumentDraft,
  id: ServiceId,
  site: (key: string) => Position,
  resolution: Resolution,
): FallbackConfig | undefined {
  if (draft.fallback !== undefined)
    return resolveOneFallback(draft.fallback, id, site('fallback'), resolution);
  const family = familyOfService(id);
  const key = (['fallback', 'fallback6'] as const).find((each) => familyOfFallback(globals, each) === family);
  const shared = key === undefined ? undefined : globals[key];
  if (key === undefined || shared === undefined) return undefined;
  return resolveOneFallback(shared, id, resolution.sites(key), resolution);
}

function familyOfFallback(globals: DocumentDraft, key: 'fallback' | 'fallback6'): Family | undefined {
  const host = globals[key]?.server.host;
  if (host === undefined) return undefined;
  return key === 'fallback6' ? 'inet6' : (literalFamily(host) ?? 'inet');
}

function resolveOneFallback(
  fallback: FallbackText,
  id: ServiceId,
  at: Position,
  resolution: Resolution,
): FallbackConfig | undefined {
  const { server, forward } = fallback;
  const address = resolveServer(server.host, id, forward, at, resolution);
  const own = id.kind === 'address' ? id.port : 0;
  const port = server.port === undefined ? own : resolvePort(server.port, protocolOf(id), resolution);
  if (port === undefined) {
    const rule = `a port from 0 to 65535 or a service name that ${protocolOf(id) ?? 'any protocol'} has`;
    resolution.problems.push(errorAt(at, 'use fallback', rule, server.port ?? ''));
  }
  return address === undefined || port === undefined ? undefined : { address, port, forward };
}

/** ldirectord puts a slash before every request, of whatever service; the checks that want none take it off. */
export const withSlash = (request: string): string => (request.startsWith('/') ? request : `/${request}`);
