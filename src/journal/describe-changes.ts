// What came to a list and what left it, in words.

/** "+a +b -c" */
export const describeChanges = (changed: {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}): string =>
  [...changed.added.map((each) => `+${each}`), ...changed.removed.map((each) => `-${each}`)].join(' ');
