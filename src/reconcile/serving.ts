// Which configured servers a table gives new connections to: what health is told before its first check, so
// that an adopted server goes only after `fall` failures. Names as in verdict.ts.
import type { VirtualConfig } from '../model/config/service.ts';
import { formatServiceId, realName, type Table } from '../model/ipvs.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { canonicalDestination } from './canonical.ts';

/** @returns whether `table` holds that server of `virtuals` with a weight above 0. */
export function servingIn(
  table: Table,
  virtuals: readonly VirtualConfig[],
): (service: string, real: string) => boolean {
  const usable = new Set<string>();
  for (const { service, destinations } of table) {
    const name = formatServiceId(service.id);
    for (const server of destinations) if (server.weight > 0) usable.add(`${name} ${formatEndpoint(server)}`);
  }
  const serving = new Set<string>();
  for (const { id, reals, fallbacks } of virtuals) {
    const name = formatServiceId(id);
    for (const real of [...reals, ...fallbacks]) {
      const held = usable.has(`${name} ${formatEndpoint(canonicalDestination(id, real))}`);
      if (held) serving.add(`${name} ${realName(id, real)}`);
    }
  }
  return (service, real) => serving.has(`${service} ${real}`);
}
