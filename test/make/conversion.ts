// A file of an old format, converted and read back as `check` reads it.
import { expect } from 'vitest';
import { convert, type Format } from '../../src/config/convert/convert.ts';
import { formatNote } from '../../src/config/convert/converted.ts';
import type { Sources } from '../../src/config/convert/keepalived/lines.ts';
import { errorLines, parseYamlText } from './environment.ts';

export const noFiles: Sources = { include: () => [], id: 'main' };

/** The config without errors, and the notes with their grades. */
export function convertedText(text: string, format: Format = 'keepalived', sources: Sources = noFiles) {
  const judge = (yaml: string) => parseYamlText(yaml, { director: 'lvs1' }).problems;
  const { yaml, notes, problem } = convert({ file: 'old', text }, format, sources, judge);
  const result = parseYamlText(yaml, { director: 'lvs1' });
  expect(errorLines(result)).toEqual([]);
  const config = result.config ?? expect.fail('no config');
  return { config, yaml, problem, notes: notes.map(formatNote) };
}
