// Names to addresses and ports while a config is read: `getent` asks what the host itself asks (/etc/hosts, DNS,
// /etc/services, whatever nsswitch.conf says), in order and synchronously. Never called for literals.
import { spawnSync } from 'node:child_process';
import { type Family, familyOf, type Ip, parseIp } from '../../net/ip.ts';

/** A resolver that does not answer must not hold a start up for ever. */
const timeoutMs = 5000;

/** The first address of that family, or undefined: unknown name, no resolver, no answer in time. */
export function resolveHost(name: string, family: Family): Ip | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._+-]*$/.test(name)) return undefined;
  for (const line of getent(family === 'inet' ? 'ahostsv4' : 'ahostsv6', name)) {
    const address = parseIp(line.split(/\s/)[0] ?? '');
    // ahostsv6 answers with mapped addresses (::ffff:...) for a name that has IPv4 addresses only.
    if (address === undefined || familyOf(address) !== family || address.startsWith('::ffff:')) continue;
    return address;
  }
  return undefined;
}

/** The port of a service name, for that protocol or, without one, for any. */
export function resolveService(name: string, protocol?: 'tcp' | 'udp'): number | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name)) return undefined;
  const [line = ''] = getent('services', protocol === undefined ? name : `${name}/${protocol}`);
  const port = /\s(\d{1,5})\/\w+/.exec(line)?.[1];
  return port === undefined ? undefined : Number(port);
}

function getent(database: string, key: string): readonly string[] {
  const { status, stdout } = spawnSync('getent', [database, key], { encoding: 'utf8', timeout: timeoutMs });
  return status === 0 ? stdout.split('\n') : [];
}
