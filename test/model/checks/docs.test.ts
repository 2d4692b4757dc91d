// docs/checks.md has a row for each kind of check, under the words that choose it, and tells of the keys it reads.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checks } from '../../../src/model/checks/checks.ts';
import type { CheckTraits } from '../../../src/model/checks/definition.ts';
import { services } from '../../../src/model/checks/services.ts';

const page = readFileSync(new URL('../../../docs/checks.md', import.meta.url), 'utf8');

/** The words in the first column of the tables that begin with `heading`. */
const wordsUnder = (heading: string) =>
  [...page.matchAll(new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)+)`, 'gm'))].flatMap(
    ([, rows = '']) =>
      rows
        .split('\n')
        .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word)),
  );

describe('docs/checks.md', () => {
  it.each(Object.entries<CheckTraits>(checks))('has a row of a check of kind %s', (kind, definition) => {
    const words = Object.keys(definition.services);
    if (words.length === 0) expect(wordsUnder('checktype')).toContain(kind);
    expect(wordsUnder('service')).toEqual(expect.arrayContaining(words));
  });

  it('has a row for each word of service, and for no other', () => {
    expect(wordsUnder('service').sort()).toEqual([...services].sort());
  });

  it.each([...new Set(Object.values<CheckTraits>(checks).flatMap(({ reads }) => reads))])(
    'tells what %s does',
    (key) => {
      expect(page).toMatch(new RegExp(`\\b${key}\\b`));
    },
  );
});
