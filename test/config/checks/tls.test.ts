import { describe, expect, it } from 'vitest';
import type { TlsFault, TlsUse } from '../../../src/model/config/environment.ts';
import { parseCfText, parseYamlText, problemLines } from '../../make/environment.ts';

const service = (lines: string) => `virtual:
  - address: 10.0.0.1:443
    service: https
    real: [10.0.0.2:443 masq]
${lines.replaceAll(/^/gm, '    ')}
`;
const virtualOf = (lines: string) => parseYamlText(service(lines)).config?.virtuals[0];

describe('the keys of TLS', () => {
  it('are what the check brings', () => {
    const lines = 'cert: /c.pem\nkey: /k.pem\ntls_min_version: 1.3\nciphers: HIGH:!aNULL';
    expect(virtualOf(lines)).toMatchObject({
      tls: { certFile: '/c.pem', keyFile: '/k.pem', minVersion: '1.3', ciphers: 'HIGH:!aNULL' },
    });
    expect(virtualOf('verify: no')).not.toHaveProperty('tls');
  });
  it.each([
    ['1.0', '1.0'],
    ['1.1', '1.1'],
    ['"1.2"', '1.2'],
    ['TLSv1', '1.0'],
    ['TLSv1.3', '1.3'],
    ['TLS1.2', '1.2'],
  ])('tls_min_version: %s is %s', (word, minVersion) => {
    expect(virtualOf(`tls_min_version: ${word}`)).toMatchObject({ tls: { minVersion } });
  });
  it.each(['1.4', 'SSLv3', 'yes', '12'])('tls_min_version: %s is none', (word) => {
    expect(problemLines(parseYamlText(service(`tls_min_version: ${word}`)))).toEqual([
      `5:22: Cannot read virtual 1 tls_min_version: expected a version of TLS: 1.0, 1.1, 1.2, 1.3, got ${word}`,
    ]);
  });
  it('stand in an ldirectord.cf too', () => {
    const text = `virtual=10.0.0.1:443
	real=10.0.0.2:443 masq
	service=https
	cert=/etc/ssl/check.pem
	tls_min_version=1.0
	ciphers=AES128-SHA:DEFAULT@SECLEVEL=0
`;
    expect(parseCfText(text).config?.virtuals[0]).toMatchObject({
      tls: { certFile: '/etc/ssl/check.pem', minVersion: '1.0', ciphers: 'AES128-SHA:DEFAULT@SECLEVEL=0' },
    });
  });
});

describe('what the host says of them', () => {
  const judged = (lines: string, faults: readonly TlsFault[]) => {
    const asked: TlsUse[] = [];
    const result = parseYamlText(service(lines), {
      judgeTls: (use) => {
        asked.push(use);
        return faults;
      },
    });
    return { asked, lines: problemLines(result), isGood: result.config !== undefined };
  };
  const rule = 'a readable file';

  it('is asked for once for each set of files, and never where there are none', () => {
    const entry =
      '  - address: 10.0.0.1:443\n    service: https\n    cert: /c.pem\n    real: [10.0.0.2:443 masq]\n';
    let asked = 0;
    const judgeTls = () => {
      asked += 1;
      return [];
    };
    parseYamlText(`virtual:\n${entry}${entry.replace('0.1', '0.9')}`, { judgeTls });
    expect(asked).toBe(1);
    parseYamlText(service('tls_min_version: 1.3'), { judgeTls });
    expect(asked).toBe(1);
  });
  it('is an error at the key that is wrong', () => {
    const both = 'cert: /c.pem\nkey: /k.pem';
    expect(judged(both, [{ key: 'key', rule: 'the key of /c.pem', got: 'another one' }])).toEqual({
      asked: [{ certFile: '/c.pem', keyFile: '/k.pem' }],
      lines: ['6:10: Cannot use key: expected the key of /c.pem, got another one'],
      isGood: false,
    });
    expect(judged('cert: /c.pem', [{ key: 'key', rule: 'a key', got: 'none' }]).lines).toEqual([
      '5:11: Cannot use key: expected a key, got none',
    ]);
    expect(judged('ciphers: NOPE', [{ key: 'ciphers', rule: 'known names', got: 'NOPE' }])).toMatchObject({
      lines: ['5:14: Cannot use ciphers: expected known names, got NOPE'],
      isGood: false,
    });
  });
  it('is a warning of authorities, which are read anew by each check', () => {
    expect(judged('verify: yes\nca: /ca.pem', [{ key: 'ca', rule, got: 'ENOENT' }])).toMatchObject({
      lines: ['6:9: warning: Cannot read ca: expected a readable file, got ENOENT'],
      isGood: true,
    });
  });
});
