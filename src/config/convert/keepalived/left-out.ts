// Words of a block that nothing corresponds to.
import type { Noting } from '../converted.ts';
import type { Statement } from './tree.ts';

/** A note for each statement whose key is not known. @param place what the text names before the key. */
export function noteUnknown(
  statements: readonly Statement[],
  known: ReadonlySet<string>,
  place: string,
  note: Noting,
): void {
  for (const { key, at } of statements) {
    if (!known.has(key))
      note(at, { word: key }, `${place}${place && ' '}${key}: left out, as nothing corresponds to it`);
  }
}
