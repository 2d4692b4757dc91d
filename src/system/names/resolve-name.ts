// The addresses of a name: of /etc/hosts, else of DNS by c-ares (node:dns), which follows CNAMEs, turns to the next
// name server and to TCP, tells the TTL, and takes no thread of the pool as getaddrinfo(3) does. Both files are heeded
// as they are at the time of the question. nsswitch.conf is not: hosts, then DNS, is what it says nearly everywhere.
import { Resolver } from 'node:dns/promises';
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Family, familyOf, type Ip, parseIp } from '../../net/ip.ts';
import type { NameAnswer, ResolveName } from '../../ports/discovery.ts';
import { stateOf } from '../files/open-regular.ts';
import { candidates, parseHosts, parseResolvConf } from './resolver-files.ts';

/** However many name servers and search domains there are. */
const limitMs = 15_000;
/** Questions under way at once; more wait their turn. */
const concurrentMax = 64;

export type ResolverFiles = {
  readonly hosts: string;
  readonly resolvConf: string;
  /** Instead of those of resolv.conf, as "127.0.0.1:5353". */
  readonly servers?: readonly string[];
};

export function createResolveName(
  files: ResolverFiles = { hosts: '/etc/hosts', resolvConf: '/etc/resolv.conf' },
): ResolveName {
  const hosts = whileUnchanged(files.hosts, parseHosts);
  const settings = whileUnchanged(files.resolvConf, (text) => parseResolvConf(text, hostname()));
  const inTurn = limitConcurrency(concurrentMax);

  return async (name, family) => {
    const listed = (hosts().get(name.replace(/\.$/, '')) ?? []).filter((each) => familyOf(each) === family);
    if (listed.length > 0) return { outcome: 'found', addresses: listed, ttlSec: 0 };
    return inTurn(async () => {
      const { timeoutMs, tries, ...rules } = settings();
      // One for each question: it reads resolv.conf anew, and may be cancelled alone.
      const resolver = new Resolver({ timeout: timeoutMs, tries });
      if (files.servers !== undefined) resolver.setServers(files.servers);
      const timer = setTimeout(() => resolver.cancel(), limitMs);
      const answer = await ask(resolver, candidates(name, rules), family);
      clearTimeout(timer);
      return answer;
    });
  };
}

/** The first that exists. A failure ends it: a later one might be the name of another host. */
async function ask(resolver: Resolver, names: readonly string[], family: Family): Promise<NameAnswer> {
  let hasOtherRecords = false;
  for (const name of names) {
    try {
      const records = await (family === 'inet'
        ? resolver.resolve4(name, { ttl: true })
        : resolver.resolve6(name, { ttl: true }));
      const addresses: readonly Ip[] = records.flatMap(({ address }) => parseIp(address) ?? []);
      if (addresses.length === 0) continue;
      return { outcome: 'found', addresses, ttlSec: Math.min(...records.map(({ ttl }) => ttl)) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      if (code === 'ENODATA') hasOtherRecords = true;
      else if (code !== 'ENOTFOUND') return { outcome: 'failed', reason: reasons[code] ?? code };
    }
  }
  const record = family === 'inet' ? 'A' : 'AAAA';
  return { outcome: 'absent', reason: hasOtherRecords ? `no ${record} record` : 'NXDOMAIN' };
}

/** In the words of DNS (RFC 1035 §4.1.1), where c-ares has others. */
const reasons: Readonly<Record<string, string>> = {
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  EFORMERR: 'FORMERR',
  ENOTIMP: 'NOTIMP',
  ETIMEOUT: 'no answer in time',
  ECANCELLED: 'no answer in time',
  ECONNREFUSED: 'nobody listens at the name server',
};

/** Parsed again only where the file is another one. A file that cannot be read is an empty one. */
function whileUnchanged<T>(path: string, parse: (text: string) => T): () => T {
  let known: { readonly state: string; readonly value: T } | undefined;
  return () => {
    const found = statSync(path, { throwIfNoEntry: false, bigint: true });
    const state = found === undefined ? '' : stateOf(found);
    if (known?.state !== state) known = { state, value: parse(textOf(path)) };
    return known.value;
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function limitConcurrency(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
