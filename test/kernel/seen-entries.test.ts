import { describe, expect, it } from 'vitest';
import { nothingSeen, seeEntries } from '../../src/kernel/seen-entries.ts';

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const decode = (payload: Uint8Array) => (payload[0] === 0 ? undefined : { first: payload[0] });

describe('entries that were seen', () => {
  const before = seeEntries([bytes(1, 1), bytes(2, 1), bytes(3, 1)], nothingSeen, decode);

  it('are the very same where no byte differs', () => {
    expect(seeEntries([bytes(1, 1), bytes(2, 1), bytes(3, 1)], before, decode)).toBe(before);
  });

  it('are decoded again where a byte does, and only those', () => {
    const after = seeEntries([bytes(1, 1), bytes(2, 2), bytes(3, 1)], before, decode);
    expect(after.values.map((value, index) => value === before.values[index])).toEqual([true, false, true]);
    expect(seeEntries([bytes(1, 1), bytes(2, 2), bytes(3, 1)], after, decode)).toBe(after);
  });

  it('are others where there are more or fewer of them, or in another order', () => {
    for (const payloads of [
      [bytes(1, 1), bytes(2, 1)],
      [bytes(1, 1), bytes(2, 1), bytes(3, 1), bytes(4, 1)],
      [bytes(3, 1), bytes(2, 1), bytes(1, 1)],
      [bytes(1, 1), bytes(2, 1), bytes(3, 1, 1)],
      [],
    ]) {
      const after = seeEntries(payloads, before, decode);
      expect(after.values).toEqual(payloads.map(([first]) => ({ first })));
    }
  });

  it('are counted where they cannot be read', () => {
    const some = seeEntries([bytes(1), bytes(0)], nothingSeen, decode);
    expect(some).toMatchObject({ values: [{ first: 1 }], unreadable: 1 });
    expect(seeEntries([bytes(1), bytes(0)], some, decode)).toBe(some);
  });
});
