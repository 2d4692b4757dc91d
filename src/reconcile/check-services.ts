// The private services by which checks go the way of clients (checkpath: vip): each has a firewall mark of its own, and one
// server, which is there whatever the verdict, the operator or the weight say, by the service's own method. They are kept in
// the table as all else is, and stand in no list of services. Pure.
import { allotCheckMarks, isCheckMark } from '../model/check-marks.ts';
import { goesClientsWay } from '../model/checks/goes-clients-way.ts';
import type { RealConfig, VirtualConfig } from '../model/config/service.ts';
import {
  formatServiceId,
  type RealName,
  realName,
  type ServiceEntry,
  type ServiceId,
  type ServiceName,
  serviceFamily,
} from '../model/ipvs.ts';
import { type ServerKey, serverKey } from '../model/names.ts';
import { canonicalEntry, hostPrefix } from './canonical.ts';

export type CheckService = {
  readonly mark: number;
  readonly name: ServiceName;
  readonly entry: ServiceEntry;
};

/** By the server that is checked so. */
export type CheckServices = ReadonlyMap<ServerKey<RealName>, CheckService>;

export const isCheckService = (id: ServiceId): boolean => id.kind === 'fwmark' && isCheckMark(id.fwmark);

/** A configuration is never changed in place, and is asked for at every pass. */
const known = new WeakMap<readonly VirtualConfig[], CheckServices>();

export function checkServicesOf(virtuals: readonly VirtualConfig[]): CheckServices {
  const services = known.get(virtuals) ?? made(virtuals);
  known.set(virtuals, services);
  return services;
}

function made(virtuals: readonly VirtualConfig[]): CheckServices {
  const checked = new Map(virtuals.flatMap(serversOf));
  const marks = allotCheckMarks(checked.keys());
  return new Map(
    [...checked].map(([key, server]) => [key, serviceFor(server, marks.get(key) ?? 0)] as const),
  );
}

type Checked = { readonly virtual: VirtualConfig; readonly real: RealConfig };

/** A tier of the fallback that is also a real server is checked as that. */
function serversOf(virtual: VirtualConfig): readonly (readonly [ServerKey<RealName>, Checked])[] {
  const all = [...virtual.fallbacks.filter(({ checked }) => checked), ...virtual.reals];
  const service = formatServiceId(virtual.id);
  return all
    .filter((real) => goesClientsWay(virtual, real))
    .map((real) => [serverKey(service, realName(virtual.id, real)), { virtual, real }] as const);
}

/** Its port is 0: the one that a check is sent to. A server of weight 0 is checked all the same. */
function serviceFor({ virtual, real }: Checked, mark: number): CheckService {
  const id: ServiceId = { kind: 'fwmark', family: serviceFamily(virtual.id), fwmark: mark };
  const service = { id, scheduler: 'rr', schedFlags: [], persistencePrefix: hostPrefix(id), ops: false };
  const { address, forward, tunnel } = real;
  const destination = {
    ...{ address, port: 0, forward, weight: 1, upperThreshold: 0, lowerThreshold: 0 },
    ...(tunnel !== undefined && { tunnel }),
  };
  const entry = canonicalEntry({ service, destinations: [destination] });
  return { mark, name: formatServiceId(id), entry };
}
