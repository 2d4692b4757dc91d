import { describe, expect, it } from 'vitest';
import { formatRoute, formatRule, parseRoute, parseRule } from '../../src/net/route.ts';

const route = (text: string) => parseRoute(text) ?? expect.fail(`no route: ${text}`);
const rule = (text: string) => parseRule(text) ?? expect.fail(`no rule: ${text}`);

describe('routes', () => {
  it.each([
    ['10.1.0.0/16 via 192.168.6.1', '10.1.0.0/16 via 192.168.6.1'],
    ['default via 192.168.6.1 dev eth1', '0.0.0.0/0 via 192.168.6.1 dev eth1'],
    ['default via fe80::1 dev eth0', '::/0 via fe80::1 dev eth0'],
    ['src 10.0.0.9 to 10.1.0.0/16 via 10.0.0.1', '10.1.0.0/16 via 10.0.0.1 src 10.0.0.9'],
    ['via 10.0.0.1 10.1.0.0/16', '10.1.0.0/16 via 10.0.0.1'],
    ['10.1.0.0/16 dev eth0 table 100 metric 5', '10.1.0.0/16 dev eth0 metric 5 table 100'],
    ['unicast 10.1.0.9 dev eth0 table main', '10.1.0.9/32 dev eth0'],
    ['blackhole 10.1.0.0/16', 'blackhole 10.1.0.0/16'],
    ['unreachable fd00:1::/32 metric 9', 'unreachable fd00:1::/32 metric 9'],
    [
      '10.1.0.0/16 via 10.9.9.9 dev eth0 onlink mtu 1400',
      '10.1.0.0/16 via 10.9.9.9 dev eth0 mtu 1400 onlink',
    ],
  ])('%s', (text, formatted) => {
    expect(formatRoute(route(text))).toBe(formatted);
    expect(route(formatted)).toEqual(route(text));
  });

  it.each([
    ['no destination', 'via 10.0.0.1'],
    ['neither gateway nor device', '10.1.0.0/16'],
    ['two families', '10.1.0.0/16 via fe80::1'],
    ['a source of the other family', '10.1.0.0/16 dev eth0 src fe80::1'],
    ['a gateway to nowhere', 'blackhole 10.1.0.0/16 via 10.0.0.1'],
    ['an unknown word', '10.1.0.0/16 via 10.0.0.1 weight 3'],
    ['a word twice', '10.1.0.0/16 via 10.0.0.1 via 10.0.0.2'],
    ['a word without a value', '10.1.0.0/16 dev'],
    ['a metric beyond 32 bits', '10.1.0.0/16 dev eth0 metric 4294967296'],
    ['table 0', '10.1.0.0/16 dev eth0 table 0'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseRoute(text)).toBeUndefined();
  });
});

describe('rules', () => {
  it.each([
    ['from 192.168.6.240 table 100', 'from 192.168.6.240/32 table 100'],
    ['to 10.1.0.0/16 lookup main pref 7', 'from all to 10.1.0.0/16 table 254 priority 7'],
    ['from all fwmark 0x10/0xff table 9', 'from all fwmark 16/255 table 9'],
    ['iif eth0 oif eth1 table 9', 'from all iif eth0 oif eth1 table 9'],
    ['prohibit from 10.0.0.0/8 priority 3', 'prohibit from 10.0.0.0/8 priority 3'],
  ])('%s', (text, formatted) => {
    expect(formatRule(rule(text))).toBe(formatted);
  });

  it('are of the family of their prefixes, or of IPv6 on demand', () => {
    expect(rule('from fd00::/16 table 9').family).toBe('inet6');
    expect(rule('inet6 fwmark 1 table 9').family).toBe('inet6');
    expect(rule('fwmark 1 table 9').family).toBe('inet');
  });

  it.each([
    ['no table', 'from 10.0.0.1'],
    ['two families', 'from 10.0.0.1 to fd00::1 table 9'],
    ['an unknown word', 'from 10.0.0.1 goto 9'],
  ])('refuses %s', (_, text) => {
    expect(parseRule(text)).toBeUndefined();
  });
});
