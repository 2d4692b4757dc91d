// Files of a keepalived, each asked of a real keepalived and of our convert: every difference in meaning has its note.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusBeside } from '../../make/corpus-beside.ts';
import { compareFile } from './ask.ts';
import { differences } from './compare.ts';
import { hasKeepalived } from './dump.ts';

const tests = join(import.meta.dirname, '../..');
const folders = {
  'files of the unit tests': join(tests, 'config/convert/corpus'),
  'cases of the grammar': join(import.meta.dirname, 'corpus'),
  "keepalived's samples": '/usr/share/doc/keepalived/samples',
  'files beside the checkout': corpusBeside('keepalived'),
};

const isConfig = (name: string): boolean => name.endsWith('.conf') || /^keepalived\.conf\.[\w.]+$/.test(name);
const filesIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => isConfig(name) && !name.endsWith('.yaml')) : [];

it('tells what differs, unless a note above harmless in that block names it', () => {
  const thing = (priority: string) => ({ name: 'vrrp_instance A', fields: { priority } });
  const blocks = new Map([
    ['vrrp_instance A', new Set(['f:1', 'f:2'])],
    ['vrrp_instance B', new Set(['f:3'])],
  ]);
  const sides = { theirs: [thing('100')], ours: [thing('90')], blocks };
  const told = ['vrrp_instance A: priority: 100 in keepalived, 90 here'];
  const note = (line: number, grade: 'harmless' | 'look', text: string) =>
    differences({ ...sides, notes: [{ at: { file: 'f', line, column: 1 }, grade, text }] });
  expect(differences({ ...sides, ours: sides.theirs, notes: [] })).toEqual([]);
  expect(differences({ ...sides, notes: [] })).toEqual(told);
  expect(differences({ ...sides, ours: [], notes: [] })).toEqual(['vrrp_instance A: in keepalived alone']);
  expect(note(2, 'look', 'priority 100: 90')).toEqual([]);
  expect(note(3, 'look', 'priority 100: 90')).toEqual(told);
  expect(note(2, 'harmless', 'priority 100: 90')).toEqual(told);
  expect(note(2, 'look', 'vrrp_priority: left out')).toEqual([]);
  expect(note(2, 'look', 'max_priority: left out')).toEqual(told);
});

for (const [title, folder] of Object.entries(folders)) {
  const names = filesIn(folder);
  const missing = !hasKeepalived
    ? 'keepalived is not installed'
    : names.length === 0
      ? `no files in ${folder}`
      : undefined;
  describe.skipIf(missing !== undefined)(
    `${title}${missing === undefined ? '' : ` (skipped: ${missing})`}`,
    () => {
      it.concurrent.each(names.length === 0 ? ['none'] : names)('%s', async (name) => {
        const { differences, notes, log, count } = await compareFile(join(folder, name));
        const said = [...notes, ...log].join('\n');
        expect(differences, said).toEqual([]);
        expect(count, said).toBeGreaterThan(0);
      });
    },
  );
}
