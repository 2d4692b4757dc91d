// Facts in, findings out: a healthy director has none; whole families of settings, each judged as the kernel judges it.
import { describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/examine.ts';
import type { Facts } from '../../src/doctor/facts.ts';
import { effectiveFilter } from '../../src/doctor/findings/reverse-path.ts';
import { ip } from '../../src/net/ip.ts';
import { doctorFacts, vip } from '../make/doctor-facts.ts';

const namesIn = (facts: Facts) => examine(facts).findings.map(({ name }) => name);

describe('a healthy director', () => {
  it('has no finding, and is told what was looked at', () => {
    const { findings, looked, unlooked } = examine(doctorFacts());
    expect(findings).toEqual([]);
    expect(unlooked).toEqual(['what is heard of peers: no daemon answers here with this config']);
    expect(looked).toContain('forwarding and redirects');
  });
});

describe('rp_filter', () => {
  const values = ['0', '1', '2'];
  const cases = values.flatMap((all) => values.map((own) => [all, own] as const));
  it.each(cases)('all %s and eth0 %s: the larger counts', (all, own) => {
    const healthy = doctorFacts();
    const sysctls = {
      ...healthy.sysctls,
      'net/ipv4/conf/all/rp_filter': all,
      'net/ipv4/conf/eth0/rp_filter': own,
    };
    const larger = Math.max(Number(all), Number(own));
    expect(effectiveFilter(sysctls, 'eth0')).toBe(larger);
    // By the same device nothing is lost, whatever it is.
    expect(namesIn({ ...healthy, sysctls })).toEqual([]);
    const routes = { ...healthy.routes, default: { device: 'eth1' } };
    const { findings } = examine({ ...healthy, sysctls, routes });
    expect(findings.map(({ name }) => name)).toEqual(larger === 1 ? ['rp-filter'] : []);
    for (const { services, command = '' } of findings) {
      expect(services).toEqual(['tcp 10.7.0.240:80']);
      const [, key = '', value = ''] = /^sysctl -w (\S+)=(\d)$/.exec(command) ?? [];
      expect(namesIn({ ...healthy, routes, sysctls: { ...sysctls, [key]: value } })).toEqual([]);
    }
  });
});

describe('settings of the kernel', () => {
  const key = (device: string) => `net/ipv4/conf/${device}/send_redirects`;
  it.each(['default', 'lo'])('minds nothing of %s, by which nothing leaves now', (device) => {
    const healthy = doctorFacts();
    expect(namesIn({ ...healthy, sysctls: { ...healthy.sysctls, [key(device)]: '1' } })).toEqual([]);
  });
  it.each(['all', 'eth0', 'eth1'].map(key))('names %s', (key) => {
    const healthy = doctorFacts();
    const [finding, ...more] = examine({ ...healthy, sysctls: { ...healthy.sysctls, [key]: '1' } }).findings;
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ name: 'send-redirects', command: `sysctl -w ${key}=0` });
  });
  it('asks nothing of those that no service needs', () => {
    const healthy = doctorFacts({ sysctls: {} });
    expect(namesIn({ ...healthy, config: { ...healthy.config, virtuals: [] } })).toEqual([]);
  });
});

describe('floating addresses', () => {
  it.each([
    ['eth0', 32, []],
    ['eth0', 24, ['vip-prefix']],
    ['lo', 32, ['vip-on-lo']],
    ['eth1', 32, ['vip-on-other-device']],
  ] as const)('on %s with /%i', (device, length, expected) => {
    const healthy = doctorFacts();
    const addresses = [...healthy.addresses, { device, address: vip, length }];
    expect(namesIn({ ...healthy, addresses })).toEqual(expected);
  });
  it('leave other addresses alone', () => {
    const addresses = [{ device: 'lo', address: ip('10.7.0.241'), length: 24 }];
    expect(namesIn(doctorFacts({ addresses }))).toEqual([]);
  });
});
