// Every note has a grade, from one table.
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/config/convert/convert.ts';
import { formatTally } from '../../../src/config/convert/converted.ts';
import { gradeNames, gradeOf } from '../../../src/config/convert/grades.ts';
import { convertedText, noFiles } from '../../make/conversion.ts';

const router = (more: string) =>
  `vrrp_instance A {\ninterface eth0\nvirtual_router_id 51\n${more}\nvirtual_ipaddress {\n192.0.2.99\n}\n}\n`;

describe('grades', () => {
  it.each([
    ['router_id', 'harmless'],
    ['smtp_alert', 'harmless'],
    ['omega', 'look'],
    ['never_heard_of', 'look'],
    ['auth_hmac', 'dangerous'],
    ['bfd_instance', 'dangerous'],
  ])('%s is %s', (word, grade) => {
    expect(gradeOf({ word })).toBe(grade);
  });

  it('stand before the note', () => {
    const { notes } = convertedText(
      `global_defs {\nrouter_id x\nauth_hmac x\n}\n${router('omega\nauthentication {\nauth_type AH\nauth_pass x\n}')}`,
    );
    expect(notes).toEqual([
      'old:2: harmless: router_id: left out, as nothing corresponds to it',
      'old:3: dangerous: auth_hmac: left out, as VRRP version 3 has no authentication',
      'old:8: look: vrrp_instance omega: left out, as keepalived is not known to have such a word',
      'old:9: dangerous: authentication: left out, as AH is not spoken',
    ]);
  });

  it('are counted', () => {
    const { notes } = convert(
      { file: 'old', text: `router_id\nomega\n${router('')}` },
      'keepalived',
      noFiles,
    );
    expect(formatTally(notes)).toBe('2 notes: 1 harmless, 1 look, 0 dangerous');
    expect(formatTally([])).toBe('0 notes: 0 harmless, 0 look, 0 dangerous');
    expect(gradeNames).toEqual(['harmless', 'look', 'dangerous']);
  });
});

describe('a file without anything to use', () => {
  it.each([
    ['keepalived', ''],
    ['keepalived', 'To whom it may concern:\nthis is a letter.\n'],
    ['keepalived', 'global_defs {\nrouter_id x\n}\n'],
    ['keepalived', 'vrrp_instance A {\ninterface eth0\nversion 3\nvirtual_router_id 5\n}\n'],
    ['ipvsadm', 'echo hello'],
    ['ldirectord', 'checktimeout\n'],
  ] as const)('%s: %j is an error', (format, text) => {
    const { problem } = convert({ file: 'old', text }, format, noFiles);
    expect(problem).toMatchObject({
      severity: 'error',
      message: expect.stringMatching(/^Cannot convert: expected services or virtual routers .*, got none/),
    });
  });
});
