// Which service an entry is: an address with its port and protocol, or a firewall mark. A group (group.ts) names several.
import * as z from 'zod';
import type { Protocol, ServiceId } from '../../model/ipvs.ts';
import type { Family } from '../../net/ip.ts';
import { errorAt } from '../problem.ts';
import { literalFamily, resolveAddress, resolvePort } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { type GroupMember, groupMax, parseGroupAddresses } from '../values/group-addresses.ts';
import { choice, scalar, whole } from '../values/scalars.ts';
import { type HostPort, parseHostPort } from '../values/server-text.ts';
import type { Subject } from './subject.ts';

const groupAddresses = scalar<readonly GroupMember[]>(
  `ADDRESS[-LAST]:PORT[-LAST], [IPV6[-LAST]]:PORT[-LAST], fwmark N or fwmark6 N; at most ${groupMax} in one`,
  parseGroupAddresses,
  { type: 'string' },
);
const serviceAddress = scalar<HostPort>(
  'ADDRESS:PORT or [IPV6]:PORT',
  (value) => {
    const parsed = parseHostPort(value);
    return parsed?.port === undefined || parsed.lastHost !== undefined ? undefined : parsed;
  },
  { type: 'string' },
);

export const identityShape = {
  address: optional(serviceAddress, 'What clients connect to: ADDRESS:PORT. This, addresses or fwmark.'),
  addresses: optional(
    z.array(groupAddresses.optional()).min(1, { error: 'at least one address' }),
    'Several instead of one, with the same servers: ADDRESS:PORT, ranges of either (10.0.0.1-9:80, [fd00::1-f]:8000-8010), fwmark N.',
  ),
  fwmark: optional(
    whole(1, 4_294_967_295),
    'The firewall mark of the packets to take, instead of an address.',
  ),
  family: optional(choice(['inet', 'inet6']), 'For a name or a mark: IPv4 or IPv6.', 'inet'),
  protocol: optional(
    choice(['tcp', 'udp', 'sctp']),
    'Of an address. Port 53 is udp unless said otherwise.',
    'tcp',
  ),
} as const;
type IdentityDraft = z.output<z.ZodObject<typeof identityShape>>;

/** @returns undefined, with a problem, where the service cannot be told which it is. */
export function resolveIdentity({ draft, site, resolution }: Subject<IdentityDraft>): ServiceId | undefined {
  const { problems } = resolution;
  const { address: server, fwmark } = draft;
  if ((server === undefined) === (fwmark === undefined)) {
    const got = server === undefined ? 'neither' : 'both';
    problems.push(errorAt(site(), 'name virtual service', 'either address or fwmark', got));
    return undefined;
  }
  const family: Family = draft.family ?? literalFamily(server?.host ?? '') ?? 'inet';
  if (fwmark !== undefined) {
    if (draft.protocol !== undefined) {
      const rule = 'none beside fwmark, which takes packets of any protocol';
      problems.push(errorAt(site('protocol'), 'use protocol', rule, draft.protocol));
    }
    return { kind: 'fwmark', family, fwmark };
  }
  // docs/reference/ldirectord.md §1.3: literally these two, whatever else a service file calls port 53.
  const protocol: Protocol =
    draft.protocol ?? (['53', 'domain'].includes(server?.port ?? '') ? 'udp' : 'tcp');
  const address = resolveAddress(server?.host ?? '', family, resolution);
  const port = resolvePort(server?.port ?? '', protocol, resolution);
  if (address === undefined || (literalFamily(server?.host ?? '') ?? family) !== family) {
    const rule = `an ${family === 'inet' ? 'IPv4' : 'IPv6'} address, or a name that has one`;
    problems.push(errorAt(site('address'), 'use virtual service', rule, server?.host ?? ''));
    return undefined;
  }
  if (port === undefined) {
    const rule = `a port from 0 to 65535 or a service name that ${protocol} has`;
    problems.push(errorAt(site('address'), 'use virtual service', rule, server?.port ?? ''));
    return undefined;
  }
  return { kind: 'address', protocol, address, port };
}
