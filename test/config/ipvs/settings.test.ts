import { describe, expect, it } from 'vitest';
import { parseYamlText as read } from '../../make/environment.ts';

const ipvsOf = (text: string) => {
  const { config, problems } = read(text);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return config?.ipvs;
};
const messages = (text: string) =>
  read(text).problems.map(({ at, message }) => `${at.line}:${at.column}: ${message}`);
const router = (name: string, vrid: number) =>
  `  - {name: ${name}, interface: eth0, virtual_router_id: ${vrid}, virtual_ipaddress: [10.0.${vrid}.9]}\n`;

describe('ipvs timeout', () => {
  it('is in whole seconds, each for itself', () => {
    expect(ipvsOf('ipvs: {timeout: {tcp: 15m, tcpfin: 90}}')?.timeouts).toEqual({ tcp: 900, tcpfin: 90 });
    expect(ipvsOf('ipvs: {foreign: keep}')).toEqual({ resyncIntervalMs: 5000, foreign: 'keep' });
  });

  it.each(['0', '500ms', '30d', 'soon'])('refuses %s', (value) => {
    expect(messages(`ipvs: {timeout: {udp: ${value}}}`)[0]).toMatch(
      /^1:23: Cannot read ipvs timeout udp: expected a time/,
    );
  });
});

describe('ipvs sysctl', () => {
  it('takes names with and without their prefix, and words for 0 and 1', () => {
    const text = `ipvs:
  sysctl: {conntrack: yes, net.ipv4.vs.expire_nodest_conn: 1, net/ipv4/vs/snat_reroute: off, sync_threshold: "3  50"}`;
    expect(ipvsOf(text)?.sysctl).toEqual({
      ...{ conntrack: '1', expire_nodest_conn: '1', snat_reroute: '0', sync_threshold: '3 50' },
    });
  });

  it('has a word for a slip of the keyboard', () => {
    expect(messages('ipvs: {sysctl: {contrack: 1}}')).toEqual([
      '1:17: Cannot read ipvs sysctl: expected a known key (did you mean "conntrack"?), got "contrack"',
    ]);
    expect(messages('ipvs: {sysctl: {net.ipv4.vs.contrack: 1}}')[0]).toContain('did you mean "conntrack"?');
    expect(messages('ipvs: {sysctl: {net.ipv4.ip_forward: 1}}')[0]).toContain('got "net.ipv4.ip_forward"');
  });

  it('refuses a setting that stands twice under two names', () => {
    expect(messages('ipvs: {sysctl: {conntrack: 1, net.ipv4.vs.conntrack: 0}}')).toEqual([
      '1:31: Cannot read ipvs sysctl: expected each key once, got "net.ipv4.vs.conntrack"',
    ]);
  });

  it.each([
    ['conntrack', '2', '0 or 1'],
    ['drop_entry', '4', 'a whole number from 0 to 3'],
    ['est_nice', '-21', 'a whole number from -20 to 19'],
    ['conn_lfactor', '9', 'a whole number from -8 to 8'],
    ['svc_lfactor', '-9', 'a whole number from -8 to 8'],
    ['conn_max', '1073741825', 'a whole number from 0 to 1073741824'],
    ['sync_ports', '3', '1, 2, 4, 8, 16, 32 or 64'],
    ['sync_threshold', '50 3', 'two numbers, the first below the second ("3 50"), or the second 0'],
    ['sync_threshold', '3', 'two numbers, the first below the second ("3 50"), or the second 0'],
    ['est_cpulist', 'all', 'CPUs as numbers and ranges with commas between ("0-3,8")'],
    ['sync_qlen_max', '2147483648', 'a whole number from 0 to 2147483647'],
    ['lblc_expiration', '2147484', 'a whole number from 0 to 2147483'],
  ])('refuses %s %s', (name, value, rule) => {
    expect(messages(`ipvs: {sysctl: {${name}: "${value}"}}`)).toEqual([
      `1:${19 + name.length}: Cannot read ipvs sysctl ${name}: expected ${rule}, got ${value}`,
    ]);
  });

  it('is one value for each director where that is asked for', () => {
    const text = 'ipvs: {sysctl: {sync_ports: {lvs1: 2, lvs2: 4}}}';
    const { config } = read(text, { director: 'lvs2' });
    expect(config?.ipvs.sysctl).toEqual({ sync_ports: '4' });
  });
});

describe('ipvs sync', () => {
  const one = `vrrp:\n${router('VI_1', 51)}`;
  const two = `${one}${router('VI_2', 52)}`;

  it('follows the only virtual router, under its number', () => {
    expect(ipvsOf(`${one}ipvs: {sync: {interface: eth1}}`)?.sync).toEqual({
      ...{ mode: 'role', instance: 'VI_1', interface: 'eth1', syncId: 51 },
      ...{ maxlen: 0, group: '224.0.0.81', port: 8848, ttl: 1 },
    });
  });

  it('follows the one that is named, with what is given', () => {
    const sync = '{interface: eth1, instance: VI_2, id: 0, maxlen: 1400, group: "ff02::81", port: 9, ttl: 8}';
    expect(ipvsOf(`${two}ipvs: {sync: ${sync}}`)?.sync).toEqual({
      ...{ mode: 'role', instance: 'VI_2', interface: 'eth1', syncId: 0 },
      ...{ maxlen: 1400, group: 'ff02::81', port: 9, ttl: 8 },
    });
  });

  it('is both where there is no virtual router, or where that is asked for', () => {
    expect(ipvsOf('ipvs: {sync: {interface: eth1}}')?.sync).toMatchObject({ mode: 'both', syncId: 0 });
    expect(ipvsOf(`${two}ipvs: {sync: {interface: eth1, mode: both}}`)?.sync).toMatchObject({
      ...{ mode: 'both', syncId: 51 },
    });
  });

  it.each([
    [
      'several and none named',
      two,
      '{interface: eth1}',
      'synchronise connections: expected instance, as there are several virtual routers (VI_1, VI_2), got nothing',
    ],
    [
      'one that is not there',
      two,
      '{interface: eth1, instance: VI_3}',
      'use instance: expected a virtual router of this file (did you mean "VI_1"?), got VI_3',
    ],
    [
      'a role without a router',
      '',
      '{interface: eth1, mode: role}',
      'synchronise connections: expected a virtual router whose role it could follow, or mode both, got nothing',
    ],
    [
      'a router that does not matter',
      one,
      '{interface: eth1, mode: both, instance: VI_1}',
      'use instance: expected mode role, as with both the daemons follow no virtual router, got VI_1',
    ],
    [
      'no interface',
      one,
      '{id: 1}',
      'read ipvs sync interface: expected an interface name of 1 to 15 characters, got nothing',
    ],
    [
      'an id that does not fit',
      one,
      '{interface: eth1, id: 256}',
      'read ipvs sync id: expected a whole number from 0 to 255, got 256',
    ],
    [
      'a group that is no group',
      one,
      '{interface: eth1, group: 10.0.0.1}',
      'read ipvs sync group: expected a multicast address, IPv4 or IPv6, got 10.0.0.1',
    ],
    [
      'more than IPv6 can hold',
      one,
      '{interface: eth1, group: "ff02::81", maxlen: 65500}',
      'use maxlen: expected at most 65487 with a group of IPv6, got 65500',
    ],
  ])('refuses %s', (_, vrrp, sync, message) => {
    expect(
      messages(`${vrrp}ipvs: {sync: ${sync}}`).map((each) => each.replace(/^\d+:\d+: Cannot /, '')),
    ).toEqual([message]);
  });
});
