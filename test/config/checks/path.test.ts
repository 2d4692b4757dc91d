import { expect, it } from 'vitest';
import { parseYamlText, warningLines } from '../../make/environment.ts';

const router = 'vrrp: [{name: A, interface: eth0, virtual_router_id: 5, virtual_ipaddress: [10.0.0.9]}]\n';

/** What is warned of where these settings are 1. */
const told = (service: string, on: readonly string[], settings = true) =>
  warningLines(
    parseYamlText(`${router}virtual: [{${service}}]\n`, {
      ...(settings && {
        readSysctl: (path) => (path.endsWith('/accept_local') ? (on.includes(path) ? '1' : '0') : undefined),
      }),
    }),
  ).filter((line) => line.includes('accept_local'));
const gate = 'address: 10.0.0.1:80, checkpath: vip, real: [10.0.0.2 gate]';

it('tells an active director that it would not hear its checks', () => {
  expect(told(gate, [])).toEqual([
    '2:11: warning: Cannot hear checks by the VIP while active: expected net.ipv4.conf.all.accept_local 1 (or that of the interface), as gate and ipip servers answer from an address of the active director itself, got 0',
  ]);
  expect(told(gate.replace('gate', 'ipip'), [])).toHaveLength(1);
});

it('is silent where it would, and where nobody answers from there', () => {
  expect(told(gate, ['net/ipv4/conf/all/accept_local'])).toEqual([]);
  expect(told(gate, ['net/ipv4/conf/eth0/accept_local'])).toEqual([]);
  expect(told(gate, [], false)).toEqual([]);
  for (const [from, to] of [
    ['10.0.0.2 gate', '10.0.0.2 masq'],
    ['vip', 'direct'],
    ['vip', 'vip, checktype: ping'],
    ['10.0.0.1:80', '"[fd00::1]:80"'],
  ] as const)
    expect(
      told(gate.replace(from, to).replace(/(?<=::1.*)10\.0\.0\.2 gate/, '"[fd00::2] gate"'), []),
    ).toEqual([]);
});
