import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/format-problem.ts';
import { parseRealFile, type RealFileResult } from '../../src/config/real-file.ts';
import { ip } from '../../src/net/ip.ts';
import { aVirtual } from '../make/a-virtual.ts';
import { cpuMsOf } from '../make/cpu-time.ts';
import { environment } from '../make/environment.ts';

const read = (text: string, virtual = aVirtual()): RealFileResult =>
  parseRealFile(text, { path: '/fleet.yaml', virtual, director: 'lvs1', environment });
const problemsOf = (text: string) => read(text).problems.map(formatProblem);
const linesOf = ({ servers }: RealFileResult) => [
  ...(servers?.reals ?? []).map(
    ({ address, port, forward, weight }) => `${address} ${port} ${forward} ${weight}`,
  ),
  ...(servers?.namedReals ?? []).map(
    ({ name, port, forward, weight }) => `${name} ${port} ${forward} ${weight}`,
  ),
];

describe('a real_file', () => {
  it('lists servers as `real` does: lines, maps, ranges, names', () => {
    const text = `- 10.0.0.2:80 gate 5
- {address: "10.0.0.3:http", forward: masq, weight: 2}
- 10.0.0.4->10.0.0.5:80 gate
- Web.Example.com:80 gate 7
`;
    expect(linesOf(read(text))).toEqual([
      '10.0.0.2 80 gate 5',
      '10.0.0.3 80 masq 2',
      '10.0.0.4 80 gate 1',
      '10.0.0.5 80 gate 1',
      'web.example.com 80 gate 7',
    ]);
  });

  it.each([
    ['JSON', '{"real": ["10.0.0.2:80 gate", {"address": "10.0.0.3:80", "forward": "gate", "weight": 3}]}'],
    ['a list of JSON', '["10.0.0.2:80 gate", {"address": "10.0.0.3:80", "forward": "gate", "weight": 3}]'],
    ['a map of YAML', 'real:\n- 10.0.0.2:80 gate\n- address: 10.0.0.3:80\n  forward: gate\n  weight: 3\n'],
    [
      'a byte order mark before it',
      '\uFEFF- 10.0.0.2:80 gate\n- {address: "10.0.0.3:80", forward: gate, weight: 3}\n',
    ],
  ])('may be %s', (_, text) => {
    expect(linesOf(read(text))).toEqual(['10.0.0.2 80 gate 1', '10.0.0.3 80 gate 3']);
  });

  it('may have one value for each director', () => {
    expect(linesOf(read('- {address: 10.0.0.2, weight: {lvs1: 9, lvs2: 1}}'))).toEqual(['10.0.0.2 0 gate 9']);
  });

  it('knows where each server stands', () => {
    expect(read('real:\n  - 10.0.0.2 gate\n').servers?.reals[0]?.at).toEqual({
      ...{ file: '/fleet.yaml', line: 2, column: 5 },
    });
  });

  it.each([['[]'], ['real: []'], ['{"real": []}']])('without servers says so: %s', (text) => {
    expect(read(text)).toEqual({ servers: { reals: [], namedReals: [] }, problems: [] });
  });

  const rule =
    'Cannot read real_file: expected a list of servers, or a map with one under real ([] where there are none), got';
  it.each([
    ['nothing', '', `/fleet.yaml:1:1: ${rule} nothing`],
    ['a comment alone', '# soon\n', `/fleet.yaml:1:1: ${rule} nothing`],
    ['null', 'null', `/fleet.yaml:1:1: ${rule} nothing`],
    ['no list under real', 'real:\n', `/fleet.yaml:1:1: ${rule} another map`],
    ['another key', 'virtual: []\n', `/fleet.yaml:1:1: ${rule} another map`],
    ['a key beside it', 'real: []\nmore: 1\n', `/fleet.yaml:1:1: ${rule} another map`],
    ['a text', '10.0.0.2 gate', `/fleet.yaml:1:1: ${rule} nothing`],
    ['half of JSON', '["10.0.0.2:80 gate", "10.0', '/fleet.yaml:2:1: Cannot parse YAML'],
    [
      'an unknown key',
      '- {address: 10.0.0.2, wieght: 3}',
      '/fleet.yaml:1:23: Cannot read real 1: expected a known key',
    ],
    [
      'a bad weight',
      '- 10.0.0.2 gate\n- {address: 10.0.0.3, weight: x}',
      '/fleet.yaml:2:31: Cannot read real 2 weight',
    ],
    [
      'another family',
      '- "[fd00::2]:80 gate"',
      '/fleet.yaml:1:3: Cannot use server: expected an IPv4 server',
    ],
    [
      'half a pair',
      '- {address: 10.0.0.2, request: /a}',
      '/fleet.yaml:1:32: Cannot use request of one server',
    ],
    ['no port', '- 10.0.0.2:nosuch gate', '/fleet.yaml:1:3: Cannot use real server: expected a port'],
    [
      'a pattern that does not compile',
      '- {address: 10.0.0.2, request: /a, receive: "("}',
      '/fleet.yaml:1:45: Cannot compile receive',
    ],
  ])('with %s is none, and says where', (_, text, problem) => {
    const result = read(text);
    expect(result.servers).toBeUndefined();
    expect(result.problems.map(formatProblem).join('\n')).toContain(problem);
  });

  it('has ten thousand servers at most, ranges counted out', () => {
    const line = (i: number) => `- 10.${i >> 8}.${i & 255}.1 gate\n`;
    const many = (count: number) => Array.from({ length: count }, (_, i) => line(i)).join('');
    expect(read(many(10_000)).servers?.reals).toHaveLength(10_000);
    expect(problemsOf(many(10_001))[0]).toContain('at most 10000 servers, got 10001');
    const ranges = ['10.1.0.0->10.1.15.255', '10.2.0.0->10.2.15.255', '10.3.0.0->10.3.15.255'];
    expect(problemsOf(ranges.map((range) => `- ${range} gate\n`).join(''))[0]).toContain('got 12288');
  });

  it('warns of what cannot work, and counts all the same', () => {
    const result = read('- 10.0.0.2:81 gate\n- 127.0.0.1:80 masq\n');
    expect(linesOf(result)).toHaveLength(2);
    expect(result.problems.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
  });

  it('of an IPv6 service has IPv6 servers', () => {
    const six = aVirtual({ id: { kind: 'address', protocol: 'tcp', address: ip('fd00::1'), port: 80 } });
    expect(linesOf(read('- "[fd00::2]:80 gate"\n- web gate\n', six))).toEqual([
      'fd00::2 80 gate 1',
      'web 0 gate 1',
    ]);
  });

  it('is not blown up by aliases of aliases', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...[...'bcdefgh'].map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefg'[i]}`)}]`),
    ];
    const tookMs = cpuMsOf(() => {
      expect(read(bomb.join('\n')).servers).toBeUndefined();
      expect(read(`- &s 10.0.0.2 gate\n${'- *s\n'.repeat(20_000)}`).servers).toBeUndefined();
    });
    expect(tookMs).toBeLessThan(2000);
  });

  it('is good or has an error, whatever it holds; never both, and nothing is thrown', () => {
    const part = fc.constantFrom(
      '- ',
      '10.0.0.2',
      ' gate',
      ':80',
      '\n',
      '{',
      '}',
      '[',
      ']',
      'real:',
      '"',
      'weight: 3',
      ', ',
      '&a ',
      '*a',
      '# x',
      '\t',
      'web',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 20 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const { servers, problems } = read(text);
          expect(servers === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('what has no effect in a real_file', () => {
  it('is told of its checks as of those of the service', () => {
    expect(
      problemsOf('- {address: 10.0.0.2, checks: [{service: smtp, dns_type: A}, {checktype: connect}]}'),
    ).toEqual(['/fleet.yaml:1:58: warning: Cannot use dns_type: expected service dns, got smtp']);
    expect(problemsOf('- {address: 10.0.0.2, checks: [{checktype: external}]}')).toEqual([
      '/fleet.yaml:1:44: warning: Cannot learn anything from the check: expected checkcommand or misc_path beside it, got external alone',
    ]);
  });
  it('is told of the words of one server', () => {
    const virtual = aVirtual({ checktype: { kind: 'connect' } });
    const { problems } = read('- {address: 10.0.0.2, request: /a, receive: b}', virtual);
    expect(problems.map(formatProblem)).toEqual([
      '/fleet.yaml:1:32: warning: Cannot use request of one server: expected a check that has a request, got http by connect',
    ]);
  });
  it('is not told where the service has what a check of the file lacks', () => {
    const virtual = aVirtual({ miscPath: ['/bin/true'] });
    expect(read('- {address: 10.0.0.2, checks: [{checktype: external}]}', virtual).problems).toEqual([]);
  });
});
