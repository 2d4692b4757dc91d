// What a real server and a fallback have in common: an address of the family of their service, and a request of their own.
import type { Position } from '../../model/config/problem.ts';
import { type ServiceId, serviceFamily } from '../../model/ipvs.ts';
import { type Ip, isMulticast, isUnspecified } from '../../net/ip.ts';
import { errorAt } from '../problem.ts';
import { literalFamily, type Resolution, resolveAddress } from '../resolution.ts';

/** Where the server, or a key of it, stands. */
export type ServerSite = (...keys: readonly string[]) => Position;

export const protocolOf = (id: ServiceId): string | undefined =>
  id.kind === 'address' ? id.protocol : undefined;

/** The address of a server; of the service's family, which only a tunnel may leave (docs/reference/ipvs.md §2). */
export function resolveServer(
  { host, forward, at }: { readonly host: string; readonly forward: string; readonly at: Position },
  id: ServiceId,
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

type RequestDraft = { readonly request?: string | undefined; readonly receive?: string | undefined };

/** They override the service's together. */
export function judgeRequest(
  { request, receive }: RequestDraft,
  site: ServerSite,
  { problems }: Pick<Resolution, 'problems'>,
): void {
  if ((request === undefined) === (receive === undefined)) return;
  const [has, lacks] = request === undefined ? ['receive', 'request'] : ['request', 'receive'];
  problems.push(errorAt(site(has), `use ${has} of one server`, `${lacks} beside it`, `${has} alone`));
}
