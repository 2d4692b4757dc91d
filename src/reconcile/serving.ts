// Which configured servers a table gives new connections to: what health is told before its first check, so
// that an adopted server goes only after `fall` failures.
import type { VirtualConfig } from '../model/config/service.ts';
import {
  type DestinationName,
  destinationName,
  formatServiceId,
  nameInTable,
  type RealName,
  realName,
  type ServiceName,
  type Table,
} from '../model/ipvs.ts';
import { type ServerKey, serverKey } from '../model/names.ts';

/** @returns whether `table` holds that server of `virtuals` with a weight above 0. */
export function servingIn(
  table: Table,
  virtuals: readonly VirtualConfig[],
): (service: ServiceName, real: RealName) => boolean {
  const usable = new Set<ServerKey<DestinationName>>();
  for (const { service, destinations } of table) {
    const name = formatServiceId(service.id);
    for (const server of destinations) {
      if (server.weight > 0) usable.add(serverKey(name, destinationName(server)));
    }
  }
  const serving = new Set<ServerKey<RealName>>();
  for (const { id, reals, fallbacks } of virtuals) {
    const name = formatServiceId(id);
    for (const real of [...reals, ...fallbacks]) {
      const held = usable.has(serverKey(name, nameInTable(id, real)));
      if (held) serving.add(serverKey(name, realName(id, real)));
    }
  }
  return (service, real) => serving.has(serverKey(service, real));
}
