import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { RealConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { ip } from '../../../src/net/ip.ts';
import { reverseNameOf } from '../../../src/net/reverse-name.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';

const targetOf = (virtual: Partial<VirtualConfig>, real: Partial<RealConfig> = {}) =>
  checkPlanOf(aVirtual(virtual), aReal({ port: 0, ...real })).main.target;
const address = ip('192.168.6.2');
const overUdp = { id: { kind: 'address', protocol: 'udp', address: ip('192.168.6.240'), port: 53 } } as const;
const mark = { id: { kind: 'fwmark', family: 'inet', fwmark: 1 } } as const;
const login = { login: 'check', passwd: 'geheim' };

describe('a dns check', () => {
  const dns = { service: 'dns', ...overUdp } as const;
  it('asks for the address of the request, a name', () => {
    expect(targetOf({ ...dns, request: '/www.example.com.', receive: '10.0.0.1' })).toEqual({
      kind: 'dns',
      address,
      port: 53,
      transport: 'udp',
      name: 'www.example.com',
      type: 'A',
      rcodes: ['NOERROR'],
      receive: '10.0.0.1',
    });
  });
  it('asks for the name of an address', () => {
    expect(targetOf({ ...dns, request: '/10.1.2.3' })).toMatchObject({
      type: 'PTR',
      name: '3.2.1.10.in-addr.arpa',
    });
    expect(targetOf({ ...dns, request: '/10.1.2.3', dns: { type: 'A' } })).toMatchObject({
      type: 'A',
      name: '10.1.2.3',
    });
  });
  it('asks for the SOA of the root where nothing is requested, and any rcode but an error is wrong', () => {
    expect(targetOf(dns)).toMatchObject({ type: 'SOA', name: '', rcodes: ['NOERROR'] });
    expect(targetOf(dns)).not.toHaveProperty('receive');
  });
  it('asks for the type and takes the rcodes that are configured', () => {
    const options = { type: 'AAAA', rcodes: ['NOERROR', 'NXDOMAIN'] };
    expect(targetOf({ ...dns, request: '/a.b', dns: options })).toMatchObject(options);
  });
  it('goes over TCP for a tcp service alone', () => {
    expect(targetOf({ service: 'dns' })).toMatchObject({ transport: 'tcp' });
    expect(targetOf({ service: 'dns', ...mark })).toMatchObject({ transport: 'udp' });
  });
});

it('the reverse name of an IPv6 address has its nibbles backwards (RFC 3596 §2.5)', () => {
  expect(reverseNameOf(ip('4321:0:1:2:3:4:567:89ab'))).toBe(
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
  );
});

describe('an ldap check', () => {
  it('looks for the request as an entry, without its slash', () => {
    expect(targetOf({ service: 'ldap', request: '/dc=example,dc=com', receive: 'dc' })).toEqual({
      kind: 'ldap',
      address,
      port: 389,
      base: 'dc=example,dc=com',
      receive: 'dc',
    });
    expect(targetOf({ service: 'ldap' })).toMatchObject({ base: '' });
  });
  it('logs in with both name and password only', () => {
    expect(targetOf({ service: 'ldap', ...login })).toMatchObject({
      login: { user: 'check', password: 'geheim' },
    });
    expect(targetOf({ service: 'ldap', login: 'check' })).not.toHaveProperty('login');
  });
  it('has its own port and what TLS needs as ldaps', () => {
    const options = { sni: 'a', verify: true, caFile: '/ca.pem' };
    const told = { ...options, virtualhost: 'ldap.example.com', certificateExpiryDays: 14 };
    expect(targetOf({ service: 'ldaps', ...told })).toMatchObject({
      port: 636,
      tls: { ...options, host: 'ldap.example.com', expiryDays: 14 },
    });
  });
});

it.each([
  ['mysql', 3306],
  ['pgsql', 5432],
] as const)('a %s check sends the request as a query', (service, port) => {
  expect(targetOf({ service, ...login, database: 'shop', request: '/SELECT 1/2' })).toEqual({
    kind: 'sql',
    engine: service,
    address,
    port,
    user: 'check',
    password: 'geheim',
    database: 'shop',
    query: 'SELECT 1/2',
  });
});

it('a radius check logs in with the secret, on any protocol', () => {
  expect(targetOf({ service: 'radius', ...login, secret: 's' })).toEqual({
    kind: 'radius',
    address,
    port: 1812,
    user: 'check',
    password: 'geheim',
    secret: 's',
  });
});

it('a grpc check asks for the service that is requested, at the port of the service', () => {
  expect(targetOf({ service: 'grpc', request: '/shop.Basket', virtualhost: 'shop' })).toEqual({
    kind: 'grpc',
    scheme: 'grpc',
    address,
    port: 80,
    service: 'shop.Basket',
    virtualhost: 'shop',
    verify: false,
  });
  expect(targetOf({ service: 'grpcs' })).toMatchObject({ scheme: 'grpcs', service: '' });
});

describe('an http check', () => {
  it('has what HTTP alone has', () => {
    const http = {
      body: '{}',
      status: [[200, 204]],
      headers: [['X-A', '1']],
      version: '2',
      weightHeader: 'X-Weight',
      digest: 'd41d8cd98f00b204e9800998ecf8427e',
    } as const;
    expect(targetOf({ http, httpmethod: 'POST', ...login })).toEqual({
      kind: 'http',
      scheme: 'http',
      address,
      port: 80,
      path: '/',
      method: 'POST',
      verify: false,
      login: { user: 'check', password: 'geheim' },
      ...http,
    });
  });
  it('asks for several URLs; what one leaves out is the service’s', () => {
    const urls = [
      { request: '/a', receive: 'A' },
      { request: '/b', method: 'HEAD', status: [[401, 401]] },
    ] as const;
    const virtual = { receive: 'all', http: { status: [[200, 200]], urls } } as const;
    expect(targetOf(virtual)).toMatchObject({
      path: '/a',
      method: 'GET',
      receive: 'A',
      status: [[200, 200]],
      further: [{ path: '/b', method: 'HEAD', receive: 'all', status: [[401, 401]] }],
    });
  });
  it('asks a server with a request of its own for that alone', () => {
    const virtual = { http: { urls: [{ request: '/a' }, { request: '/b' }] } };
    const target = targetOf(virtual, { request: '/own', receive: 'mine' });
    expect(target).toMatchObject({ path: '/own', receive: 'mine' });
    expect(target).not.toHaveProperty('further');
  });
});
