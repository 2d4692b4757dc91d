// What has become different between two configurations in force, as events: servers that came and went, and where
// from; peers that moved; servers that are there twice. Services and routers that only one of them has are the
// config's own changes, and no matter of this file.

import type { JournalEvent } from '../journal/event.ts';
import type { Config } from '../model/config/config.ts';
import type { VrrpInstanceConfig } from '../model/config/router.ts';
import type { RealConfig, VirtualConfig } from '../model/config/service.ts';
import { formatServiceId, realName } from '../model/ipvs.ts';
import type { Duplicate } from './effective.ts';

/** A log line names so many servers, and counts the others. */
const toldMax = 20;

export const listed = (all: readonly string[]): readonly string[] =>
  all.length <= toldMax ? all : [...all.slice(0, toldMax), `and ${all.length - toldMax} more`];

export function changesBetween(before: Config, after: Config): readonly JournalEvent[] {
  const services = new Map(before.virtuals.map((virtual) => [formatServiceId(virtual.id), virtual]));
  const routers = new Map(before.vrrp.map((instance) => [instance.name, instance]));
  return [
    ...after.virtuals.flatMap((virtual) => serverChange(services.get(formatServiceId(virtual.id)), virtual)),
    ...after.vrrp.flatMap((instance) => peerChange(routers.get(instance.name), instance)),
  ];
}

function serverChange(before: VirtualConfig | undefined, after: VirtualConfig): readonly JournalEvent[] {
  const [had, has] = [originsIn(before ?? after), originsIn(after)];
  const [added, removed] = [missingIn(had, has.keys()), missingIn(has, had.keys())];
  if (added.length + removed.length === 0) return [];
  const from = [...added, ...removed].map((real) => has.get(real) ?? had.get(real) ?? '');
  const service = formatServiceId(after.id);
  return [
    {
      ...{ event: 'roster.changed', service },
      ...{ added: listed(added), removed: listed(removed), from: listed([...new Set(from)]) },
    },
  ];
}

const originsIn = ({ id, reals, fallbacks }: VirtualConfig): ReadonlyMap<string, string> =>
  new Map<string, string>([
    ...reals.map((real) => [realName(id, real), real.name ?? real.at.file] as const),
    ...fallbacks.map((tier) => [`fallback ${realName(id, tier)}`, tier.name ?? tier.at.file] as const),
  ]);

function peerChange(
  before: VrrpInstanceConfig | undefined,
  after: VrrpInstanceConfig,
): readonly JournalEvent[] {
  const [had, has] = [
    new Set<string>(before?.unicastPeers ?? after.unicastPeers),
    new Set<string>(after.unicastPeers),
  ];
  const [added, removed] = [missingIn(had, has), missingIn(has, had)];
  if (added.length + removed.length === 0) return [];
  return [{ event: 'vrrp.peers_changed', instance: after.name, added, removed }];
}

const missingIn = (
  known: { readonly has: (each: string) => boolean },
  all: Iterable<string>,
): readonly string[] => [...all].filter((each) => !known.has(each));

export const duplicateEvent = ({ id, server, first }: Duplicate): JournalEvent => ({
  event: 'roster.duplicate',
  ...{
    service: formatServiceId(id),
    real: realName(id, server),
    from: placeOf(server),
    first: placeOf(first),
  },
});

/** The name that a server comes from, or the line where its address stands. */
const placeOf = ({ name, at }: RealConfig): string => name ?? `${at.file}:${at.line}`;
