import { expect, it } from 'vitest';
import { checks } from '../../../src/model/checks/checks.ts';
import type { CheckTraits } from '../../../src/model/checks/definition.ts';
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
  for (const port of ports) expect(portOf(serviceOfPort(port))).toBe(port);
});

it('a directive is read by services that exist, those of TLS by services over TLS', () => {
  expect(servicesReading('dns_type')).toEqual(['dns']);
  expect(servicesReading('secret')).toEqual(['radius']);
  expect(servicesReading('verify')).toEqual(['https', 'imaps', 'pops', 'ldaps', 'grpcs']);
  expect(servicesReading('virtualhost')).toEqual([
    'http',
    'https',
    'imaps',
    'pops',
    'ldaps',
    'grpc',
    'grpcs',
  ]);
});

it('a port that has no service has none, and a service that nobody speaks is connected to', () => {
  expect(serviceOfPort(8080)).toBe('none');
  expect([checkOf('none'), checkOf('oracle'), checkOf('whatever')]).toEqual(['on', 'connect', 'connect']);
  expect([portOf('oracle'), portOf('grpc'), portOf('whatever')]).toEqual([1521, undefined, undefined]);
});

it('a PROXY header goes before dialogues and HTTP, and before no datagram or library', () => {
  expect([...servicesReading('proxy_protocol')].sort()).toEqual([
    ...['agent', 'ftp', 'http', 'http_proxy', 'https', 'imap', 'imaps', 'nntp', 'oracle', 'pop', 'pops'],
    ...['simpletcp', 'smtp', 'submission'],
  ]);
});
