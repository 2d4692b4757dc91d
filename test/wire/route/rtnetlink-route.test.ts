import { describe, expect, it } from 'vitest';
import { parseRoute, parseRule } from '../../../src/net/route.ts';
import { encodeRoute, encodeRule } from '../../../src/wire/route/rtnetlink-route.ts';

const route = (text: string, index?: number) =>
  Buffer.from(encodeRoute(parseRoute(text) ?? expect.fail(text), index)).toString('hex');
const rule = (text: string) => Buffer.from(encodeRule(parseRule(text) ?? expect.fail(text))).toString('hex');

describe('routes', () => {
  it('have a header and attributes as the kernel wants them (struct rtmsg)', () => {
    expect(route('10.1.0.0/16 via 10.0.0.1 src 10.0.0.9 metric 5', 3)).toBe(
      ['02100000', 'fe700001', '00000000']
        .concat(['08000100', '0a010000', '08000f00', 'fe000000', '08000500', '0a000001'])
        .concat(['08000400', '03000000', '08000700', '0a000009', '08000600', '05000000'])
        .join(''),
    );
  });

  it('without a gateway have the scope of the link, over IPv6 the universe', () => {
    expect(route('10.1.0.0/16 dev eth0', 3).slice(8, 16)).toBe('fe70fd01');
    expect(route('fd01::/16 dev eth0', 3).slice(8, 16)).toBe('fe700001');
  });

  it('to nowhere have a type of their own', () => {
    const type = (text: string) => route(text).slice(14, 16);
    expect(['blackhole', 'unreachable', 'prohibit'].map((kind) => type(`${kind} 10.0.0.0/8`))).toEqual([
      '06',
      '07',
      '08',
    ]);
  });

  it('lose the bits behind their length, which the kernel refuses', () => {
    expect(route('10.1.2.3/20 dev eth0', 3)).toContain('080001000a010000');
  });

  it('name a table above 255 in an attribute alone', () => {
    expect(route('10.0.0.0/8 dev eth0 table 1000', 3).slice(8, 10)).toBe('00');
    expect(route('10.0.0.0/8 dev eth0 table 1000', 3)).toContain('08000f00e8030000');
  });

  it('carry MTU as a nested metric, and onlink as a flag', () => {
    const bytes = route('default via 10.0.0.1 dev eth0 mtu 1400 onlink', 3);
    expect(bytes.slice(16, 24)).toBe('04000000');
    expect(bytes).toContain('0c000880' + '08000200' + '78050000');
  });
});

describe('rules', () => {
  it('have a header and attributes as the kernel wants them (struct fib_rule_hdr)', () => {
    expect(rule('from 10.0.0.9 fwmark 1/15 priority 7 table 100')).toBe(
      ['02002000', '64000001', '00000000']
        .concat(['08000200', '0a000009', '08000a00', '01000000', '08001000', '0f000000'])
        .concat(['08000600', '07000000', '08000f00', '64000000', '05001500', '70000000'])
        .join(''),
    );
  });

  it('name devices as text', () => {
    expect(rule('iif eth0 table 9')).toContain('09000300' + '6574683000000000');
  });

  it('may end the search', () => {
    expect(rule('unreachable from fd00::/16').slice(0, 16)).toBe('0a00100000000007');
  });
});
