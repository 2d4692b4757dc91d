import { describe, expect, it } from 'vitest';
import { parseHostName } from '../../src/net/host-name.ts';

describe('the name of a host (RFC 1035 §2.3.4)', () => {
  it.each([
    ['web', 'web'],
    ['Web.Example.COM', 'web.example.com'],
    ['web.example.com.', 'web.example.com.'],
    ['_http._tcp.example', '_http._tcp.example'],
    ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['1und1.example', '1und1.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('may be %s', (text, name) => expect(parseHostName(text)).toBe(name));

  it.each([
    '',
    '.',
    '10.0.0.300',
    '999',
    '1.2.3.',
    '0x10.1.1.1',
    'web.0x1f',
    'web.80',
    'a..b',
    '.a',
    '-a.example',
    'a-.example',
    'a b',
    'a/b',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(128)}`,
    'a:80',
    'münchen.example',
  ])('is not %j', (text) => expect(parseHostName(text)).toBeUndefined());
});
