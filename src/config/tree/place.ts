// The places of a config document, as a tree beside its values: where each stands in the file, what was written
// there, and whether it has had its complaint. A place is found by its path ("virtual", 0, "receive").
import type { Position } from '../../model/config/problem.ts';

export type Path = readonly (string | number)[];

export type Place = {
  /** The key, or the index in a list; the whole document has none. */
  readonly name?: string | number;
  readonly parent?: Place;
  at: Position;
  /** A scalar's. */
  text: string | undefined;
  /** The schema need not complain of what is missing here. */
  refused: boolean;
  /** Most places have nothing in them. */
  inner: Map<string | number, Place> | undefined;
};

/** The place of a whole document; or of the part of one that a path leads to. */
export const documentPlace = (at: Position, path: Path = []): Place =>
  path.reduce<Place>((parent, name) => innerPlace(parent, name, at), {
    ...{ at, text: undefined, refused: false, inner: undefined },
  });

/** The place of that name in `parent`, which stands `at`. */
export function innerPlace(parent: Place, name: string | number, at: Position): Place {
  const place: Place = { name, parent, at, text: undefined, refused: false, inner: undefined };
  parent.inner ??= new Map();
  parent.inner.set(name, place);
  return place;
}

/** From the whole document down to the last place on the way to `path` that there is. */
export function placesAlong(root: Place, path: Path): readonly Place[] {
  const places = [root];
  for (const name of path) {
    const next = places.at(-1)?.inner?.get(name);
    if (next === undefined) break;
    places.push(next);
  }
  return places;
}

/** Where the value at `path` stands; of an absent one, where the innermost one around it does. */
export const positionAt = (root: Place, path: Path): Position =>
  placesAlong(root, path).at(-1)?.at ?? root.at;

export const pathOf = ({ parent, name }: Place): Path =>
  parent === undefined || name === undefined ? [] : [...pathOf(parent), name];

/** A path as people say it: "virtual 1 real 2 weight"; the whole document is "config". */
export function nameOf(path: Path): string {
  const words = path.map((part) => (typeof part === 'number' ? `${part + 1}` : part));
  return words.join(' ') || 'config';
}
