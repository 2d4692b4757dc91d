// Words of a block that nothing corresponds to.
import type { Noting } from '../converted.ts';
import type { Statement } from './tree.ts';

const unmatched = 'left out, as nothing corresponds to it';
const bfd = 'left out: adverts may come every 10ms in version 3, and a track_script may ask the neighbour';

/** What does the work of a word instead, where that can be said. */
const instead: ReadonlyMap<string, string> = new Map([
  ...['bfd_instance', 'track_bfd'].map((word) => [word, bfd] as const),
  ['vmac_xmit_base', 'left out, as adverts have the MAC of the virtual router (RFC 9568 §7.2)'],
]);

/** A note for each statement whose key is not known. @param place what the text names before the key. */
export function noteUnknown(
  statements: readonly Statement[],
  known: ReadonlySet<string>,
  place: string,
  note: Noting,
): void {
  for (const { key, at } of statements) {
    if (!known.has(key))
      note(at, { word: key }, `${place}${place && ' '}${key}: ${instead.get(key) ?? unmatched}`);
  }
}
