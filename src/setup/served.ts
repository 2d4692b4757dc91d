// Which services, servers and floating addresses a set-up is for: out of the config, or out of the command line where
// there is none. What the machines then need is realserver-needs.ts's and director-needs.ts's to say.
import { goesClientsWay } from '../model/checks/goes-clients-way.ts';
import type { Config } from '../model/config/config.ts';
import type { RealConfig, VirtualConfig } from '../model/config/service.ts';
import { type Forward, type Protocol, serviceFamily, type Tunnel } from '../model/ipvs.ts';
import type { Family, Ip } from '../net/ip.ts';
import { hostLength, type Prefix, prefixContains } from '../net/prefix.ts';
import type { Topology } from './need.ts';

/** Where a service is reached. @property port 0: every port. */
export type Vip = { readonly address: Ip; readonly protocol: Protocol; readonly port: number };

/** @property port its own; 0: the service's. @property vips of the services that it serves. */
export type Server = {
  readonly address: Ip;
  readonly port: number;
  readonly tunnel?: Tunnel;
  readonly vips: readonly Vip[];
};

export type Served = {
  readonly vips: readonly Vip[];
  /** None: not known, and the same for all. */
  readonly servers: readonly Server[];
  /** The addresses that float with the role. */
  readonly floating: readonly Prefix[];
  /** Where adverts come from; absent: nobody elects. */
  readonly electsIn?: readonly Family[];
  /** Services of a firewall mark whose packets somebody else marks: their addresses are not known. */
  readonly unknownMarks: readonly number[];
  /** Where servers are checked by the VIP (docs/checks.md "By the way of clients"): the families that they are reached in. */
  readonly checkedByVip?: readonly Family[];
};

export const forwards: Readonly<Record<Topology, Forward>> = { dr: 'gate', tun: 'ipip', nat: 'masq' };

/** Of a config: the services that have a server of that kind. */
export function servedBy({ virtuals, vrrp }: Config, topology: Topology): Served {
  const forward = forwards[topology];
  const isOfKind = (real: RealConfig) => real.forward === forward;
  const services = virtuals.flatMap((virtual) => {
    const reals = [...virtual.reals, ...virtual.fallbacks].filter(isOfKind);
    return reals.length === 0 ? [] : [{ reals, vips: vipsOf(virtual), id: virtual.id }];
  });
  const servers = services.flatMap(({ reals, vips }) =>
    reals.map(({ address, port, tunnel }): Server => ({ address, port, vips, ...(tunnel && { tunnel }) })),
  );
  const byVip = virtuals.filter((virtual) =>
    virtual.reals.some((real) => isOfKind(real) && goesClientsWay(virtual, real)),
  );
  const families = new Set(vrrp.map(({ family }) => family));
  return {
    vips: unique(services.flatMap(({ vips }) => vips)),
    servers,
    floating: vrrp.flatMap(({ virtualAddresses, excludedAddresses = [] }) => [
      ...virtualAddresses,
      ...excludedAddresses,
    ]),
    ...(families.size > 0 && { electsIn: [...families] }),
    ...(byVip.length > 0 && { checkedByVip: unique(byVip.map(({ id }) => serviceFamily(id))) }),
    unknownMarks: services.flatMap(({ id, vips }) =>
      id.kind === 'fwmark' && vips.length === 0 ? [id.fwmark] : [],
    ),
  };
}

function vipsOf({ id, marks = [] }: VirtualConfig): readonly Vip[] {
  if (id.kind === 'fwmark') return marks.map(({ address, protocol, port }) => ({ address, protocol, port }));
  // A protocol that has no name here is not one of ours.
  const { address, port, protocol } = id;
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp' ? [{ address, protocol, port }] : [];
}

/** The floating address on a server's own network: the gateway of NAT (its DIP). */
export const dipFor = (server: Ip, floating: readonly Prefix[]): Ip | undefined =>
  floating.find((each) => each.length < hostLength(each.address) && prefixContains(each, server))?.address;

export const unique = <T>(values: readonly T[]): readonly T[] => {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]));
  return [...byText.values()];
};
