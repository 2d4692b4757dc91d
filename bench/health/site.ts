// The place of one run: a director and, on one cable with it, a host that has every address of 10.9.0.0/16 and answers
// on each (nginx). A server dies silently: its address is routed into nothing, and packets to it are not answered.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from '../../test/lab/harness/namespaces.ts';
import { waitUntil } from '../../test/lab/harness/process.ts';

export type Site = {
  readonly lab: Lab;
  readonly director: Host;
  readonly servers: Host;
  /** Connections that the director began since its namespace is there. */
  readonly connectsBegun: () => Promise<number>;
  /** Connections that the listener's queue had no place for: should be 0. */
  readonly refusedByQueue: () => Promise<number>;
  /** Ports of the director that wait in TIME_WAIT. */
  readonly portsWaiting: () => Promise<number>;
  /** One after the other, `everyMs` apart. @returns when each died, microseconds since 1970. */
  readonly kill: (addresses: readonly string[], everyMs: number) => Promise<ReadonlyMap<string, number>>;
};

export async function createSite(lab: Lab): Promise<Site> {
  const director = await lab.host('d');
  const servers = await lab.host('s');
  const veth = ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', servers.netns];
  await director.run('ip', ...veth);
  for (const [host, address] of [[director, '10.8.0.1/24'] as const, [servers, '10.8.0.2/24'] as const]) {
    await host.run('ip', 'address', 'add', address, 'dev', 'eth0');
    await host.run('ip', 'link', 'set', 'eth0', 'up');
  }
  await director.run('ip', 'route', 'add', '10.9.0.0/16', 'via', '10.8.0.2');
  await servers.run('ip', 'route', 'add', 'local', '10.9.0.0/16', 'dev', 'lo');
  await servers.sysctl({ 'net.core.somaxconn': 32768, 'net.ipv4.tcp_max_syn_backlog': 32768 });
  await startListener(lab, servers);
  return {
    lab,
    director,
    servers,
    connectsBegun: () => counter(director, 'snmp', 'Tcp', 'ActiveOpens'),
    refusedByQueue: () => counter(servers, 'netstat', 'TcpExt', 'ListenOverflows'),
    portsWaiting: async () =>
      Number(/^TCP:.* tw (\d+)/m.exec(await director.run('cat', '/proc/net/sockstat'))?.[1]),
    kill: (addresses, everyMs) => kill(servers, addresses, everyMs),
  };
}

/** Of netstat(8)'s files: a line of names, then a line of numbers. */
async function counter(host: Host, file: string, group: string, name: string): Promise<number> {
  const lines = (await host.run('cat', `/proc/net/${file}`))
    .split('\n')
    .filter((line) => line.startsWith(`${group}:`))
    .map((line) => line.split(' '));
  return Number(lines[1]?.[lines[0]?.indexOf(name) ?? -1]);
}

async function startListener(lab: Lab, host: Host): Promise<void> {
  const folder = lab.directory('nginx');
  const file = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(' ');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 16000; multi_accept on; }
http {
  access_log off; default_type text/plain; ${temporary}
  server { listen 80 backlog=32768; location / { return 200 "ok\\n"; } }
}
`,
  );
  host.start(['nginx', '-p', folder, '-e', 'stderr', '-c', file]);
  const answers = async () => (await host.attempt('curl', '-s', 'http://10.9.0.1/')).stdout === 'ok\n';
  await waitUntil(answers, { what: 'nginx answers' });
}

async function kill(host: Host, addresses: readonly string[], everyMs: number) {
  const deaths = new Map<string, number>();
  const batch = spawn('ip', ['netns', 'exec', host.netns, 'ip', '-batch', '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const begun = performance.now();
  for (const [index, address] of addresses.entries()) {
    const waitMs = begun + index * everyMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    deaths.set(address, (performance.timeOrigin + performance.now()) * 1000);
    batch.stdin.write(`route add blackhole ${address}/32 table local\n`);
  }
  await new Promise((resolve) => batch.once('close', resolve).stdin.end());
  return deaths;
}
