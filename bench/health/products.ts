// The three products under the same load: every server checked each second, a second to answer, one failure takes it
// out. The two that speak VRRP also advertise every 100 ms. Each runs in the foreground in the director's namespace.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from '../../test/lab/harness/namespaces.ts';
import { type Running, run } from '../../test/lab/harness/process.ts';
import { daemonMain } from '../../test/lab/harness/programs.ts';
import { type Load, type LoadedService, servicesOf } from './load.ts';

export const products = ['keepalived', 'ldirectord', 'lvs-director'] as const;
export type Product = (typeof products)[number];

export const intervalMs = 1000;
export const timeoutMs = 1000;
export const advertMs = 100;

export type Started = {
  /** Whose command lines are the product's. */
  readonly program: RegExp;
  readonly running: Running;
  /** When the product said that a server is out, microseconds since 1970, by address. */
  readonly downs: ReadonlyMap<string, number>;
  readonly cli?: (...words: string[]) => Promise<string>;
};

export type Starting = { readonly lab: Lab; readonly host: Host; readonly load: Load };

export const startProduct = (product: Product, starting: Starting): Promise<Started> =>
  ({ keepalived, ldirectord, 'lvs-director': director })[product](starting);

/** `outPattern` finds the address in a line that says that a server is out. */
function watch(host: Host, command: readonly string[], outPattern: RegExp, environment = {}) {
  const downs = new Map<string, number>();
  const onLine = (line: string) => {
    const address = outPattern.exec(line)?.[1];
    if (address !== undefined) downs.set(address, (performance.timeOrigin + performance.now()) * 1000);
  };
  return { running: host.start(command, { environment, onLine }), downs };
}

export const hasIpvs = (): boolean => existsSync('/proc/net/ip_vs');

async function keepalived({ lab, host, load }: Starting): Promise<Started> {
  const folder = lab.directory('keepalived');
  const file = join(folder, 'keepalived.conf');
  const services = servicesOf(load).map(keepalivedService);
  writeFileSync(file, [keepalivedVrrp, ...services].join('\n'), { mode: 0o600 });
  const pids = ['-p', join(folder, 'm.pid'), '-c', join(folder, 'c.pid'), '-r', join(folder, 'v.pid')];
  const environment = hasIpvs() ? {} : { LD_PRELOAD: await buildStandIn(folder) };
  const command = ['keepalived', '--dont-fork', '--log-console', '-f', file, ...pids];
  return {
    program: /^keepalived/,
    ...watch(host, command, /Removing service \[([\d.]+)\]/, environment),
  };
}

async function buildStandIn(folder: string): Promise<string> {
  const library = join(folder, 'no-ipvs.so');
  await run(['cc', '-O2', '-shared', '-fPIC', '-o', library, 'bench/health/no-ipvs.c', '-ldl']);
  return library;
}

const keepalivedVrrp = `global_defs {
  vrrp_version 3
  vrrp_rt_priority 20
  vrrp_rlimit_rttime 1000000
  vrrp_no_swap
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int ${advertMs / 1000}
  virtual_ipaddress { 10.8.0.100/24 }
}`;

const keepalivedService = ({ address, kind, reals }: LoadedService): string => `virtual_server ${address} 80 {
  delay_loop ${intervalMs / 1000}
  lb_algo rr
  lb_kind DR
  protocol TCP
${reals.map((real) => keepalivedReal(real, kind)).join('\n')}
}`;

const keepalivedReal = (address: string, kind: 'tcp' | 'http'): string => `  real_server ${address} 80 {
    weight 1
    ${kind === 'tcp' ? 'TCP_CHECK' : 'HTTP_GET'} {
      ${kind === 'tcp' ? '' : 'url {\n        path /\n        status_code 200\n      }'}
      connect_timeout ${timeoutMs / 1000}
      retry 0
    }
  }`;

async function ldirectord({ lab, host, load }: Starting): Promise<Started> {
  const folder = lab.directory('ldirectord');
  const file = join(folder, 'ldirectord.cf');
  const services = servicesOf(load).map(({ address, kind, reals }) =>
    [
      `virtual=${address}:80`,
      ...reals.map((real) => `real=${real}:80 gate`),
      ...(kind === 'tcp'
        ? ['checktype=connect']
        : ['service=http', 'checktype=negotiate', 'request="/"', 'receive="ok"']),
      'protocol=tcp',
      'scheduler=rr',
    ].join('\n\t'),
  );
  const settings = [
    `checkinterval=${intervalMs / 1000}`,
    `checktimeout=${timeoutMs / 1000}`,
    `negotiatetimeout=${timeoutMs / 1000}`,
    'fork=yes',
    'quiescent=no',
    'cleanstop=no',
    `logfile="${join(folder, 'log')}"`,
  ];
  writeFileSync(file, `${[...settings, ...services].join('\n')}\n`);
  // Its log tells whole seconds: without the table nothing says when a server went.
  return { program: /ldirectord/, ...watch(host, ['ldirectord', '-d', file, 'start'], /^$a/) };
}

async function director({ lab, host, load }: Starting): Promise<Started> {
  const folder = lab.directory('lvs-director');
  const file = join(folder, 'lvs-director.yaml');
  const socket = join(folder, 'control.sock');
  const services = servicesOf(load).map(directorService);
  const checks = services.length === 0 ? '' : ['virtual:', ...services].join('\n');
  writeFileSync(
    file,
    `director: {control_socket: ${socket}, state_dir: ${folder}}
checkinterval: ${intervalMs}ms
checktimeout: ${timeoutMs}ms
negotiatetimeout: ${timeoutMs}ms
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    version: 3
    priority: 150
    advert_int: ${advertMs}ms
    virtual_ipaddress: [10.8.0.100/24]
${checks}
`,
  );
  const out = /"event":"real\.down".*"real":"([\d.]+):80"/;
  return {
    program: /^\S*node\0/,
    ...watch(host, [daemonMain, 'run', '-c', file], out),
    cli: (...words) => host.run(daemonMain, ...words, '--socket', socket),
  };
}

const directorService = ({ address, kind, reals }: LoadedService): string =>
  [
    `  - address: ${address}:80`,
    '    scheduler: rr',
    ...(kind === 'tcp'
      ? ['    checktype: connect']
      : ['    service: http', '    checktype: negotiate', '    request: /', '    receive: ok']),
    '    real:',
    ...reals.map((real) => `      - ${real}:80 gate`),
  ].join('\n');
