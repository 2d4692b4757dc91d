// Rules that drop what a director needs: packets of a service, which IPVS takes behind INPUT; adverts; what goes on to a
// server, which leaves by OUTPUT; and the answers of masq servers, which IPVS takes behind FORWARD.
// Source: net/netfilter/ipvs/ip_vs_core.c (ip_vs_ops4), docs/setup.md.
import { familyOf, type Ip, ip } from '../../net/ip.ts';
import { directorNeeds } from '../../setup/director-needs.ts';
import { type Accepted, topologies } from '../../setup/need.ts';
import { iptablesMatch, nftMatch, nftTable } from '../../setup/script.ts';
import { servedBy } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted, type Unlooked } from '../finding.ts';
import { type Chain, iptablesOf, protocolOf } from '../firewall/ruleset.ts';
import { dropperOf, type Packet, redirectorOf } from '../firewall/verdict.ts';
import { isTracked } from '../ipvs-setting.ts';
import { deviceOf, nameOf, serversOf, servicesWith } from '../services.ts';

export const firewall: Examination<Facts> = {
  subject: 'rules of the firewall',
  names: [
    'firewall-drops-service',
    'firewall-drops-vrrp',
    'firewall-drops-answers',
    'firewall-drops-requests',
    'firewall-redirects-service',
  ],
  examine: (facts): readonly (Finding | Unlooked)[] =>
    facts.ruleset === undefined
      ? [{ unlooked: 'rules of the firewall' }]
      : [
          ...services(facts),
          ...redirections(facts),
          ...adverts(facts),
          ...answers(facts),
          ...requests(facts),
        ],
};

type Accepting = Accepted & { readonly to: Ip };

/** What `director` would accept for the services. */
function clientsOf(
  facts: Facts,
): readonly { accepted: Accepting; packet: Packet; names: readonly string[] }[] {
  const accepted = new Map<string, Accepting>();
  for (const topology of topologies) {
    const served = servedBy(facts.config, topology);
    for (const need of directorNeeds(topology, { served, modules: [], fullNat: false }))
      if (need.need === 'accept' && need.packets.to !== undefined)
        accepted.set(JSON.stringify(need.packets), { ...need.packets, to: need.packets.to });
  }
  return [...accepted.values()].map((each) => {
    const { to, protocol, port = 0 } = each;
    const iif = deviceOf(facts.config, to);
    const packet: Packet = {
      ...{ family: nftTable(each.family), protocol: protocolOf(protocol) ?? 0, daddr: to, state: 'new' },
      ...(port !== 0 && { dport: port }),
      ...(iif !== undefined && { iif }),
    };
    const isServed = (place: { address: Ip; protocol: unknown; port: number }) =>
      place.address === to && place.protocol === protocol && place.port === port;
    const names = facts.config.virtuals
      .filter(({ id, marks = [] }) => [...(id.kind === 'address' ? [id] : []), ...marks].some(isServed))
      .map(nameOf);
    return { accepted: each, packet, names };
  });
}

const placeIn = ({ to, protocol, port = 0 }: Accepting): string =>
  `${protocol} to ${to}${port === 0 ? '' : ` port ${port}`}`;

const services = (facts: Facts): readonly Finding[] =>
  clientsOf(facts).flatMap(({ accepted, packet, names }) => {
    const chain = dropperOf(facts.ruleset ?? [], 'input', packet);
    if (chain === undefined) return [];
    const match = { nft: nftMatch(accepted), iptables: iptablesMatch(accepted), packets: accepted };
    return {
      ...{ name: 'firewall-drops-service', level: 'fault', services: names },
      what: `${chainName(chain)} drops ${placeIn(accepted)}`,
      why: 'IPVS takes the packets of clients behind INPUT: what is dropped there never reaches it',
      command: acceptance(chain, match),
    };
  });

/** While the address is held: docker and kubernetes have such rules for all that is addressed to this host. */
const redirections = (facts: Facts): readonly Finding[] =>
  clientsOf(facts).flatMap(({ accepted, packet, names }) => {
    const chain = redirectorOf(facts.ruleset ?? [], { ...packet, isLocal: true });
    if (chain === undefined) return [];
    const match = { nft: nftMatch(accepted), iptables: iptablesMatch(accepted) };
    return {
      ...{ name: 'firewall-redirects-service', level: 'fault', services: names },
      what: `${chainName(chain)} gives ${placeIn(accepted)} another destination`,
      why: 'that is done before IPVS sees the packets: they go elsewhere, and no server gets them',
      command: acceptance(chain, match, ' -t nat'),
      advice: 'where it is a published port of docker, publish another one',
    };
  });

/** Both ways, of each router; a peer without a name of ours is the multicast group. */
function adverts({ config, ruleset = [] }: Facts): readonly Finding[] {
  return config.vrrp.flatMap(({ name, family, interface: device, unicastPeers, multicastGroup }) => {
    const group = multicastGroup ?? ip(family === 'inet' ? '224.0.0.18' : 'ff02::12');
    const isMulticast = unicastPeers.length === 0;
    const table = nftTable(family);
    const base = { family: table, protocol: 112 } as const;
    const incoming: readonly Packet[] = isMulticast
      ? [{ ...base, daddr: group, iif: device, state: 'new' }]
      : unicastPeers.map((saddr) => ({ ...base, saddr, iif: device, state: 'new' }));
    const outgoing: readonly Packet[] = (isMulticast ? [group] : unicastPeers).map((daddr) => ({
      ...{ ...base, daddr, oif: device, state: 'new' },
    }));
    const directions = { input: incoming, output: outgoing } as const;
    return Object.entries(directions).flatMap(([hook, packets]) => {
      const chain = packets
        .map((packet) => dropperOf(ruleset, hook, packet))
        .find((each) => each !== undefined);
      if (chain === undefined) return [];
      const accepted: Accepted = { family, protocol: 112 };
      return {
        ...{ name: 'firewall-drops-vrrp', level: 'fault', services: [] },
        what: `${chainName(chain)} drops the adverts (protocol 112) that virtual router ${name} ${hook === 'input' ? 'hears' : 'sends'}${isMulticast ? ` at ${group}` : ''}`,
        why: 'directors that do not hear one another are all active, and each of them has the addresses',
        command: acceptance(chain, {
          ...{ nft: nftMatch(accepted), iptables: iptablesMatch(accepted), packets: accepted },
        }),
      };
    });
  });
}

/** IPVS tracks no connections unless it is told to: SYN+ACK alone is invalid to the kernel's tracking, a datagram new. */
function answers(facts: Facts): readonly Finding[] {
  const tracked = isTracked(facts);
  return servedBy(facts.config, 'nat').servers.flatMap(({ address, port, vips }) =>
    vips.flatMap((vip) => {
      const sport = port === 0 ? vip.port : port;
      const iif = facts.routes[address]?.device;
      if (facts.routes[address]?.isLocal === true) return [];
      const packet: Packet = {
        ...{ family: nftTable(familyOf(address)), protocol: protocolOf(vip.protocol) ?? 0, saddr: address },
        ...{ state: tracked ? 'established' : vip.protocol === 'tcp' ? 'invalid' : 'new' },
        ...(sport !== 0 && { sport }),
        ...(iif !== undefined && { iif }),
      };
      const chain = dropperOf(facts.ruleset ?? [], 'forward', packet);
      if (chain === undefined) return [];
      const at = { nft: `saddr ${address}`, iptables: `-s ${address}` };
      const match = transportMatch(packet, at, sport === 0 ? undefined : ['sport', sport]);
      return {
        ...{ name: 'firewall-drops-answers', level: 'fault' },
        services: servicesWith(facts.config, (real) => real.address === address && real.forward === 'masq'),
        what: `${chainName(chain)} drops the answers of ${address} (${vip.protocol} from port ${sport})`,
        why: `IPVS takes the answers of masq servers behind FORWARD${tracked ? '' : ', and to the tracking of connections they are no answers: it does not see what IPVS sends'}`,
        command: acceptance(chain, match),
      };
    }),
  );
}

/** What IPVS sends on is not tracked, unless it is told to. */
function requests(facts: Facts): readonly Finding[] {
  const state = isTracked(facts) ? 'new' : 'untracked';
  return facts.config.virtuals.flatMap((virtual) =>
    serversOf(virtual).flatMap((real) => {
      const { id } = virtual;
      const protocol = id.kind === 'address' ? protocolOf(id.protocol) : undefined;
      const route = facts.routes[real.address];
      if (
        id.kind !== 'address' ||
        protocol === undefined ||
        route?.isLocal === true ||
        real.forward === 'ipip'
      )
        return [];
      const daddr = real.forward === 'masq' ? real.address : id.address;
      const dport = real.forward === 'masq' && real.port !== 0 ? real.port : id.port;
      const packet: Packet = {
        ...{ family: nftTable(familyOf(daddr)), protocol, daddr, state },
        ...(dport !== 0 && { dport }),
        ...(route?.device !== undefined && { oif: route.device }),
      };
      const chain = dropperOf(facts.ruleset ?? [], 'output', packet);
      if (chain === undefined) return [];
      const at = { nft: `daddr ${daddr}`, iptables: `-d ${daddr}` };
      return {
        ...{ name: 'firewall-drops-requests', level: 'fault', services: [nameOf(virtual)] },
        what: `${chainName(chain)} drops what IPVS sends on to ${real.address} (${id.protocol} to ${daddr} port ${dport})`,
        why: 'the packets of clients leave by OUTPUT, and do not count as tracked connections',
        command: acceptance(chain, transportMatch(packet, at, dport === 0 ? undefined : ['dport', dport])),
      };
    }),
  );
}

type Match = { readonly nft: string; readonly iptables: string; readonly packets?: Accepted };

function transportMatch(
  { family, protocol }: Packet,
  at: Pick<Match, 'nft' | 'iptables'>,
  port: readonly ['sport' | 'dport', number] | undefined,
): Match {
  const name = Object.entries({ tcp: 6, udp: 17, sctp: 132 }).find(([, number]) => number === protocol)?.[0];
  const word = name ?? String(protocol);
  return {
    nft: `${family} ${at.nft} ${port === undefined ? `meta l4proto ${word}` : `${word} ${port[0]} ${port[1]}`}`,
    iptables: `${at.iptables} -p ${word}${port === undefined ? '' : ` --${port[0]} ${port[1]}`}`,
  };
}

const chainName = (chain: Chain): string =>
  chain.by === 'nft'
    ? `chain ${chain.name} of nftables' ${chain.family} ${chain.table}`
    : `chain ${chain.name} of ${iptablesOf(chain)}`;

/** Before all that stands there, in the words of whoever keeps that chain. */
function acceptance(chain: Chain, { nft, iptables, packets }: Match, table = ''): string {
  if (chain.by === 'iptables')
    return `${iptablesOf(chain)}${table} -I ${quoted(chain.name)} ${iptables} -j ACCEPT`;
  if (chain.table === 'firewalld' && packets !== undefined) {
    const { protocol, port = 0 } = packets;
    return typeof protocol === 'number' || port === 0
      ? `firewall-cmd --add-protocol=${protocol === 112 ? 'vrrp' : protocol}`
      : `firewall-cmd --add-port=${port}/${protocol}`;
  }
  return `nft insert rule ${chain.family} ${quoted(chain.table)} ${quoted(chain.name)} ${nft} accept`;
}
