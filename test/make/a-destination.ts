// A service and a server as the kernel's table has them; a test says only what it is about.

import type { Destination, VirtualService } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';

export const aService = (changes: Partial<VirtualService> = {}): VirtualService => ({
  id: { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 },
  scheduler: 'wlc',
  schedFlags: [],
  persistencePrefix: 32,
  ops: false,
  ...changes,
});

export const aDestination = (changes: Partial<Destination> = {}): Destination => ({
  address: ip('192.168.6.2'),
  port: 80,
  forward: 'gate',
  weight: 5,
  upperThreshold: 0,
  lowerThreshold: 0,
  ...changes,
});
