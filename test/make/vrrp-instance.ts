// One instance as the tests of the VRRP process configure it.
import type { VrrpInstanceConfig } from '../../src/model/config/router.ts';
import { ip } from '../../src/net/ip.ts';

/** 100 ms adverts, so that every test is short; a lease of one second; 10.9.0.100/24 on eth0. */
export const instance = (changes: Partial<VrrpInstanceConfig> = {}): VrrpInstanceConfig => ({
  name: 'VI_1',
  interface: 'eth0',
  family: 'inet',
  virtualRouterId: 51,
  version: 3,
  priority: 150,
  advertIntervalMs: 100,
  preempt: true,
  preemptDelayMs: 0,
  acceptMode: true,
  virtualAddresses: [{ address: ip('10.9.0.100'), length: 24 }],
  unicastPeers: [],
  checksum: 'rfc5798',
  vipLeaseSec: 1,
  garpRepeat: 2,
  garpDelayMs: 500,
  garpRefreshMs: 0,
  at: { file: 'test', line: 1, column: 1 },
  ...changes,
});
