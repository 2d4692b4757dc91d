// Files written for these tests, with the YAML and the notes that each becomes: UPDATE=1 writes them, for a reader to judge.
// A corpus that lies beside the checkout (LVS_CORPUS, or ../shared/corpus/keepalived) comes on top: none of it is refused.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../../src/config/convert/convert.ts';
import { convertedText } from '../../make/conversion.ts';
import { corpusBeside } from '../../make/corpus-beside.ts';

const own = join(import.meta.dirname, 'corpus');
const beside = corpusBeside('keepalived');
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
const title = `files beside the checkout${more.length === 0 ? ` (skipped: no folder ${beside})` : ''}`;
describe.skipIf(more.length === 0)(title, () => {
  it.each(more.length === 0 ? ['none'] : more)('%s', (name) => {
    const text = readFileSync(join(beside, name), 'utf8');
    const { config, problem } = convertedText(text, formatOf({ file: name, text }));
    expect(problem).toBeUndefined();
    expect(config.virtuals.length + config.vrrp.length).toBeGreaterThan(0);
  });
});
