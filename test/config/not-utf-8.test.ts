// Files that are not UTF-8: YAML has to be; an ldirectord.cf is bytes, which are compared and sent as they are.
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { checkOf, servicesReading } from '../../src/model/checks/services.ts';
import { decodeText, encodeText } from '../../src/net/raw-bytes.ts';
import { environment } from '../make/environment.ts';

const latin1 = (text: string): string => decodeText(Buffer.from(text, 'latin1'));
const problemsOf = (text: string, file: string) =>
  parseConfig(latin1(text), file, environment).problems.map(
    ({ severity, at, message }) => `${at.line}:${at.column}: ${severity}: ${message}`,
  );

describe('a YAML that is not UTF-8', () => {
  it('is refused with the place and the byte, and nothing else is said', () => {
    expect(problemsOf('# comment\nvirtual: []\n  # caf\xe9 \xff\n', 'a.yaml')).toEqual([
      '3:8: error: Cannot read YAML: expected UTF-8, got the byte 0xE9',
    ]);
  });
});

const cf = (...lines: readonly string[]) =>
  [
    'virtual=10.0.0.1:80',
    '\treal=10.0.0.2:80 gate',
    '\tservice=http',
    ...lines.map((line) => `\t${line}`),
    '',
  ].join('\n');

describe('an ldirectord.cf that is not UTF-8', () => {
  it('may have any bytes in its comments', () => {
    expect(problemsOf(`# caf\xe9\n${cf()}`, 'a.cf').filter((each) => each.includes('error'))).toEqual([]);
  });
  it('keeps the bytes of receive and request', () => {
    const text = latin1(cf('request="/caf\xe9"', 'receive="ouvert \xe0 tous"'));
    const [virtual] = parseConfig(text, 'a.cf', environment).config?.virtuals ?? [];
    expect(encodeText(virtual?.request ?? '').toString('latin1')).toBe('/caf\xe9');
    expect(encodeText(virtual?.receive ?? '').toString('latin1')).toBe('ouvert \xe0 tous');
  });
  it('is refused where a value is text', () => {
    expect(problemsOf(cf('passwd="caf\xe9"'), 'a.cf').join()).toContain(
      'error: Cannot read passwd: expected UTF-8, got the byte 0xE9',
    );
  });
});

describe('a request that is no text', () => {
  it.each(servicesReading('request'))('of %s is sent as it is, or refused', (service) => {
    const text = [
      'virtual=10.0.0.1:80',
      '\treal=10.0.0.2:80 gate',
      `\tservice=${service}`,
      '\trequest="/caf\xe9"',
      '',
    ];
    const kind = checkOf(service);
    const errors = problemsOf(text.join('\n'), 'a.cf').filter((each) => each.includes(': error: '));
    const isText = kind === 'dns' || kind === 'ldap' || kind === 'sql' || kind === 'grpc';
    const refusal = `4:10: error: Cannot send request: expected UTF-8, as ${service} is asked in text, got the byte 0xE9`;
    expect(errors).toEqual(isText ? [refusal] : []);
  });
  it('is refused of one server too', () => {
    const text = [
      'virtual=10.0.0.1:53',
      '\treal=10.0.0.2:53 gate "caf\xe9", "x"',
      '\tservice=dns',
      '\tprotocol=udp',
      '',
    ];
    expect(problemsOf(text.join('\n'), 'a.cf').join()).toContain(
      'error: Cannot send request: expected UTF-8, as dns is asked in text, got the byte 0xE9',
    );
  });
});
