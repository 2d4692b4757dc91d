// Which services in the table this daemon may delete: those configured, and leftovers not yet deleted. Whoever
// keeps it for the next run is told of each change; of additions before anything is sent.
import type { ServiceName } from '../../model/ipvs.ts';

export type Ownership = {
  /** Sorted. */
  readonly names: () => ReadonlySet<ServiceName>;
  readonly add: (names: Iterable<ServiceName>) => void;
  readonly keepOnly: (stays: (name: ServiceName) => boolean) => void;
};

export function createOwnership(onChanged: (owned: readonly ServiceName[]) => void = () => {}): Ownership {
  let owned: ReadonlySet<ServiceName> = new Set();

  const own = (names: Iterable<ServiceName>): void => {
    const next = new Set(names);
    if (next.size === owned.size && [...next].every((name) => owned.has(name))) return;
    owned = new Set([...next].sort());
    onChanged([...owned]);
  };

  return {
    names: () => owned,
    add: (names) => own([...owned, ...names]),
    keepOnly: (stays) => own([...owned].filter(stays)),
  };
}
