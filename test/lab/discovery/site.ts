// A director beside a real DNS server, and what the tests of names and files ask of it.
import { existsSync } from 'node:fs';
import { daemonStatus } from '../harness/daemon-status.ts';
import { type DnsServer, type Records, setResolver, startDns } from '../harness/dns-server.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

export const hasUnbound = existsSync('/usr/sbin/unbound');
export const nameServer = '127.0.0.53';

export type Site = { readonly lab: Lab; readonly host: Host; readonly dns: DnsServer };

/** One host that asks the DNS server on it, with example.com as its search domain. */
export async function openSite(lab: Lab, records: Records): Promise<Site> {
  const host = await lab.host('lvs1');
  setResolver(lab, host, { resolvConf: `nameserver ${nameServer}\nsearch example.com\n` });
  return { lab, host, dns: await startDns(lab, host, nameServer, records) };
}

/** A lab of its own for each test. */
export const newSite = (records: Records): Promise<Site> => openSite(createLab(), records);

/** Addresses of web.example.com, for a second. */
export const web = (...addresses: readonly string[]): Records =>
  addresses.map((address) => `web.example.com. 1 IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`);

export const head = 'director: {control_socket: $CONTROL, state_dir: $STATE}\nlog: {format: json}\n';

/** A service whose servers are up without a check. @param more behind the servers, as ", real_file: /f" */
export const withServers = (reals: readonly string[], more = ''): string =>
  `${head}virtual:\n  - {address: 10.9.9.9:80, scheduler: wlc, checktype: on, real: [${reals.join(', ')}]${more}}\n`;

export async function startReady({ lab, host }: Site, config: string, again?: Director): Promise<Director> {
  const director = startDirector(lab, host, { config, ...(again !== undefined && { again }) });
  await director.waitFor('daemon.ready', undefined, { timeoutMs: 30_000 });
  return director;
}

export async function serversOf(director: Director, service = 0): Promise<readonly string[]> {
  const { services } = await daemonStatus(director);
  return (services[service]?.reals ?? []).map(({ real }) => real).sort();
}

export const hasServers = (director: Director, ...servers: readonly string[]): Promise<unknown> =>
  waitUntil(async () => JSON.stringify(await serversOf(director)) === JSON.stringify(servers), {
    what: `the servers are ${servers.join(' ')}`,
    timeoutMs: 30_000,
  });
