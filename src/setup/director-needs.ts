// What a director needs around the table so that packets reach it, its servers, and the clients again. Pure; docs/setup.md
// has it in words. Sources: Documentation/networking/ip-sysctl.rst, ipvs-sysctl.rst (conntrack), RFC 9568 §5.1.1.7 (112).
import { type Family, familyOf } from '../net/ip.ts';
import type { Need, Topology } from './need.ts';
import { type Served, unique } from './served.ts';
import { ftpModule } from './service-modules.ts';

export type DirectorWish = {
  readonly served: Served;
  /** Of the kernel, that the services need (service-modules.ts). */
  readonly modules: readonly string[];
  /** NAT: the servers see the director's address in place of the client's. */
  readonly fullNat: boolean;
};

export function directorNeeds(topology: Topology, wish: DirectorWish): readonly Need[] {
  const around = [...accepts(wish.served), ...(topology === 'nat' ? acceptAnswers(wish.served) : [])];
  return [...loaded(wish), ...(topology === 'nat' ? nat(wish) : hearing(wish)), ...around];
}

/** accept_local of one device or of all will do; IPv6 has no such rule. */
const hearing = ({ served: { checkedByVip = [] } }: DirectorWish): readonly Need[] =>
  checkedByVip.includes('inet')
    ? [
        {
          ...{
            need: 'sysctl',
            key: 'net/ipv4/conf/all/accept_local',
            value: 1,
            rule: 'at least',
            initial: 0,
          },
          why: 'servers that are checked by the VIP answer from it, an address of the active director itself',
        },
      ]
    : [];

/** The private services of checks are scheduled by rr (reconcile/check-services.ts). */
const loaded = ({ modules, served: { checkedByVip } }: DirectorWish): readonly Need[] =>
  unique(['ip_vs', ...modules, ...(checkedByVip === undefined ? [] : ['ip_vs_rr'])]).map((name) => ({
    ...{ need: 'module', name },
    why:
      name === ftpModule
        ? 'the kernel never loads it by itself; without it clients cannot fetch or list anything by FTP'
        : 'the kernel loads it at the first need; a kernel without it is found at once',
  }));

function nat({ served, fullNat }: DirectorWish): readonly Need[] {
  const servers = unique(served.servers.map(({ address }) => address));
  const families = unique([...served.vips.map(({ address }) => address), ...servers].map(familyOf));
  return [
    ...families.flatMap(forwarding),
    ...(families.includes('inet') ? unredirected : []),
    ...(fullNat ? fullyTranslated(served) : families.flatMap((family) => masquerade(family, served))),
  ];
}

const forwarding = (family: Family): readonly Need[] => [
  {
    need: 'sysctl',
    key: family === 'inet' ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding',
    ...{ value: 1, rule: 'at least', initial: 0 },
    why: 'the answers of the servers are forwarded to the clients; without it they end here',
  },
];

/** All, what comes later, and every device that is there: each counts by itself, and all of them must be off. */
const unredirected: readonly Need[] = ['all', 'default', '*'].map((device) => ({
  need: 'sysctl',
  key: `net/ipv4/conf/${device}/send_redirects`,
  ...{ value: 0, rule: 'exactly', initial: 1 },
  why: 'on one network the kernel tells servers of a shorter way to the client, past the director',
}));

function masquerade(family: Family, { servers }: Served): readonly Need[] {
  const own = unique(servers.map(({ address }) => address).filter((address) => familyOf(address) === family));
  if (own.length === 0) return [];
  const why =
    "the servers' own traffic (updates, names) has this director for its gateway, and needs an address to come back to";
  return [{ need: 'masquerade', family, servers: own, why }];
}

const fullyTranslated = ({ vips }: Served): readonly Need[] => [
  {
    ...{ need: 'sysctl', key: 'net/ipv4/vs/conntrack', value: 1, rule: 'exactly', initial: 0 },
    why: 'the packets of IPVS pass the rules of NAT only where they are tracked',
  },
  ...vips.map(
    (vip): Need => ({
      ...{ need: 'full-nat', vip: vip.address, protocol: vip.protocol, port: vip.port },
      why: 'the server answers the director, wherever its gateway is',
    }),
  ),
];

/** IPVS takes answers behind FORWARD. They are no answers to the tracking of connections, which sees nothing of IPVS. */
const acceptAnswers = ({ servers }: Served): readonly Need[] =>
  unique(
    servers.flatMap(({ address, port, vips }) =>
      vips.map(({ protocol, port: served }) => ({
        ...{ family: familyOf(address), answersOf: address, protocol, port: port === 0 ? served : port },
      })),
    ),
  ).map((packets) => ({
    ...{ need: 'accept', packets },
    why: 'the answers of a server: no connection that is known, unless net.ipv4.vs.conntrack is 1',
  }));

/** IPVS works behind INPUT: what is dropped there never reaches it. */
const accepts = ({ vips, electsIn = [] }: Served): readonly Need[] => [
  ...electsIn.map((family): Need => ({ need: 'accept', packets: { family, protocol: 112 }, why: 'VRRP' })),
  ...vips.map(
    ({ address, protocol, port }): Need => ({
      ...{ need: 'accept', packets: { family: familyOf(address), to: address, protocol, port } },
      why: 'the service: IPVS takes its packets behind INPUT',
    }),
  ),
];
