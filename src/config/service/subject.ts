// What the subjects of a virtual service (quorum.ts, marks.ts, scheduling.ts and the others) are handed: the keys of the
// entry and those of the top level, where each stands, and where complaints go.
import type { Position } from '../../model/config/problem.ts';
import type { Resolution, Site } from '../resolution.ts';

export type Subject<Own, Shared = unknown> = {
  /** The keys of the entry. */
  readonly draft: Own;
  /** Those of the top level, which count where the entry says nothing. */
  readonly globals: Shared;
  /** Where a key of the entry stands. */
  readonly site: Site;
  readonly resolution: Resolution;
};

/** Where the value of a key that both may have stands: the entry's own, else that of the top level. */
export const sharedSite = <Key extends string>(
  { draft, site, resolution }: Subject<{ readonly [K in Key]?: unknown }>,
  key: Key,
): Position => (draft[key] === undefined ? resolution.sites(key) : site(key));
