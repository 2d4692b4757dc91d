import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { oddInetAddress, parseInetAton } from '../../src/net/inet-aton.ts';

const words = [
  '0',
  '1',
  '9',
  '08',
  '010',
  '0x1f',
  '0x',
  '255',
  '256',
  '65535',
  '65536',
  '16777216',
  '4294967295',
  '4294967296',
  '',
  'x',
  '-1',
];
const texts = [
  ...words,
  ...words.flatMap((a) => words.map((b) => `${a}.${b}`)),
  ...words.flatMap((a) => [`10.${a}.7`, `10.0.0.${a}`, `${a}.2.3.4`]),
];

describe('a numeric address', () => {
  it('is what inet_aton takes', () => {
    const program =
      'use Socket; print join(",", map { my $a = /^$/ ? undef : inet_aton($_); $a && /^[\\da-fx.]+$/i ? inet_ntoa($a) : "-" } @ARGV)';
    const theirs = execFileSync('perl', ['-e', program, ...texts.map((text) => text || '')], {
      encoding: 'utf8',
    });
    expect(texts.map((text) => parseInetAton(text) ?? '-').join()).toBe(theirs);
  });
  it('is odd where it is not four decimal numbers', () => {
    expect(['10.0.0.1', '10.1', 'a', '1.2.3.010'].map(oddInetAddress)).toEqual([
      undefined,
      '10.0.0.1',
      undefined,
      '1.2.3.8',
    ]);
  });
});
