// What /etc/hosts and /etc/resolv.conf say (hosts(5), resolv.conf(5)), as far as c-ares does not act on it: it knows
// the name servers, but single queries go past the hosts file and the search list.
import { parseHostName } from '../../net/host-name.ts';
import { type Ip, parseIp } from '../../net/ip.ts';

/** By name in lower case, in the order of the file. */
export type Hosts = ReadonlyMap<string, readonly Ip[]>;

export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, Ip[]>();
  for (const line of text.split('\n')) {
    const [first = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const address = parseIp(first);
    if (address === undefined) continue;
    for (const name of names.map((each) => each.toLowerCase())) {
      const known = hosts.get(name);
      if (known === undefined) hosts.set(name, [address]);
      else known.push(address);
    }
  }
  return hosts;
}

export type ResolverSettings = {
  readonly search: readonly string[];
  /** A name with so many dots is tried as it is first. */
  readonly ndots: number;
  /** Of one try. */
  readonly timeoutMs: number;
  /** Of each name server. */
  readonly tries: number;
};

/** Shorter than glibc's 5 s: nobody waits for the answer, and the last one goes on to count. */
const unset = { ndots: 1, timeoutMs: 1000, tries: 3 };
/** resolv.conf(5): larger ones are silently cut to these. */
const most = { ndots: 15, timeoutMs: 30_000, tries: 5 };
/** Of glibc up to 2.25; longer lists make many questions of one. */
const searchMax = 6;

/** @param hostname whose domain is searched where the file names none. */
export function parseResolvConf(text: string, hostname: string): ResolverSettings {
  let search = hostname.includes('.') ? [hostname.slice(hostname.indexOf('.') + 1)] : [];
  const options: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    // The last one counts.
    if (keyword === 'search') search = words;
    if (keyword === 'domain') search = words.slice(0, 1);
    if (keyword === 'options') options.push(...words);
  }
  const option = (name: string, otherwise: number, limit: number): number => {
    const value = options.findLast((word) => word.startsWith(`${name}:`))?.slice(name.length + 1);
    return value !== undefined && /^\d{1,5}$/.test(value) ? Math.min(Number(value), limit) : otherwise;
  };
  return {
    search: search.flatMap((domain) => parseHostName(domain) ?? []).slice(0, searchMax),
    ndots: option('ndots', unset.ndots, most.ndots),
    timeoutMs: 1000 * option('timeout', unset.timeoutMs / 1000, most.timeoutMs / 1000) || unset.timeoutMs,
    tries: option('attempts', unset.tries, most.tries) || unset.tries,
  };
}

/** Whole names to ask for, in order; one with a dot at its end is whole already. */
export function candidates(
  name: string,
  { search, ndots }: Pick<ResolverSettings, 'search' | 'ndots'>,
): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [name, ...searched] : [...searched, name];
}
