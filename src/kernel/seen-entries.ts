// The entries of a dump by their bytes, from one look to the next: what is told in the same bytes at the same place is the
// same value. Valid without end, as decoding depends on the bytes alone. Holds the bytes of the last look, some 400 of
// a server: 4 MB for ten thousand.

export type SeenEntries<T> = {
  readonly payloads: readonly Uint8Array[];
  /** One a payload. */
  readonly decoded: readonly (T | undefined)[];
  /** Those that could be read. */
  readonly values: readonly T[];
  readonly unreadable: number;
};

export const nothingSeen: SeenEntries<never> = { payloads: [], decoded: [], values: [], unreadable: 0 };

/** @returns `before` itself where nothing has changed. @param decode depends on the bytes alone. */
export function seeEntries<T>(
  payloads: readonly Uint8Array[],
  before: SeenEntries<T>,
  decode: (payload: Uint8Array) => T | undefined,
): SeenEntries<T> {
  const isSame = (payload: Uint8Array, index: number): boolean => {
    const earlier = before.payloads[index];
    return earlier !== undefined && Buffer.compare(earlier, payload) === 0;
  };
  if (payloads.length === before.payloads.length && payloads.every(isSame)) return before;
  const decoded = payloads.map((payload, index) =>
    isSame(payload, index) ? before.decoded[index] : decode(payload),
  );
  const values = decoded.filter((value) => value !== undefined);
  return { payloads, decoded, values, unreadable: decoded.length - values.length };
}
