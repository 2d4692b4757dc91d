// What a real server needs so that clients get its answers, by the way in which packets reach it. Pure; docs/setup.md has
// it in words. Sources: Documentation/networking/ip-sysctl.rst (arp_ignore, arp_announce, rp_filter), ip-tunnel(8).
import { familyOf, type Ip } from '../net/ip.ts';
import type { Accepted, Need, Topology, TunnelDevice } from './need.ts';
import { dipFor, type Served, type Server, unique } from './served.ts';

export type RealServerWish = {
  readonly served: Served;
  /** The gateway of NAT, where it is said. */
  readonly dips: readonly Ip[];
  /** NAT: the answers of the services alone go by the director. */
  readonly policy: boolean;
};

/** In the order in which they are applied: nothing answers for an address before it may. */
export const realServerNeeds: Readonly<Record<Topology, (wish: RealServerWish) => readonly Need[]>> = {
  dr: ({ served }) => [...silence(served), ...addresses(served, 'lo'), ...acceptServices(served)],
  tun: ({ served }) => {
    const devices = unique(served.servers.flatMap(devicesOf));
    const own =
      devices.length > 0 ? devices : unique(served.vips.map(({ address }) => deviceForAll(address)));
    const [first] = own;
    return [
      ...gues(served),
      ...own.map(
        (device): Need => ({ need: 'tunnel', device, why: 'takes the packets of the director apart' }),
      ),
      ...unique(own.map(({ name }) => name)).map(loose),
      ...silence(served),
      ...addresses(served, first?.name ?? 'tunl0'),
      ...acceptTunnels(served),
      ...acceptServices(served),
    ];
  },
  nat: (wish) => [...(wish.policy ? answers(wish) : gateways(wish)), ...acceptServers(wish.served)],
};

/** A VIP that the kernel must not tell anybody of (IPv6 tells of an address on its own interface only). */
function silence({ vips }: Served): readonly Need[] {
  if (!vips.some(({ address }) => familyOf(address) === 'inet')) return [];
  const of = (device: string): readonly Need[] => [
    {
      ...{
        need: 'sysctl',
        key: `net/ipv4/conf/${device}/arp_ignore`,
        value: 1,
        rule: 'at least',
        initial: 0,
      },
      why: 'else this server answers ARP for the VIP, and clients come here past the director',
    },
    {
      ...{
        need: 'sysctl',
        key: `net/ipv4/conf/${device}/arp_announce`,
        value: 2,
        rule: 'at least',
        initial: 0,
      },
      why: 'else its own ARP requests name the VIP, and neighbours learn this server for it',
    },
  ];
  return [...of('all'), ...of('lo')];
}

const addresses = ({ vips }: Served, device: string): readonly Need[] =>
  unique(vips.map(({ address }) => address)).map((address) => ({
    ...{ need: 'address', address, device },
    why: 'the packets of clients are addressed to it; with a wider prefix the whole network would be this server itself',
  }));

/** The larger of all and the device counts: 0 on the device would have no effect where all is 1, and 2 has one always. */
const loose = (device: string): Need => ({
  ...{ need: 'sysctl', key: `net/ipv4/conf/${device}/rp_filter`, value: 2, rule: 'at least', initial: 0 },
  why: 'a client is not reached by the tunnel that its packets come from: strict, the kernel drops them',
});

/** Of the kernel's own devices, which take packets from whoever sends them. */
const everybody = 'remote any local any';

function devicesOf({ address, tunnel, vips }: Server): readonly TunnelDevice[] {
  const outer = familyOf(address) === 'inet' ? 4 : 6;
  return vips.map((vip) => {
    const inner = familyOf(vip.address) === 'inet' ? 4 : 6;
    if (tunnel?.type === 'gre') return greDevice(outer, address, tunnel.checksum === 'csum');
    return plainDevice(inner, outer, address);
  });
}

function greDevice(outer: 4 | 6, local: Ip, sums: boolean): TunnelDevice {
  if (outer === 6)
    return {
      name: 'lvsgre6',
      type: 'ip6gre',
      module: 'ip6_gre',
      local,
      options: `local ${local}${sums ? ' icsum' : ''}`,
    };
  if (!sums) return { name: 'gre0', type: 'gre', module: 'ip_gre', options: everybody };
  // The kernel's own device takes packets without a checksum only.
  return { name: 'lvsgre', type: 'gre', module: 'ip_gre', local, options: `local ${local} icsum` };
}

function plainDevice(inner: 4 | 6, outer: 4 | 6, local: Ip): TunnelDevice {
  if (outer === 4)
    return inner === 4
      ? { name: 'tunl0', type: 'ipip', module: 'ipip', options: everybody }
      : { name: 'sit0', type: 'sit', module: 'sit', options: everybody };
  // The kernel's own device takes IPv6 only.
  return inner === 6
    ? { name: 'ip6tnl0', type: 'ip6tnl', module: 'ip6_tunnel', options: 'remote :: local ::' }
    : { name: 'lvstun6', type: 'ip6tnl', module: 'ip6_tunnel', local, options: `mode ipip6 local ${local}` };
}

/** Where servers are not known: IP in IP of the same family. */
const deviceForAll = (vip: Ip): TunnelDevice => {
  const family = familyOf(vip) === 'inet' ? 4 : 6;
  return plainDevice(family, family, vip);
};

const gues = ({ servers }: Served): readonly Need[] =>
  unique(
    servers.flatMap(({ address, tunnel }) =>
      tunnel?.type === 'gue' ? [{ port: tunnel.port, family: familyOf(address) }] : [],
    ),
  ).map((each) => ({ need: 'gue', ...each, why: 'takes the UDP packets of the director apart' }));

/** The director, by an address that floats with the role: said, or the one on the server's own network. */
const viaFor = (server: Ip, { dips, served }: RealServerWish): Ip | undefined =>
  dips.find((dip) => familyOf(dip) === familyOf(server)) ?? dipFor(server, served.floating);

function gateways(wish: RealServerWish): readonly Need[] {
  const known = wish.served.servers.flatMap(({ address }) => viaFor(address, wish) ?? []);
  return unique(known.length > 0 ? known : wish.dips).map((via) => ({
    ...{ need: 'gateway', via },
    why: 'the director has to see the answers, to put the VIP into them; by another way clients get them from a stranger',
  }));
}

const answers = (wish: RealServerWish): readonly Need[] =>
  unique(
    wish.served.servers.flatMap(({ address, port, vips }) => {
      const via = viaFor(address, wish);
      if (via === undefined) return [];
      return vips.map(
        ({ protocol, port: served }): Need => ({
          ...{ need: 'answers', via, from: address, protocol, port: port === 0 ? served : port },
          why: 'the answers of the service go by the director, all else by the gateway that is there',
        }),
      );
    }),
  );

const accept = (packets: readonly Accepted[], why: string): readonly Need[] =>
  unique(packets).map((each) => ({ need: 'accept', packets: each, why }));

const acceptServices = ({ vips }: Served): readonly Need[] =>
  accept(
    vips.map(({ address, protocol, port }) => ({ family: familyOf(address), to: address, protocol, port })),
    'the service',
  );

const acceptServers = ({ servers }: Served): readonly Need[] =>
  accept(
    servers.flatMap(({ address, port, vips }) =>
      vips.map((vip) => ({
        ...{ family: familyOf(address), to: address, protocol: vip.protocol },
        port: port === 0 ? vip.port : port,
      })),
    ),
    'the service',
  );

/** IANA protocol numbers: IP in IP, IPv6 in IP, GRE. */
const protocolNumbers = { ipip: 4, ipv6: 41, gre: 47 } as const;

function acceptTunnels({ servers, vips }: Served): readonly Need[] {
  const known = servers.flatMap(({ address, tunnel, vips: served }): readonly Accepted[] => {
    const outer = { family: familyOf(address), to: address };
    if (tunnel?.type === 'gre') return [{ ...outer, protocol: protocolNumbers.gre }];
    if (tunnel?.type === 'gue') return [{ ...outer, protocol: 'udp', port: tunnel.port }];
    return served.map((vip) => ({ ...outer, protocol: innerProtocol(vip.address) }));
  });
  const guessed = vips.map(({ address }) => ({
    family: familyOf(address),
    protocol: innerProtocol(address),
  }));
  return accept(known.length > 0 ? known : guessed, 'the tunnel');
}

const innerProtocol = (vip: Ip): number =>
  familyOf(vip) === 'inet' ? protocolNumbers.ipip : protocolNumbers.ipv6;
