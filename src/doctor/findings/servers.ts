// The way from this director to each server, and whether its kind of forwarding can work there: gate needs the server on
// link, and like tunnels the service's own port; masq needs clients that are not the server's neighbours, and a gateway
// that floats. docs/setup.md has it in words.
import { lostGateways } from '../../config/floating-gateway.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { familyOf, type Ip } from '../../net/ip.ts';
import { prefixContains } from '../../net/prefix.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { isTracked } from '../ipvs-setting.ts';
import { addressesOf, deviceOf, nameOf, serversOf, servicesWith } from '../services.ts';

export const servers: Examination<Facts> = {
  subject: 'the way to each server',
  names: [
    ...['server-unreachable', 'gate-not-on-link', 'port-not-translated', 'masq-clients-network'],
    ...['gateway-does-not-float', 'server-mtu'],
  ],
  examine: (facts) => [
    ...facts.config.virtuals.flatMap((virtual) =>
      serversOf(virtual).flatMap((real) => [
        ...unreachable(virtual, real, facts),
        ...offLink(virtual, real, facts),
        ...otherPort(virtual, real),
        ...besideClients(virtual, real, facts),
        ...narrow(virtual, real, facts),
      ]),
    ),
    ...lost(facts),
  ],
};

type Judge = (virtual: VirtualConfig, real: RealConfig, facts: Facts) => readonly Finding[];

const unreachable: Judge = (virtual, { address }, { routes, addresses }) => {
  const refusal = routes[address]?.refusal;
  if (refusal === undefined) return [];
  const dropped = addresses.find((own) => prefixContains(own, address));
  return [
    {
      ...{ name: 'server-unreachable', level: 'fault', services: [nameOf(virtual)] },
      what: `no route leads to ${address}: ${refusal}`,
      why: 'what is sent to it ends here',
      advice: `give this director an address on its network${dropped === undefined ? '' : ` (${dropped.device} has one, and may be down)`}, or a route: ip route add ${address} via ROUTER`,
    },
  ];
};

const offLink: Judge = (virtual, { address, forward }, { routes }) => {
  const { via, device = '' } = routes[address] ?? {};
  if (forward !== 'gate' || via === undefined) return [];
  return [
    {
      ...{ name: 'gate-not-on-link', level: 'fault', services: [nameOf(virtual)] },
      what: `${address} is reached by the router ${via} on ${device}`,
      why: 'a gate server gets the packets as they are, addressed to the VIP: the router sends them back here, or away',
      advice: `forward to it by ipip (lvs-director realserver tun), or give this director a card on its network`,
    },
  ];
};

function otherPort(virtual: VirtualConfig, { address, port, forward }: RealConfig): readonly Finding[] {
  const { id } = virtual;
  if (id.kind !== 'address' || forward === 'masq' || port === 0 || id.port === 0 || port === id.port)
    return [];
  return [
    {
      ...{ name: 'port-not-translated', level: 'fault', services: [nameOf(virtual)] },
      what: `${address} is configured with port ${port}, by ${forward}`,
      why: `only masq changes the port: clients reach the server at port ${id.port}, and its check asks port ${port}`,
      advice: `let the server listen at port ${id.port} and write ${address}:${id.port}, or forward by masq`,
    },
  ];
}

/** One network for both: a client of that network gets the answer from the server itself, which it never asked. */
const besideClients: Judge = (virtual, { address, forward }, facts) => {
  if (forward !== 'masq' || isTracked(facts)) return [];
  const [vip] = addressesOf(virtual);
  const outside = vip && deviceOf(facts.config, vip);
  const { device, via, isLocal } = facts.routes[address] ?? {};
  if (vip === undefined || isLocal || via !== undefined || device === undefined || device !== outside)
    return [];
  const network = facts.addresses.find((own) => own.device === device && shares(own, vip, address));
  if (network === undefined) return [];
  return [
    {
      ...{ name: 'masq-clients-network', level: 'warning', services: [nameOf(virtual)] },
      what: `${address} is on ${device}, on the network of ${vip} (${network.address}/${network.length})`,
      why: 'a client of that same network gets the answers straight from the server, an address that it did not ask, and drops them',
      advice:
        'put the servers on a network of their own, forward by gate, or have full NAT (lvs-director director nat --full-nat)',
    },
  ];
};

const shares = (network: { readonly address: Ip; readonly length: number }, ...all: readonly Ip[]): boolean =>
  all.every((each) => familyOf(each) === familyOf(network.address) && prefixContains(network, each));

/** IPVS does not cut packets of clients into pieces: it tells the client, who has to hear it. */
const narrow: Judge = (virtual, { address, forward }, { config, routes, links }) => {
  const [vip] = addressesOf(virtual);
  const mtuOf = (device: string | undefined) => links.find(({ name }) => name === device)?.mtu;
  const outside = vip && deviceOf(config, vip);
  const { device, mtu: ofRoute, isLocal } = routes[address] ?? {};
  const [from, to] = [mtuOf(outside), ofRoute ?? mtuOf(device)];
  if (isLocal || device === undefined || from === undefined || to === undefined || to >= from) return [];
  return [
    {
      ...{ name: 'server-mtu', level: 'warning', services: [nameOf(virtual)] },
      what: `packets of ${from} bytes come by ${outside}, and ${to} is the most that goes to ${address} by ${device}${forward === 'ipip' ? ', less what the tunnel takes' : ''}`,
      why: 'small requests work and large ones hang, unless every client hears ICMP "fragmentation needed" from this director',
      command:
        ofRoute === undefined
          ? `ip link set dev ${quoted(device)} mtu ${from}`
          : `ip route replace ${address} dev ${quoted(device)}`,
    },
  ];
};

/** The same as `check` says of the config. */
function lost(facts: Facts): readonly Finding[] {
  const { config } = facts;
  if (isTracked(facts)) return [];
  const reals = lostGateways(config);
  if (reals.length === 0) return [];
  const own = reals.map(({ address }) => address);
  return [
    {
      ...{ name: 'gateway-does-not-float', level: 'warning' },
      services: servicesWith(config, ({ address, forward }) => forward === 'masq' && own.includes(address)),
      what: `no virtual address is on the network of ${[...new Set(own)].join(', ')}`,
      why: "masq servers have the director for their gateway: an address that is one director's own is gone with it",
      advice: 'virtual_ipaddress_excluded: [ADDRESS/LENGTH dev IF], and that ADDRESS for their gateway',
    },
  ];
}
