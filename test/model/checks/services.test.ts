import { expect, it } from 'vitest';
import { checks } from '../../../src/model/checks/checks.ts';
import { type CheckTraits, tlsKeys } from '../../../src/model/checks/definition.ts';
import {
  checkOf,
  portOf,
  serviceOfPort,
  services,
  servicesReading,
} from '../../../src/model/checks/services.ts';

const definitions = Object.entries<CheckTraits>(checks);
const words = definitions.flatMap((definition) => Object.keys(definition[1].services));

it('a word of service chooses one check, and a port one service', () => {
  expect([...words].sort()).toEqual(services);
  const ports = services.map(portOf).filter((port) => port !== undefined);
  expect(new Set(ports).size).toBe(ports.length);
  // Those that ldirectord knows none on are chosen by name alone.
  const ours = [465, 563, 990];
  for (const port of ports) expect(portOf(serviceOfPort(port))).toBe(ours.includes(port) ? undefined : port);
});

it('a directive is read by services that exist, those of TLS by services over TLS', () => {
  expect(servicesReading('dns_type')).toEqual(['dns']);
  expect(servicesReading('secret')).toEqual(['radius']);
  const asked = ['smtp', 'submission', 'imap', 'pop', 'nntp', 'ftp', 'ldap', 'mysql', 'pgsql'];
  const atOnce = ['https', 'smtps', 'imaps', 'pops', 'nntps', 'ftps', 'ldaps', 'grpcs'];
  expect(servicesReading('starttls')).toEqual(asked);
  for (const key of tlsKeys.filter((each) => each !== 'virtualhost')) {
    expect(servicesReading(key).toSorted()).toEqual([...asked, ...atOnce].toSorted());
  }
  const hosts = ['http', 'grpc', ...asked, ...atOnce];
  expect(servicesReading('virtualhost').toSorted()).toEqual(hosts.toSorted());
});

it('a port that has no service has none, and a service that nobody speaks is connected to', () => {
  expect(serviceOfPort(8080)).toBe('none');
  expect([checkOf('none'), checkOf('oracle'), checkOf('whatever')]).toEqual(['on', 'connect', 'connect']);
  expect([portOf('oracle'), portOf('grpc'), portOf('whatever')]).toEqual([1521, undefined, undefined]);
});

it('a PROXY header goes before dialogues and HTTP, and before no datagram or library', () => {
  expect([...servicesReading('proxy_protocol')].sort()).toEqual([
    ...['agent', 'ftp', 'ftps', 'http', 'http_proxy', 'https', 'imap', 'imaps', 'nntp', 'nntps', 'oracle'],
    ...['pop', 'pops', 'simpletcp', 'smtp', 'smtps', 'submission', 'tcp'],
  ]);
});
