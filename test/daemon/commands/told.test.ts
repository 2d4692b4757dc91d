// The lines of keepalived's FIFOs, as keepalived 2.2.7 wrote them.
import { expect, it } from 'vitest';
import { formatLine, type Told } from '../../../src/daemon/commands/told.ts';
import { ip } from '../../../src/net/ip.ts';

const web = { kind: 'address', protocol: 'tcp', address: ip('192.0.2.15'), port: 80 } as const;
const six = { kind: 'address', protocol: 'udp', address: ip('2001:db8::15'), port: 53 } as const;
const mark = { kind: 'fwmark', family: 'inet', fwmark: 7 } as const;
const real = { address: ip('10.0.0.1'), port: 8080 };

it.each<[Told, string]>([
  [{ kind: 'INSTANCE', name: 'VI_1', state: 'MASTER', priority: 100 }, 'INSTANCE "VI_1" MASTER 100\n'],
  [{ kind: 'GROUP', name: 'VG_1', state: 'FAULT', priority: 0 }, 'GROUP "VG_1" FAULT 0\n'],
  [{ service: web, state: 'UP' }, 'VS [192.0.2.15]:tcp:80 UP\n'],
  [{ service: web, real, state: 'DOWN' }, 'RS [10.0.0.1]:tcp:8080 [192.0.2.15]:tcp:80 DOWN\n'],
  [
    { service: six, real: { address: ip('2001:db8::1'), port: 53 }, state: 'UP' },
    'RS [2001:db8::1]:udp:53 [2001:db8::15]:udp:53 UP\n',
  ],
  [{ service: { ...web, protocol: 'sctp' }, state: 'DOWN' }, 'VS [192.0.2.15]:sctp:80 DOWN\n'],
  [{ service: mark, state: 'DOWN' }, 'VS FWM 7 DOWN\n'],
  [{ service: mark, real: { ...real, port: 0 }, state: 'UP' }, 'RS [10.0.0.1]:none:0 FWM 7 UP\n'],
])('%j', (told, line) => {
  expect(formatLine(told)).toBe(line);
});
