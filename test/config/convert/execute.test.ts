// `execute` of an ldirectord.cf: another file, for which ldirectord starts another daemon.
import { expect, it } from 'vitest';
import { convert } from '../../../src/config/convert/convert.ts';
import { formatNote } from '../../../src/config/convert/converted.ts';
import { noFiles } from '../../make/conversion.ts';

it('keeps execute, with a dangerous note', () => {
  const text = 'checktimeout=3\nexecute=a.cf\nexecute=b.cf\nvirtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n';
  const { yaml, notes } = convert({ file: 'old', text }, 'ldirectord', noFiles);
  expect(yaml).toContain('execute');
  expect(notes.map(formatNote)).toEqual([
    'old:3: dangerous: execute a.cf, b.cf: refused by check until its services stand in this file, as one daemon reads one file',
  ]);
});
