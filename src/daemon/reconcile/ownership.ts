// Which services in the table this daemon may delete, by name: those configured, and leftovers not yet deleted. Whoever
// keeps it for the next run is told of each change; of additions before anything is sent.

export type Ownership = {
  /** Sorted. */
  readonly names: () => ReadonlySet<string>;
  readonly add: (names: Iterable<string>) => void;
  readonly keepOnly: (stays: (name: string) => boolean) => void;
};

export function createOwnership(onChanged: (owned: readonly string[]) => void = () => {}): Ownership {
  let owned: ReadonlySet<string> = new Set();

  const own = (names: Iterable<string>): void => {
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
