// Names as the tests know them: no test asks the host's resolver.

import { formatProblem } from '../../src/config/format-problem.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { ConfigResult } from '../../src/model/config/config.ts';
import type { ConfigEnvironment } from '../../src/model/config/environment.ts';
import { parseIp } from '../../src/net/ip.ts';

const hosts = new Map<string, readonly string[]>(
  Object.entries({
    localhost: ['127.0.0.1', '::1'],
    'web1.example.org': ['192.0.2.11'],
    'web9.example.org': ['192.0.2.19'],
    sql01: ['10.77.0.1'],
    sql03: ['10.77.0.3'],
    'six.example.org': ['2001:db8::6'],
  }),
);

const tcpOnly = new Map(Object.entries({ http: 80, https: 443, smtp: 25, ftp: 21 }));
const both = new Map(Object.entries({ domain: 53, sip: 5060 }));

export const environment: ConfigEnvironment = {
  hostname: 'testhost',
  resolveHost: (name, family) => {
    const addresses = (hosts.get(name) ?? []).flatMap((text) => parseIp(text) ?? []);
    return addresses.find((address) => address.includes(':') === (family === 'inet6'));
  },
  resolveService: (name, protocol) => both.get(name) ?? (protocol === 'udp' ? undefined : tcpOnly.get(name)),
};

export const parseYamlText = (text: string, more: Partial<ConfigEnvironment> = {}): ConfigResult =>
  parseConfig(text, 'test.yaml', { ...environment, ...more });

export const parseCfText = (text: string, more: Partial<ConfigEnvironment> = {}): ConfigResult =>
  parseConfig(text, 'test.cf', { ...environment, ...more });

/** Every problem as a line, without the file's name. */
export const problemLines = (result: ConfigResult): readonly string[] =>
  result.problems.map((problem) => formatProblem(problem).replace(/^[^:]*:/, ''));

export const errorLines = (result: ConfigResult): readonly string[] =>
  problemLines(result).filter((line) => !line.includes(': warning: '));

export const warningLines = (result: ConfigResult): readonly string[] =>
  problemLines(result).filter((line) => line.includes(': warning: '));
