// Where a daemon in the background logs to, by ldirectord's `logfile`.
import { expect, it } from 'vitest';
import { inBackground } from '../../../src/cli/ldirectord/daemon.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { environment } from '../../make/environment.ts';

const logOf = (text: string) => {
  const log = parseConfig(text, 'x.cf', environment).config?.log;
  return log && inBackground(log);
};
const local0 = { to: { kind: 'socket', path: '/dev/log' }, facility: 'local0', format: 'rfc3164' };

it.each([
  ['no logfile', '', { file: '/var/log/ldirectord.log' }],
  ['a path', 'logfile="/var/log/x"\n', { file: '/var/log/x' }],
  ['a facility', 'logfile="local0"\n', { syslog: [expect.objectContaining(local0)] }],
])('with %s', (_, line, places) => {
  const { level: _level, ...log } = logOf(`${line}checkinterval=1\n`) ?? {};
  expect(log).toEqual(places);
});
