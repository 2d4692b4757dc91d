// A reading of the config as it goes from the process that reads to the one that serves: in parts that each take little
// time to be taken in, however large the file is, and together again. A service that says what it said at the last
// reading is the very object of that reading, as what follows knows it by that (docs/architecture.md). With them goes the
// text of the entries that they were read from, so that whoever serves need not have read again what is not changed.
import { serialize } from 'node:v8';
import type { HeldEntries, HeldEntry } from '../config/entry-memory.ts';
import type { ConfigReading } from '../config/judge-loss.ts';
import type { Config } from '../model/config/config.ts';
import type { NamedRealConfig, RealConfig, VirtualConfig } from '../model/config/service.ts';

type Bare = Omit<VirtualConfig, 'reals' | 'namedReals'>;

export type ConfigPart =
  /** The text that the next so many services come from. */
  | { readonly part: 'entry'; readonly text: string; readonly line: number; readonly services: number }
  | {
      readonly part: 'virtual';
      readonly digest: string;
      readonly bare: Bare;
      readonly hasNamedReals: boolean;
    }
  | { readonly part: 'reals'; readonly reals: readonly RealConfig[] }
  | { readonly part: 'named'; readonly namedReals: readonly NamedRealConfig[] }
  /** The last. */
  | {
      readonly part: 'end';
      readonly rest: Omit<ConfigReading, 'config'>;
      readonly config?: Omit<Config, 'virtuals'>;
      /** Of the entries (entry-memory.ts). */
      readonly key?: string;
    };

/** So many servers, or services without, are some ten thousand bytes. */
const sliceLength = 50;

/** @param held what the memory of the reading has of its services. */
export function* partsOf(
  { config, ...rest }: ConfigReading,
  held?: HeldEntries,
): Generator<readonly ConfigPart[]> {
  const entries = new Map(held?.entries.map((entry) => [entry.virtuals[0], entry]));
  let slice: ConfigPart[] = [];
  let length = 0;
  for (const virtual of config?.virtuals ?? []) {
    const entry = entries.get(virtual);
    if (entry !== undefined)
      slice.push({ part: 'entry', text: entry.text, line: entry.line, services: entry.virtuals.length });
    for (const part of partsOfVirtual(virtual)) {
      slice.push(part);
      length +=
        part.part === 'reals' ? part.reals.length : part.part === 'named' ? part.namedReals.length : 1;
      if (length < sliceLength) continue;
      yield slice;
      [slice, length] = [[], 0];
    }
  }
  yield slice;
  const { virtuals: _, ...others } = config ?? { virtuals: [] };
  const named = config !== undefined && { config: others as Omit<Config, 'virtuals'> };
  yield [{ part: 'end', rest, ...named, ...(held !== undefined && { key: held.key }) }];
}

function* partsOfVirtual(virtual: VirtualConfig): Generator<ConfigPart> {
  const { reals, namedReals, ...bare } = virtual;
  const digest = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(serialize(virtual))
    .digest('base64');
  yield { part: 'virtual', digest, bare, hasNamedReals: namedReals !== undefined };
  for (const slice of slices(reals)) yield { part: 'reals', reals: slice };
  for (const slice of slices(namedReals ?? [])) yield { part: 'named', namedReals: slice };
}

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += sliceLength) yield items.slice(at, at + sliceLength);
}

/** The services of the last reading, by what they were. */
export type Known = ReadonlyMap<string, VirtualConfig>;

export type Joiner = {
  /** @returns the reading, with the last part. */
  readonly take: (parts: readonly ConfigPart[]) => ConfigReading | undefined;
  /** What to know at the next reading. */
  readonly known: () => Known;
  /** What the memory of the one that read held, with the services as they are here. */
  readonly held: () => HeldEntries | undefined;
};

export function createJoiner(before: Known): Joiner {
  const known = new Map<string, VirtualConfig>();
  const virtuals: VirtualConfig[] = [];
  let open:
    | { digest: string; bare: Bare; reals: RealConfig[]; named: NamedRealConfig[] | undefined }
    | undefined;
  let key: string | undefined;
  const entries: (HeldEntry & { readonly services: number; readonly virtuals: VirtualConfig[] })[] = [];

  function close(): void {
    if (open === undefined) return;
    const { digest, bare, reals, named } = open;
    open = undefined;
    const virtual = before.get(digest) ?? {
      ...bare,
      reals,
      ...(named !== undefined && { namedReals: named }),
    };
    known.set(digest, virtual);
    virtuals.push(virtual);
    const entry = entries.at(-1);
    if (entry !== undefined && entry.virtuals.length < entry.services) entry.virtuals.push(virtual);
  }

  function takeOne(part: ConfigPart): ConfigReading | undefined {
    if (part.part === 'reals') open?.reals.push(...part.reals);
    else if (part.part === 'named') open?.named?.push(...part.namedReals);
    else {
      close();
      if (part.part === 'entry') {
        const { text, line, services } = part;
        entries.push({ ...{ text, line, services }, virtuals: [] });
        return undefined;
      }
      if (part.part === 'end') {
        const { rest, config } = part;
        key = part.key;
        return { ...rest, ...(config !== undefined && { config: { ...config, virtuals } }) };
      }
      const { digest, bare, hasNamedReals } = part;
      open = { digest, bare, reals: [], named: hasNamedReals ? [] : undefined };
    }
    return undefined;
  }

  return {
    take: (parts) => {
      let reading: ConfigReading | undefined;
      for (const part of parts) reading = takeOne(part) ?? reading;
      return reading;
    },
    known: () => known,
    held: () => (key === undefined ? undefined : { key, entries }),
  };
}
