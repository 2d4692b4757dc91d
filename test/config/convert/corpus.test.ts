// Files written for these tests, with the YAML and the notes that each becomes: UPDATE=1 writes them, for a reader to judge.
// A corpus that lies beside the checkout (LVS_CORPUS, or ../shared/corpus/keepalived) comes on top: none of it is refused.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../../src/config/convert/convert.ts';
import { convertedText } from '../../make/conversion.ts';

const own = join(import.meta.dirname, 'corpus');
const beside = join(import.meta.dirname, '../../../../../shared/corpus/keepalived');
const filesIn = (folder: string, ...ends: readonly string[]) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => ends.some((end) => name.endsWith(end))) : [];

it.each(filesIn(own, '.conf', '.ipvsadm'))('%s', (name) => {
  const text = readFileSync(join(own, name), 'utf8');
  const { yaml, notes, problem } = convertedText(text, formatOf({ file: name, text }));
  expect(problem).toBeUndefined();
  const became = `${notes.map((note) => `# ${note}\n`).join('')}${yaml}`;
  const expected = join(own, `${name}.yaml`);
  if (process.env.UPDATE === '1') writeFileSync(expected, became);
  expect(became).toBe(readFileSync(expected, 'utf8'));
});

const more = filesIn(beside, '.conf');
describe.skipIf(more.length === 0)('files beside the checkout (skipped where there are none)', () => {
  it.each(more)('%s', (name) => {
    const text = readFileSync(join(beside, name), 'utf8');
    const { config, problem } = convertedText(text, formatOf({ file: name, text }));
    expect(problem).toBeUndefined();
    expect(config.virtuals.length + config.vrrp.length).toBeGreaterThan(0);
  });
});
