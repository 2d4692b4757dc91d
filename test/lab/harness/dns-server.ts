// A real DNS server (unbound) on a lab host, whose answers a test changes, and the resolver files of the hosts that
// ask it: `ip netns exec` puts what lies in /etc/netns/NAME over /etc.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from './namespaces.ts';
import type { Running } from './process.ts';

/** "web.example.com. 5 IN A 10.0.0.1" each. */
export type Records = readonly string[];

export type DnsServer = {
  /** From now on it says this, and that nothing else exists. */
  readonly answer: (records: Records) => Promise<void>;
  /** From now on it says nothing but REFUSED. */
  readonly refuse: () => Promise<void>;
  readonly running: () => Running;
  /** After its end, with the records that it had. */
  readonly restart: () => Promise<void>;
};

export async function startDns(lab: Lab, host: Host, address: string, initial: Records): Promise<DnsServer> {
  const file = join(lab.directory(`${host.name}-dns`), 'unbound.conf');
  let running: Running;
  const launch = async () => {
    running = host.start(['unbound', '-d', '-c', file]);
    await running.waitFor(/start of service/, { timeoutMs: 30_000 });
  };
  const change = async (lines: readonly string[]) => {
    writeFileSync(file, configOf(address, lines));
    const { lineCount, signal, waitFor } = running;
    const after = lineCount();
    signal('SIGHUP');
    await waitFor(/Restart of unbound|start of service/, { after, timeoutMs: 30_000 });
  };
  writeFileSync(file, configOf(address, zoneOf(initial)));
  await launch();
  return {
    answer: (records) => change(zoneOf(records)),
    refuse: () => change(['local-zone: "." always_refuse']),
    running: () => running,
    restart: launch,
  };
}

const zoneOf = (records: Records): readonly string[] => [
  'local-zone: "." static',
  'local-data: ". 5 IN SOA ns.example.com. hm.example.com. 7 1 1 1 1"',
  ...records.map((record) => `local-data: "${record}"`),
];

const configOf = (address: string, lines: readonly string[]): string => `server:
  interface: ${address}
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "/"
  pidfile: ""
  use-syslog: no
  verbosity: 1
  module-config: "iterator"
  ${lines.join('\n  ')}
remote-control:
  control-enable: no
`;

export type ResolverFiles = { readonly resolvConf: string; readonly hosts?: string };

/** What programs that are started on the host find under /etc. Changes are seen by those that run, too. */
export function setResolver(lab: Lab, host: Host, files: ResolverFiles): void {
  const folder = `/etc/netns/${host.netns}`;
  mkdirSync(folder, { recursive: true });
  lab.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'resolv.conf'), files.resolvConf);
  writeFileSync(join(folder, 'hosts'), files.hosts ?? '127.0.0.1 localhost\n');
}
