import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flag, formatDuration, parseDuration, whole } from '../../../src/config/values/scalars.ts';
import { parseHostPort, parseRealText } from '../../../src/config/values/server-text.ts';
import { didYouMean } from '../../../src/config/values/suggest.ts';
import { cpuMsOf } from '../../make/cpu-time.ts';

describe('a duration', () => {
  it.each([
    ['5', 5000],
    ['0', 0],
    ['1.5', 1500],
    ['500ms', 500],
    ['40.95s', 40_950],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['1.005 s', 1005],
  ])('%s is %i ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '-1', '1.5ms', 's', '5 sec', '1e3', '0x5', '.5', '1,5', ' 5'])('is not "%s"', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.nat(400_000_000), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe('a whole number and a flag', () => {
  it.each(['', '-1', '1.0', '0x10', '1e2', ' 5', '256', '99999999999'])('is not "%s" up to 255', (text) =>
    expect(whole(0, 255).safeParse(text).success).toBe(false),
  );
  it('takes the spellings of YAML', () => {
    const values = ['yes', 'No', 'TRUE', 'false', 'on', 'off'].map((text) => flag().parse(text));
    expect(values).toEqual([true, false, true, false, true, false]);
  });
});

describe('did you mean', () => {
  const known = ['checkinterval', 'receive', 'real', 'quiescent', 'ops'];
  it.each([
    ['recieve', 'receive'],
    ['chekinterval', 'checkinterval'],
    ['quiecsent', 'quiescent'],
    ['Real', 'real'],
    ['opps', 'ops'],
  ])('%s: %s', (word, meant) => expect(didYouMean(word, known)).toBe(` (did you mean "${meant}"?)`));
  it.each(['colour', 'x', ''])('nothing for "%s"', (word) => expect(didYouMean(word, known)).toBe(''));
});

describe('a server as text', () => {
  it.each([
    ['192.168.6.2:80', { host: '192.168.6.2', port: '80' }],
    ['www.example.org:http', { host: 'www.example.org', port: 'http' }],
    ['[fd00::2]:80', { host: 'fd00::2', port: '80' }],
    ['fd00::2', { host: 'fd00::2' }],
    ['10.0.0.2->10.0.0.9:80', { host: '10.0.0.2', lastHost: '10.0.0.9', port: '80' }],
    ['a->b', { host: 'a', lastHost: 'b' }],
  ])('%s', (text, parsed) => expect(parseHostPort(text)).toEqual(parsed));
  it.each(['', ':80', '10.0.0.2:', '10.0.0.2:80:90', '[10.0.0.2', 'a b', '10.0.0.2 -> 10.0.0.9'])(
    'not "%s"',
    (text) => expect(parseHostPort(text)).toBeUndefined(),
  );

  it('has method, weight, a pair of texts and thresholds in that order', () => {
    expect(parseRealText('10.0.0.2:80 masq 5 "GET x", "a b" l:10 u:20')).toEqual({
      address: '10.0.0.2:80',
      forward: 'masq',
      weight: '5',
      request: 'GET x',
      receive: 'a b',
      lower_threshold: '10',
      upper_threshold: '20',
    });
  });
  it('of any length is read at once', () => {
    const text = `10.0.0.2 gate${' '.repeat(200_000)}x`;
    expect(cpuMsOf(() => parseRealText(text))).toBeLessThan(1000);
  });
  it('takes digits in quotes for no weight', () => {
    expect(parseRealText('10.0.0.2 gate "a 3", "4"')).toEqual({
      address: '10.0.0.2',
      forward: 'gate',
      request: 'a 3',
      receive: '4',
    });
  });
  it.each([
    '10.0.0.2',
    '10.0.0.2 GATE',
    '10.0.0.2 gate 1.5',
    '10.0.0.2 gate "a" , "b"',
    '10.0.0.2 gate 1 "a"',
    '10.0.0.2 gate 1 x',
    '10.0.0.2 gated',
  ])('is not "%s"', (text) => expect(parseRealText(text)).toHaveProperty('leftover'));
});
