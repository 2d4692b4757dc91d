// Each setting of the kernel beside services that it does something for and beside one that it does nothing for.
import { expect, it } from 'vitest';
import { sysctlSchema } from '../../../src/config/ipvs/sysctl.ts';
import { parseYamlText, warningLines } from '../../make/environment.ts';

const plain = 'address: 10.0.0.1:80, protocol: tcp, real: [10.0.0.2:80 gate]';
const sync = 'sync: {interface: eth0}';
/** Of those that need something: the setting, its value, and a service or more of ipvs that makes it matter. */
type Case = readonly [key: string, value: string, service: string, ipvs?: string];
const cases: readonly Case[] = [
  ['expire_quiescent_template', 'yes', `${plain}, persistent: 60`],
  ['lblc_expiration', '60', `${plain}, scheduler: lblc`],
  ['lblcr_expiration', '60', `${plain}, scheduler: lblcr`],
  ['nat_icmp_send', '1', plain.replace('gate', 'masq')],
  ['snat_reroute', '1', `${plain}, fallback: 10.0.0.9 masq`],
  ['pmtu_disc', '1', plain.replace('gate', 'ipip')],
  ['secure_tcp', '1', plain],
  ['sloppy_tcp', '1', plain],
  ['sloppy_sctp', '1', plain.replace('tcp', 'sctp')],
  ['sync_persist_mode', '1', plain, sync],
  ['sync_ports', '2', plain, sync],
  ['sync_qlen_max', '5', plain, sync],
  ['sync_refresh_period', '5', plain, sync],
  ['sync_retries', '1', plain, sync],
  ['sync_sock_size', '5', plain, sync],
  ['sync_threshold', '"3 50"', plain, sync],
  ['sync_version', '1', plain, sync],
];

const warningsOf = (settings: string, service: string) =>
  warningLines(parseYamlText(`ipvs: {${settings}}\nvirtual: [{${service}}]\n`)).filter((line) =>
    /^1:\d+: warning: Cannot use /.test(line),
  );
/** Nothing of what the others need. */
const bare = 'address: 10.0.0.1:53, protocol: udp, service: dns, real: [10.0.0.2:53 gate]';

it.each(cases)('%s', (key, value, service = '', ipvs = '') => {
  const setting = `sysctl: {${key}: ${value}}`;
  expect(warningsOf(setting, bare)).toEqual([expect.stringContaining(`Cannot use ${key}: expected `)]);
  expect(warningsOf(ipvs === '' ? setting : `${setting}, ${ipvs}`, service)).toEqual([]);
});

it('every other setting has an effect on every service', () => {
  const others = Object.keys(sysctlSchema.shape).filter((key) => !cases.some(([each]) => each === key));
  for (const key of others) {
    const value = key === 'est_cpulist' ? '"0-1"' : '1';
    expect(warningsOf(`sysctl: {${key}: ${value}}`, bare)).toEqual([]);
  }
});

it('0 asks for nothing', () => {
  expect(warningsOf('sysctl: {lblc_expiration: 0, sloppy_tcp: 0}', bare)).toEqual([]);
});

it('timeouts are for services of their protocol', () => {
  expect(warningsOf('timeout: {tcp: 60s, tcpfin: 60s, udp: 60s}', bare)).toHaveLength(2);
  expect(warningsOf('timeout: {tcp: 60s, tcpfin: 60s, udp: 60s}', plain)).toHaveLength(1);
  expect(
    warningsOf('timeout: {tcp: 60s, udp: 60s}', 'fwmark: 1, checktype: ping, real: [10.0.0.2 gate]'),
  ).toEqual([]);
});
