import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/render/table.ts';

describe('formatTable', () => {
  it('aligns columns and leaves nothing at the end of a line', () => {
    expect(
      formatTable(
        ['A', 'LONG'],
        [
          ['aaa', 'b'],
          ['a', ''],
        ],
      ),
    ).toBe('A    LONG\naaa  b\na');
  });
});
