// Checks that go the way of clients: to the virtual address, through a private service of IPVS that has this one server.
// Which checks can, where they go, and what names their private service. Which mark it has is check-marks.ts's.

import type { Endpoint } from '../../net/endpoint.ts';
import type { Ip } from '../../net/ip.ts';
import type { RealConfig, VirtualConfig } from '../config/service.ts';
import { type Forward, formatServiceId, type RealName, realName, type ServiceName } from '../ipvs.ts';

/** In a target: by whose private service its packets reach the server. */
export type ClientPath = {
  readonly service: ServiceName;
  readonly real: RealName;
  readonly forward: Forward;
  /** The server's own address. */
  readonly towards: Ip;
};

/** Where clients of a service go: its address, or the first of TCP that it marks; undefined where nobody here knows. */
export function clientAddress({ id, marks = [] }: Pick<VirtualConfig, 'id' | 'marks'>): Endpoint | undefined {
  if (id.kind === 'address') return { address: id.address, port: id.port };
  return marks.find(({ protocol }) => protocol === 'tcp');
}

export const clientPathOf = (virtual: VirtualConfig, real: RealConfig): ClientPath => ({
  service: formatServiceId(virtual.id),
  real: realName(virtual.id, real),
  ...{ forward: real.forward, towards: real.address },
});

/** Where clients' packets arrive: a gate or ipip server gets them as they came. @param usual of a check without this way */
export function clientPort(virtual: VirtualConfig, { forward, port }: RealConfig, usual: number): number {
  if (virtual.checkport !== undefined) return virtual.checkport;
  if (forward === 'masq' && port !== 0) return port;
  return clientAddress(virtual)?.port || usual;
}
