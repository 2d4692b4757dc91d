// What a machine needs around the table of IPVS, as values: nothing here touches a machine. Each need is a line of the
// script that lvs-director prints (script.ts), which applies it, looks at it, and takes it back.
// Sources: Documentation/networking/ip-sysctl.rst, ip-address(8), ip-route(8), ip-rule(8), ip-fou(8).
import type { Protocol } from '../model/ipvs.ts';
import type { Family, Ip } from '../net/ip.ts';

/** Packets that a firewall must let through. @property to absent: to whatever address. */
export type Accepted = {
  readonly family: Family;
  readonly to?: Ip;
  /** Answers, which pass on (FORWARD): the port is theirs. Absent: what comes in (INPUT). */
  readonly answersOf?: Ip;
  readonly protocol: Protocol | number;
  /** 0, or absent: all. */
  readonly port?: number;
};

/** A device that takes tunnels apart. @property local the one server that needs it, where the kernel's own device does not do. */
export type TunnelDevice = {
  readonly name: string;
  /** As ip-link(8) has it. */
  readonly type: string;
  readonly module: string;
  readonly local?: Ip;
  /** As ip-link(8) has them of that type. */
  readonly options: string;
};

export type Need = { readonly why: string } & (
  | { readonly need: 'module'; readonly name: string }
  /** @property key with slashes: the name of a device may have a dot; a star in it stands for every device. */
  | {
      readonly need: 'sysctl';
      readonly key: string;
      readonly value: number;
      readonly rule: 'exactly' | 'at least';
      /** Of a kernel that nobody told otherwise. */
      readonly initial: number;
    }
  | { readonly need: 'address'; readonly address: Ip; readonly device: string }
  | { readonly need: 'tunnel'; readonly device: TunnelDevice }
  | { readonly need: 'gue'; readonly port: number; readonly family: Family }
  /** Where all goes that has no closer route. */
  | { readonly need: 'gateway'; readonly via: Ip }
  /** The answers of a service alone, by a table of their own. */
  | {
      readonly need: 'answers';
      readonly via: Ip;
      readonly from: Ip;
      readonly protocol: Protocol;
      readonly port: number;
    }
  /** What the servers say of their own accord. */
  | { readonly need: 'masquerade'; readonly family: Family; readonly servers: readonly Ip[] }
  /** What IPVS sends them. */
  | {
      readonly need: 'full-nat';
      readonly vip: Ip;
      readonly protocol: Protocol;
      readonly port: number;
    }
  | { readonly need: 'accept'; readonly packets: Accepted }
);

export type Topology = 'dr' | 'tun' | 'nat';

export const topologies: readonly Topology[] = ['dr', 'tun', 'nat'];

export const topologyNames: Readonly<Record<Topology, string>> = {
  dr: 'direct routing (gate)',
  tun: 'tunnels (ipip)',
  nat: 'NAT (masq)',
};
