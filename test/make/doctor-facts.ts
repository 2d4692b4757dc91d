// Facts of a healthy director with one masq service: a test says only what is wrong. Two networks, clients on eth0 with
// the gateway, servers on eth1.
import type { Facts } from '../../src/doctor/facts.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { ip } from '../../src/net/ip.ts';
import { aConfig } from './a-config.ts';
import { aReal, aVirtual } from './a-virtual.ts';
import { instance } from './vrrp-instance.ts';

const link = (index: number, name: string) => ({ index, name, mtu: 1500, up: true, loopback: name === 'lo' });

export const vip = ip('10.7.0.240');

export const masqService = (changes: Partial<VirtualConfig> = {}): VirtualConfig =>
  aVirtual({
    id: { kind: 'address', protocol: 'tcp', address: vip, port: 80 },
    reals: [aReal({ address: ip('10.8.0.2'), port: 8080, forward: 'masq' })],
    ...changes,
  });

const perDevice = (name: string, value: string) =>
  Object.fromEntries(
    ['all', 'default', 'lo', 'eth0', 'eth1'].map((device) => [`net/ipv4/conf/${device}/${name}`, value]),
  );

export const doctorFacts = (changes: Partial<Facts> = {}): Facts => ({
  config: aConfig({
    virtuals: [masqService()],
    vrrp: [
      instance({
        virtualAddresses: [{ address: vip, length: 32 }],
        excludedAddresses: [{ address: ip('10.8.0.254'), length: 24, device: 'eth1' }],
      }),
    ],
  }),
  links: [link(1, 'lo'), link(2, 'eth0'), link(3, 'eth1')],
  addresses: [
    { device: 'eth0', address: ip('10.7.0.1'), length: 24 },
    { device: 'eth1', address: ip('10.8.0.1'), length: 24 },
  ],
  sysctls: {
    'net/ipv4/ip_forward': '1',
    ...perDevice('send_redirects', '0'),
    ...perDevice('rp_filter', '0'),
  },
  modules: new Set(['ip_vs', 'ip_vs_wrr']),
  routes: {
    default: { device: 'eth0', via: ip('10.7.0.254') },
    '10.8.0.2': { device: 'eth1', source: ip('10.8.0.1') },
  },
  ruleset: [
    {
      ...{ by: 'nft', family: 'ip', table: 'lvs_setup', name: 'servers', hook: 'postrouting', type: 'nat' },
      policy: 'accept',
      rules: [
        {
          conditions: [{ on: 'saddr', values: [{ address: ip('10.8.0.2'), length: 32 }] }],
          act: { act: 'snat' },
        },
      ],
    },
  ],
  programs: [],
  networkFiles: [],
  unread: [],
  ...changes,
});
