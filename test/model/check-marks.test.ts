import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allotCheckMarks, checkMarkMax, checkMarkMin, isCheckMark } from '../../src/model/check-marks.ts';

const keys = fc.uniqueArray(fc.string(), { maxLength: 50 });

it('gives each server a mark of its own, in the range, whatever the order', () => {
  fc.assert(
    fc.property(keys, (servers) => {
      const marks = allotCheckMarks(servers);
      expect(new Set(marks.values()).size).toBe(servers.length);
      expect([...marks.values()].every(isCheckMark)).toBe(true);
      expect(new Map(allotCheckMarks(servers.toReversed()))).toEqual(marks);
    }),
  );
});

it('gives the mark that it gave, whoever comes or goes, but where two fall on one', () => {
  const servers = Array.from(
    { length: 20_000 },
    (_, index) => `tcp 10.0.0.1:80 10.1.${index >> 8}.${index & 255}:80`,
  );
  const [all, half] = [allotCheckMarks(servers), allotCheckMarks(servers.slice(0, 10_000))];
  expect(new Set(all.values()).size).toBe(servers.length);
  const moved = servers.slice(0, 10_000).filter((key) => all.get(key) !== half.get(key));
  expect(moved.length).toBeLessThan(10);
});

it('goes on where others are in the way, past the end of the range too', () => {
  // Texts that fall on one mark are found by trying: a range of one bit for them.
  const texts = Array.from({ length: 40_000 }, (_, index) => `${index}`);
  const byMark = new Map<number | undefined, string>();
  const pair = texts.flatMap((text) => {
    const mark = allotCheckMarks([text]).get(text);
    const other = byMark.get(mark);
    byMark.set(mark, text);
    return other === undefined ? [] : [[other, text].sort()];
  })[0];
  expect(pair).toBeDefined();
  const [first = '', second = ''] = pair ?? [];
  const marks = allotCheckMarks([second, first]);
  const alone = allotCheckMarks([first]).get(first) ?? 0;
  expect(marks.get(first)).toBe(alone);
  expect(marks.get(second)).toBe(alone === checkMarkMax ? checkMarkMin : alone + 1);
});
