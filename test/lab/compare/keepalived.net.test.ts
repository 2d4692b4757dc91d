// Files of a keepalived, each asked of a real keepalived and of our convert: every difference in meaning has its note.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusBeside } from '../../make/corpus-beside.ts';
import { compareFile } from './ask.ts';
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
      it.each(names.length === 0 ? ['none'] : names)('%s', async (name) => {
        const { differences, notes, log, count } = await compareFile(join(folder, name));
        const said = [...notes, ...log].join('\n');
        expect(differences, said).toEqual([]);
        expect(count, said).toBeGreaterThan(0);
      });
    },
  );
}
