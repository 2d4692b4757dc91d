// `execute` of an ldirectord.cf: another file, for which ldirectord starts another daemon.
import { expect, it } from 'vitest';
import { convert } from '../../../src/config/convert/convert.ts';
import { formatNote } from '../../../src/config/convert/converted.ts';
import { noFiles } from '../../make/conversion.ts';

it('keeps execute, as the file that it names stays one of its own', () => {
  const text = 'checktimeout=3\nexecute=a.cf\nexecute=b.cf\nvirtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n';
  const { yaml, notes } = convert({ file: 'old', text }, 'ldirectord', noFiles);
  expect(yaml).toContain('execute');
  expect(notes.map(formatNote)).toEqual([
    "old:3: harmless: execute a.cf, b.cf: read as it is, in ldirectord's form; convert it by itself to have it in YAML",
  ]);
});
