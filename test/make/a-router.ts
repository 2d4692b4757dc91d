// The router that tests start from: 10.9.0.1 at priority 100, version 3, adverts each second.
import { ip } from '../../src/net/ip.ts';
import type { RouterConfig } from '../../src/vrrp/types.ts';

export const SECOND = 1_000_000;

export const testRouter = (changes: Partial<RouterConfig> = {}): RouterConfig => ({
  name: 'VI_1',
  virtualRouterId: 51,
  version: 3,
  family: 'inet',
  priority: 100,
  advertIntervalUs: SECOND,
  preempt: true,
  preemptDelayUs: 0,
  addresses: [{ address: ip('10.9.0.100'), length: 24 }],
  sourceAddress: ip('10.9.0.1'),
  unicastPeers: [],
  leaseUs: 4 * SECOND,
  garpRepeat: 5,
  garpDelayUs: 5 * SECOND,
  garpRefreshUs: 0,
  ...changes,
});
