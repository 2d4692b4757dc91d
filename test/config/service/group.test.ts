import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGroupAddresses } from '../../../src/config/values/group-addresses.ts';
import { formatServiceId } from '../../../src/model/ipvs.ts';
import { formatEndpoint } from '../../../src/net/endpoint.ts';
import { compareIp, ip } from '../../../src/net/ip.ts';
import { ipRange } from '../../../src/net/ip-range.ts';
import { parseYamlText as read } from '../../make/environment.ts';

const spelled = (text: string) =>
  parseGroupAddresses(text)?.map((member) =>
    'fwmark' in member
      ? `mark ${member.fwmark} ${member.family ?? '-'}`
      : `${member.address.host} ${member.address.port}`,
  );

describe('one entry of addresses', () => {
  it.each([
    ['10.0.0.1:80', ['10.0.0.1 80']],
    ['10.0.0.8-10:80', ['10.0.0.8 80', '10.0.0.9 80', '10.0.0.10 80']],
    ['10.0.0.255-10.0.1.0:0', ['10.0.0.255 0', '10.0.1.0 0']],
    ['10.0.0.1->10.0.0.2:http', ['10.0.0.1 http', '10.0.0.2 http']],
    ['10.0.0.1:80-82', ['10.0.0.1 80', '10.0.0.1 81', '10.0.0.1 82']],
    ['10.0.0.1-2:8-9', ['10.0.0.1 8', '10.0.0.1 9', '10.0.0.2 8', '10.0.0.2 9']],
    ['[2001:db8::9-a]:80', ['2001:db8::9 80', '2001:db8::a 80']],
    ['[2001:db8::1]:80', ['2001:db8::1 80']],
    ['web-1.example.org:http', ['web-1.example.org http']],
    ['fwmark 3', ['mark 3 -']],
    ['fwmark6 3', ['mark 3 inet6']],
  ])('%s', (text, wanted) => expect(spelled(text)).toEqual(wanted));

  it.each([
    ...[
      '10.0.0.1',
      '10.0.0.9-8:80',
      '10.0.0.1-300:80',
      '10.0.0.0-10.0.255.255:80',
      '10.0.0.1:1-65535',
      '10.0.0.1:9-8',
    ],
    ...[
      '10.0.0.1:0-5',
      '10.0.0.1-[::1]:80',
      '2001:db8::1:80',
      '[10.0.0.1]:80',
      '10.0.0:80',
      'fwmark 0',
      'fwmark x',
    ],
    ...['fwmark 4294967296', '[2001:db8::1-2001:db9::1]:80', ':80', '10.0.0.1:', '', '10.0.0.1-:80'],
  ])('refuses "%s"', (text) => expect(parseGroupAddresses(text)).toBeUndefined());

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseGroupAddresses(text)));
  });
});

describe('a range', () => {
  it('has every address between its ends once, in order', () => {
    const range = ipRange(ip('10.0.255.250'), ip('10.1.0.5'), 100) ?? [];
    expect(range).toHaveLength(12);
    expect([...new Set(range)].sort(compareIp)).toEqual(range);
    expect([range[5], range[6]]).toEqual(['10.0.255.255', '10.1.0.0']);
  });

  it('is bounded, goes upwards, and stays in its family', () => {
    expect(ipRange(ip('10.0.0.1'), ip('10.0.0.3'), 3)).toHaveLength(3);
    expect(ipRange(ip('10.0.0.1'), ip('10.0.0.4'), 3)).toBeUndefined();
    expect(ipRange(ip('10.0.0.2'), ip('10.0.0.1'), 3)).toBeUndefined();
    expect(ipRange(ip('0.0.0.1'), ip('::2'), 3)).toBeUndefined();
  });
});

const group = (addresses: string, more = '', reals = '10.1.0.1:80 masq') =>
  `virtual:\n  - addresses: [${addresses}]\n    ${more}\n    real: [${reals}]\n`;
const servicesOf = (text: string) => {
  const { config, problems } = read(text);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return (config?.virtuals ?? []).map(
    ({ id, reals }) => `${formatServiceId(id)} <- ${reals.map(formatEndpoint).join(' ')}`,
  );
};
const errors = (text: string) =>
  read(text).problems.map(({ at, message }) => `${at.line}:${at.column}: ${message}`);

describe('a virtual with addresses', () => {
  it('is as many services with the same servers', () => {
    expect(servicesOf(group('10.0.0.1-2:80, 10.0.0.9:8080, fwmark 3'))).toEqual([
      'tcp 10.0.0.1:80 <- 10.1.0.1:80',
      'tcp 10.0.0.2:80 <- 10.1.0.1:80',
      'tcp 10.0.0.9:8080 <- 10.1.0.1:80',
      'fwmark 3 <- 10.1.0.1:80',
    ]);
  });

  it('of a protocol: that of its addresses', () => {
    expect(
      servicesOf(group('10.0.0.1:80, fwmark 3', 'protocol: sctp')).map((text) => text.split(' <-')[0]),
    ).toEqual(['sctp 10.0.0.1:80', 'fwmark 3']);
    expect(errors(group('fwmark 3', 'protocol: tcp'))[0]).toContain(
      'Cannot use protocol: expected none beside fwmark',
    );
  });

  it('of both families: each service has the servers of its own', () => {
    const reals = '10.1.0.1:80 masq, "[fd00::1]:80 masq"';
    expect(servicesOf(group('10.0.0.1:80, "[2001:db8::1]:80", fwmark6 4', '', reals))).toEqual([
      'tcp 10.0.0.1:80 <- 10.1.0.1:80',
      'tcp [2001:db8::1]:80 <- [fd00::1]:80',
      'fwmark6 4 <- [fd00::1]:80',
    ]);
  });

  it('of both families, with servers of one: tunnels serve the other, and nothing else does', () => {
    const both = '10.0.0.1:80, "[2001:db8::1]:80"';
    expect(servicesOf(group(both, '', '10.1.0.1:80 ipip'))).toEqual([
      'tcp 10.0.0.1:80 <- 10.1.0.1:80',
      'tcp [2001:db8::1]:80 <- 10.1.0.1:80',
    ]);
    expect(errors(group(both))).toEqual([
      '4:12: Cannot use server: expected an IPv6 server, as the service is, got 10.1.0.1',
    ]);
  });

  it('takes the fallback of each family as well', () => {
    const fallback = 'fallback: [127.0.0.1:80, "[::1]:80"]';
    const { config } = read(
      group('10.0.0.1:80, "[2001:db8::1]:80"', fallback, '10.1.0.1:80 masq, "[fd00::1]:80 masq"'),
    );
    expect(config?.virtuals.map(({ fallbacks }) => fallbacks.map(formatEndpoint))).toEqual([
      ['127.0.0.1:80'],
      ['[::1]:80'],
    ]);
  });

  it('refuses what stands twice, with the place of either', () => {
    const text = `${group('10.0.0.1-3:80')}  - {address: 10.0.0.2:80, real: [10.1.0.1:80 masq]}\n`;
    expect(errors(text)).toEqual([
      '5:5: Cannot add virtual service: expected each service once (first in line 2), got tcp 10.0.0.2:80',
    ]);
    expect(errors(group('10.0.0.1-3:80, 10.0.0.3-4:80'))).toEqual([
      '2:32: Cannot add virtual service: expected each service once (first in line 2), got tcp 10.0.0.3:80',
    ]);
  });

  it('refuses addresses beside an address, none, and too many', () => {
    expect(errors(group('10.0.0.1:80', 'address: 10.0.0.2:80'))).toEqual([
      '2:16: Cannot name virtual service: expected addresses alone, got address as well',
    ]);
    expect(errors(group(''))).toContain(
      '2:16: Cannot read virtual 1 addresses: expected at least one address, got an empty list',
    );
    expect(errors(group('10.0.0.0-10.0.15.255:80, 10.1.0.0-10.1.15.255:80'))[0]).toBe(
      '2:16: Cannot name virtual service: expected at most 4096 services in one entry, got 8192',
    );
    expect(errors(group('10.0.0.0-10.0.16.0:80'))[0]).toContain('at most 4096 in one');
  });
});
