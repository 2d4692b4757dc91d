// What there is to track: the scripts, files, processes and virtual services that any virtual router refers to. Pure.

import type { Config } from '../../model/config/config.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import type { Tracker } from '../../model/tracking.ts';
import { findingKey } from '../../vrrp/track.ts';

type Tracked = NonNullable<Config['tracked']>;
export type Source =
  | { readonly kind: 'script'; readonly config: Tracked['scripts'][number] }
  | { readonly kind: 'file'; readonly config: Tracked['files'][number] }
  | { readonly kind: 'process'; readonly config: Tracked['processes'][number] }
  | { readonly kind: 'virtual'; readonly virtual: VirtualConfig; readonly quorum: number | undefined };

/** By finding key; only what a router refers to. */
export function sourcesOf({
  vrrp,
  tracked,
  virtuals,
}: Pick<Config, 'vrrp' | 'tracked' | 'virtuals'>): ReadonlyMap<string, Source> {
  const trackers = vrrp.flatMap((instance) => instance.trackers ?? []);
  return new Map(
    trackers.flatMap((tracker) => {
      const source = sourceOf(tracker, tracked, virtuals);
      return source === undefined ? [] : [[findingKey(tracker), source] as const];
    }),
  );
}

function sourceOf(
  { kind, name, quorum }: Tracker,
  tracked: Tracked | undefined,
  virtuals: readonly VirtualConfig[],
): Source | undefined {
  const named = <T extends { readonly name: string }>(all: readonly T[] = []) =>
    all.find((each) => each.name === name);
  switch (kind) {
    case 'interface':
      // The VRRP process sees them itself, and sooner.
      return undefined;
    case 'script': {
      const config = named(tracked?.scripts);
      return config && { kind, config };
    }
    case 'file': {
      const config = named(tracked?.files);
      return config && { kind, config };
    }
    case 'process': {
      const config = named(tracked?.processes);
      return config && { kind, config };
    }
    case 'virtual': {
      const virtual = virtuals.find(({ id }) => formatServiceId(id) === name);
      return virtual && { kind, virtual, quorum };
    }
  }
}

/** What a watch is made from: where that stands in the file is no difference. */
export const madeFrom = (source: Source | undefined): string | undefined =>
  source && JSON.stringify(source, (key, value: unknown) => (key === 'at' ? undefined : value));
