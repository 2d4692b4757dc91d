import { describe, expect, it } from 'vitest';
import { checkPlanOf, checkPortOf } from '../../../src/health/checks/plan.ts';
import { trafficPortOf } from '../../../src/model/checks/ports.ts';
import type { RealConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { ip } from '../../../src/net/ip.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';

const planOf = (virtual: Partial<VirtualConfig> = {}, real: Partial<RealConfig> = {}) =>
  checkPlanOf(aVirtual(virtual), aReal(real));
const targetOf = (virtual: Partial<VirtualConfig> = {}, real: Partial<RealConfig> = {}) =>
  planOf(virtual, real).main.target;

const fwmark = { id: { kind: 'fwmark', family: 'inet', fwmark: 7 } } as const;
const udp = { id: { kind: 'address', protocol: 'udp', address: ip('192.168.6.240'), port: 53 } } as const;

describe('checktype negotiate', () => {
  it('asks an http server for the request, within negotiatetimeout', () => {
    expect(planOf({ request: '/health', receive: 'OK' })).toEqual({
      main: {
        target: {
          kind: 'http',
          scheme: 'http',
          address: '192.168.6.2',
          port: 80,
          path: '/health',
          method: 'GET',
          verify: false,
          receive: 'OK',
        },
        timeoutMs: 5000,
      },
    });
  });
  it('hands on virtualhost, sni, verify, CA file and method', () => {
    const options = { virtualhost: 'www.example.com', sni: 'a.example.com', verify: true, caFile: '/ca.pem' };
    expect(targetOf({ service: 'https', httpmethod: 'HEAD', ...options })).toMatchObject({
      scheme: 'https',
      method: 'HEAD',
      ...options,
    });
  });
  it('takes request and receive from the server where it has its own', () => {
    const own = { request: '/own', receive: 'mine' };
    expect(targetOf({ request: '/', receive: 'all' }, own)).toMatchObject({ path: '/own', receive: 'mine' });
  });
  it('matches any body where receive is empty, also when the server clears it', () => {
    expect(targetOf({ receive: '' })).not.toHaveProperty('receive');
    expect(targetOf({ receive: 'x' }, { request: '/', receive: '' })).not.toHaveProperty('receive');
  });
  it('takes a server of service none as up without a check', () => {
    expect(targetOf({ service: 'none' })).toEqual({ kind: 'on' });
  });
  it('connects to a service that it does not speak, and pings one over udp', () => {
    expect(targetOf({ service: 'oracle' }, { port: 0 })).toMatchObject({ kind: 'connect', port: 1521 });
    expect(targetOf({ service: 'oracle', ...udp }).kind).toBe('ping');
  });
});

describe('checktype connect', () => {
  const connect = { checktype: { kind: 'connect' } } as const;
  it('connects to the check port within checktimeout', () => {
    expect(planOf({ ...connect, checkport: 8080 })).toEqual({
      main: { target: { kind: 'connect', address: '192.168.6.2', port: 8080 }, timeoutMs: 3000 },
    });
  });
  it('pings a server of a udp service', () => {
    expect(targetOf({ ...connect, ...udp }).kind).toBe('ping');
  });
  it('connects to a server of a firewall mark', () => {
    expect(targetOf({ ...connect, ...fwmark }, { port: 81 })).toMatchObject({ kind: 'connect', port: 81 });
  });
});

describe('the other checktypes', () => {
  it('ping tries checkcount times, each with the whole checktimeout', () => {
    expect(planOf({ checktype: { kind: 'ping' }, checkcount: 3 })).toEqual({
      main: {
        target: { kind: 'ping', address: '192.168.6.2', tries: 3, tryTimeoutMs: 3000 },
        timeoutMs: 9000,
      },
    });
  });
  it('external gets the addresses and ports of the virtual and the real server', () => {
    expect(targetOf({ checktype: { kind: 'external' }, checkcommand: '/bin/check x' }, { port: 0 })).toEqual({
      kind: 'external',
      command: '/bin/check x',
      arguments: ['192.168.6.240', '80', '192.168.6.2', '80'],
    });
  });
  it('external gets the mark and port 0 for a firewall mark, and IPv6 in brackets', () => {
    const six = { address: ip('fd09::2'), port: 443 };
    expect(targetOf({ checktype: { kind: 'external' }, ...fwmark }, six)).toMatchObject({
      arguments: ['7', '0', '[fd09::2]', '443'],
    });
  });
  it('external-perl runs the command as a script', () => {
    expect(targetOf({ checktype: { kind: 'external-perl' } })).toMatchObject({ interpreter: 'perl' });
  });
  it('on and off ask nothing', () => {
    expect(targetOf({ checktype: { kind: 'on' } })).toEqual({ kind: 'on' });
    expect(targetOf({ checktype: { kind: 'off' } })).toEqual({ kind: 'off' });
  });
  it('N connects come between two negotiations, each with its own time', () => {
    const plan = planOf({ checktype: { kind: 'combined', connects: 3 } });
    expect(plan.main).toMatchObject({ target: { kind: 'http' }, timeoutMs: 5000 });
    expect(plan.between).toMatchObject({
      connects: 3,
      check: { target: { kind: 'connect' }, timeoutMs: 3000 },
    });
  });
  it('0 connects is negotiate', () => {
    expect(planOf({ checktype: { kind: 'combined', connects: 0 } })).toEqual(planOf());
  });
});

describe('the check port', () => {
  const portOf = (virtual: Partial<VirtualConfig>, real: Partial<RealConfig>) =>
    checkPortOf(aVirtual(virtual), aReal(real));
  const on8080 = {
    id: { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 8080 },
  } as const;
  it('is checkport before all else', () => {
    expect(portOf({ checkport: 99 }, { port: 81 })).toBe(99);
  });
  it('is the port of the server before the port of the service', () => {
    expect(portOf({ service: 'https' }, { port: 8443 })).toBe(8443);
  });
  it("is the service's own port, not the virtual's, where the server has none", () => {
    expect(portOf({ service: 'http', ...on8080 }, { port: 0 })).toBe(80);
  });
  it("is the virtual's port where the service has none either", () => {
    expect(portOf({ service: 'none', ...on8080 }, { port: 0 })).toBe(8080);
  });
  it('is 0 where nothing says: a mark, no port, no service', () => {
    expect(portOf({ service: 'none', ...fwmark }, { port: 0 })).toBe(0);
  });
});

it("traffic reaches the server's port, else the virtual's, else none that is known", () => {
  expect(trafficPortOf(aVirtual(), aReal({ port: 81 }))).toBe(81);
  expect(trafficPortOf(aVirtual(), aReal({ port: 0 }))).toBe(80);
  expect(trafficPortOf(aVirtual(fwmark), aReal({ port: 0 }))).toBe(0);
});
