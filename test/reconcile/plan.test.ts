import { describe, expect, it } from 'vitest';
import type { Destination, Operation, ServiceId, VirtualService } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import { describeOperation } from '../../src/reconcile/describe.ts';
import { planOf } from '../../src/reconcile/plan.ts';
import { formatPlan } from '../../src/render/plan.ts';
import { aDestination } from '../make/a-destination.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const vip6: ServiceId = { kind: 'address', protocol: 'udp', address: ip('fd09::f0'), port: 53 };
const mark6: ServiceId = { kind: 'fwmark', family: 'inet6', fwmark: 7 };
const service: VirtualService = {
  id: vip,
  scheduler: 'wlc',
  schedFlags: [],
  persistencePrefix: 32,
  ops: false,
};
const server = aDestination();
const busy: VirtualService = {
  id: vip,
  scheduler: 'mh',
  schedFlags: ['mh-fallback', 'mh-port'],
  persistenceSec: 300,
  persistencePrefix: 24,
  persistenceEngine: 'sip',
  ops: true,
};
const operations: readonly Operation[] = [
  { type: 'addService', service },
  { type: 'addDestination', service: vip, destination: server },
  { type: 'editDestination', service: vip, destination: { ...server, weight: 0 }, before: server },
  { type: 'deleteDestination', service: vip, destination: { ...server, address: ip('192.168.6.3') } },
  { type: 'editService', service: busy, before: service },
  { type: 'deleteService', service: { ...service, id: mark6 } },
];

describe('describeOperation', () => {
  it('says each operation in the options of ipvsadm', () => {
    expect(operations.map(describeOperation)).toEqual([
      '-A -t 192.168.6.240:80 -s wlc',
      '-a -t 192.168.6.240:80 -r 192.168.6.2:80 -g -w 5',
      '-e -t 192.168.6.240:80 -r 192.168.6.2:80 -g -w 0 (was -g -w 5)',
      '-d -t 192.168.6.240:80 -r 192.168.6.3:80',
      '-E -t 192.168.6.240:80 -s mh -b mh-fallback,mh-port -p 300 -M 255.255.255.0 --pe sip -o (was -s wlc)',
      '-D -f 7 -6',
    ]);
  });

  it('says tunnels, and by number what no tool can say', () => {
    const add = (destination: Partial<Destination>, service: ServiceId = vip) =>
      describeOperation({ type: 'addDestination', service, destination: { ...server, ...destination } });
    const tunnel = { type: 'gue', port: 6080, checksum: 'nocsum' } as const;
    expect(add({ forward: 'ipip', tunnel })).toBe(
      '-a -t 192.168.6.240:80 -r 192.168.6.2:80 -i --tun-type gue --tun-port 6080 --tun-nocsum -w 5',
    );
    expect(add({ forward: 'ipip', tunnel: { type: 'gre', port: 0, checksum: 'csum' } })).toBe(
      '-a -t 192.168.6.240:80 -r 192.168.6.2:80 -i --tun-type gre --tun-csum -w 5',
    );
    expect(add({ forward: 'method-4' }, { ...vip, protocol: 'protocol-50' } as ServiceId)).toBe(
      '-a --protocol-50 192.168.6.240:80 -r 192.168.6.2:80 --method-4 -w 5',
    );
  });

  it('gives IPv6 addresses brackets and granularities as lengths', () => {
    const persistent = { ...service, id: vip6, persistenceSec: 60, persistencePrefix: 64 };
    expect(describeOperation({ type: 'addService', service: persistent })).toBe(
      '-A -u [fd09::f0]:53 -s wlc -p 60 -M 64',
    );
    const tunnel: Destination = {
      ...server,
      address: ip('fd09::2'),
      forward: 'ipip',
      upperThreshold: 9,
      lowerThreshold: 3,
    };
    expect(describeOperation({ type: 'addDestination', service: mark6, destination: tunnel })).toBe(
      '-a -f 7 -6 -r [fd09::2]:80 -i -w 5 -x 9 -y 3',
    );
  });
});

describe('a plan', () => {
  it('counts and shows what was and what will be', () => {
    const plan = planOf(operations);
    expect(plan.counts).toEqual({ adds: 2, edits: 2, deletes: 2 });
    expect(plan.lines.map(({ sign }) => sign).join('')).toBe('++~-~-');
    expect(plan.lines[2]).toEqual({
      sign: '~',
      service: 'tcp 192.168.6.240:80',
      real: '192.168.6.2:80',
      before: '-g -w 5',
      after: '-g -w 0',
    });
  });

  it('is readable on a terminal', () => {
    expect(formatPlan(planOf(operations.slice(0, 4)))).toBe(
      [
        '+ tcp 192.168.6.240:80  -s wlc',
        '+   192.168.6.2:80      -g -w 5',
        '~   192.168.6.2:80      -g -w 5 -> -g -w 0',
        '-   192.168.6.3:80      -g -w 5',
        '',
        '2 to add, 1 to change, 1 to delete.',
        '',
      ].join('\n'),
    );
  });

  it('names the service above its servers where the service itself stays as it is', () => {
    expect(formatPlan(planOf(operations.slice(2, 3))).split('\n')[0]).toBe('  tcp 192.168.6.240:80');
  });

  it('says which fallback is to serve, and why', () => {
    const serving = { fallback: '10.0.0.8:80', tier: 1, tiers: 2, reason: 'no_quorum' } as const;
    const plan = { ...planOf([]), fallbacks: [{ service: 'tcp 192.168.6.240:80', ...serving }] };
    const line = 'tcp 192.168.6.240:80: fallback 10.0.0.8:80 (1 of 2) serves: no quorum\n';
    expect(formatPlan(plan)).toBe(`Nothing to change: the table is as it should be.\n${line}`);
    expect(formatPlan({ ...plan, ...planOf(operations) }).endsWith(`to delete.\n${line}`)).toBe(true);
  });

  it('says so where nothing is to change', () => {
    expect(formatPlan(planOf([]))).toContain('Nothing to change');
  });
});
