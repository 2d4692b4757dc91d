// The whole name of an address: of /etc/hosts, else of DNS (PTR) by c-ares, which takes no thread of the pool. As
// gethostbyaddr(3) with "hosts: files dns".
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { type Ip, parseIp } from '../../net/ip.ts';

const limitMs = 5000;

/** Undefined where it has none, or nobody answers in time. */
export async function reverseLookup(address: Ip, hosts = '/etc/hosts'): Promise<string | undefined> {
  const listed = nameInHosts(address, hosts);
  if (listed !== undefined) return listed;
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  const timer = setTimeout(() => resolver.cancel(), limitMs);
  try {
    return (await resolver.reverse(address))[0];
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The first name of its first line: the canonical one (hosts(5)). */
function nameInHosts(address: Ip, file: string): string | undefined {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const words = lines.map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
    return words.find(([first = '', name]) => name !== undefined && parseIp(first) === address)?.[1];
  } catch {
    return undefined;
  }
}
