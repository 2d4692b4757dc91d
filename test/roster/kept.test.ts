import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKept } from '../../src/roster/kept.ts';

describe('what an earlier run kept', () => {
  it('comes back as it was written', () => {
    const kept = { names: { 'inet web': ['10.0.0.1', '10.0.0.2'] }, files: { '/f': '[]' } };
    expect(parseKept(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });

  it('counts as nothing known where it is nothing of the kind', () => {
    const nothing = { names: {}, files: {} };
    for (const value of [undefined, null, 7, 'x', [], { names: 3, files: [] }])
      expect(parseKept(value)).toEqual(nothing);
    expect(parseKept({ names: { a: 'x', b: [1, 'no', '10.0.0.1'] }, files: { c: 4, d: 'y' } })).toEqual({
      names: { a: [], b: ['10.0.0.1'] },
      files: { d: 'y' },
    });
  });

  it('is read without an error, whatever it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void parseKept(value)));
  });
});
