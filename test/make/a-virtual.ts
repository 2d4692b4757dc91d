// A virtual service with one server, every default filled in; a test says only what it is about.
import type { NamedRealConfig, RealConfig, VirtualConfig } from '../../src/model/config/service.ts';
import { ip } from '../../src/net/ip.ts';

const at = { file: 'test.yaml', line: 1, column: 1 };

export const aReal = (changes: Partial<RealConfig> = {}): RealConfig => ({
  address: ip('192.168.6.2'),
  port: 80,
  forward: 'gate',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  at,
  ...changes,
});

/** All addresses of a name. */
export const aNamedReal = (name: string, changes: Partial<NamedRealConfig> = {}): NamedRealConfig => ({
  name,
  takes: 'all',
  port: 0,
  forward: 'gate',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  at,
  ...changes,
});

export const aVirtual = (changes: Partial<VirtualConfig> = {}): VirtualConfig => ({
  id: { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 },
  scheduler: 'wrr',
  schedFlags: [],
  ops: false,
  service: 'http',
  checktype: { kind: 'negotiate' },
  checkcommand: '/bin/true',
  request: '/',
  receive: '',
  httpmethod: 'GET',
  verify: false,
  login: '',
  passwd: '',
  database: '',
  secret: '',
  checktimeoutMs: 3000,
  negotiatetimeoutMs: 5000,
  checkintervalMs: 10_000,
  checkcount: 1,
  fall: 1,
  rise: 1,
  quiescent: false,
  readdquiescent: false,
  cleanstop: true,
  fallbacks: [],
  reals: [aReal()],
  at,
  ...changes,
});
