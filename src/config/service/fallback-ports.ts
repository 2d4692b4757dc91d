// Fallbacks on another port than their gate or ipip service, of whose packets none comes to that port. A tier for many
// services, at the top level, is told of once, with all their ports.
import type { FallbackConfig, NamedFallbackConfig, VirtualConfig } from '../../model/config/service.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';

type Tier = FallbackConfig | NamedFallbackConfig;

/** More ports of services than this are not listed. */
const shownMax = 9;

export function judgeFallbackPorts(
  virtuals: readonly VirtualConfig[],
  { problems }: Pick<Resolution, 'problems'>,
): void {
  const found = new Map<string, { readonly tier: Tier; readonly ports: Set<number> }>();
  for (const { id, fallbacks, namedFallbacks = [] } of virtuals) {
    for (const tier of [...fallbacks, ...namedFallbacks]) {
      const { at, forward, port } = tier;
      if (id.kind !== 'address' || forward === 'masq' || port === 0 || port === id.port) continue;
      const place = `${at.line}:${at.column}`;
      const { ports } = found.get(place) ?? { ports: new Set<number>() };
      found.set(place, { tier, ports: ports.add(id.port) });
    }
  }
  for (const { tier, ports } of found.values()) {
    const own = [...ports].sort((a, b) => a - b);
    const list = own.length > shownMax ? `${own.slice(0, shownMax).join(', ')}...` : own.join(', ');
    const rule = `port ${list} of the service or no port, as a ${tier.forward} server gets packets as they came`;
    problems.push(warningAt(tier.at, 'fall back to another port', rule, `${tier.port}`));
  }
}
