// What looks like a secret is hidden wherever it stands, and nothing else is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideLikely, likelySecrets } from '../../src/net/hide-secrets.ts';

const names = [
  'passwd',
  'Password',
  'pasword',
  'pass',
  'pswd',
  'PWD',
  'passphrase',
  'passcode',
  'secret',
  'Token',
];
const more = ['access_token', 'auth-pass', 'Authorization', 'Cookie', 'set-cookie', 'credentials', 'api-key'];
const most = ['x.shared_key', 'session-id', 'SIGNATURE', 'db_password', 'ſecret', 'toKen'];
const joints = [
  ':',
  ': ',
  '=',
  '=>',
  '%3d',
  ' ',
  '"',
  "'",
  ' \t',
  '--',
  '-',
  '//',
  '@',
  '/',
  '?',
  '&',
  '\n',
  ',',
];
const words = [
  'hunter2',
  'Basic',
  'bearer ',
  'dXNlcjpwdw==',
  'http:',
  'user',
  '10.9.0.1:80',
  'web',
  'k',
  'up',
];

describe('hideLikely', () => {
  it.each([...names, ...more, ...most])('hides what follows %s', (name) => {
    for (const text of [
      `${name}: hunter2`,
      `${name}=hunter2`,
      `a "${name}":"hunter2" b`,
      `x --${name} hunter2`,
    ])
      expect(hideLikely(text), text).not.toContain('hunter2');
  });

  it.each(['Authorized by Basic dXNlcjpwdw==', 'bearer abcdefgh1', 'http://user:hunter2@host/'])(
    'hides in %s',
    (text) => {
      expect(hideLikely(text)).not.toMatch(/dXNlcjpwdw|abcdefgh1|hunter2/);
    },
  );

  it('leaves the rule of a complaint', () => {
    const text = 'a.yaml:10:90: Cannot read virtual 1 passwd: expected a readable file at /run/x, got ENOENT';
    expect(hideLikely(text)).toBe(text);
    expect(hideLikely('passwd: expected')).toBe('passwd: ***');
    expect(hideLikely('passwd=expected x')).toBe('passwd=*** x');
  });

  it('leaves out no text in which a secret can be found', () => {
    const text = fc
      .array(fc.constantFrom(...names, ...more, ...most, ...joints, ...words), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (each) => {
        expect(hideLikely(each) !== each).toBe(likelySecrets(each).length > 0);
      }),
      { numRuns: 5000 },
    );
  });
});
