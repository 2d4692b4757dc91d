// The pair that the demo tells of, in its two forms: direct routing on one network, and NAT between two. Built
// in network namespaces, each host with the settings that it needs (docs/reference/ipvs.md §4) and no more.
import type { Host, Lab } from '../harness/namespaces.ts';
import type { Running } from '../harness/process.ts';
import { startNginx } from '../harness/programs.ts';

export type WebServer = {
  readonly name: string;
  /** As the config and the log write it. */
  readonly endpoint: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type Topology = {
  readonly name: string;
  readonly client: Host;
  readonly directors: readonly [Host, Host];
  readonly servers: readonly [WebServer, WebServer];
  /** Port 80 of it is the service. */
  readonly vip: string;
  /** The one file of both directors; `weight` is that of the first server. */
  readonly config: (weight: number) => string;
};

/** Answers of the directors' own nginx, when no server is up. */
export const sorryPage = 'sorry';

export async function buildDirectRouting(lab: Lab): Promise<Topology> {
  const vip = '10.1.0.100';
  const lan = await lab.lan('lan');
  const host = async (name: string, address: string) => {
    const made = await lab.host(name);
    await lab.attach(made, lan, { addresses: [`${address}/24`] });
    return made;
  };
  const client = await host('client', '10.1.0.10');
  const directors = [await host('lvs1', '10.1.0.1'), await host('lvs2', '10.1.0.2')] as const;
  const reals = [await host('web1', '10.1.0.11'), await host('web2', '10.1.0.12')] as const;
  for (const real of reals) {
    // The servers own the address for local delivery, but never answer or ask ARP with it.
    await real.sysctl({
      'net.ipv4.conf.all.arp_ignore': 1,
      'net.ipv4.conf.all.arp_announce': 2,
      'net.ipv4.conf.lo.arp_ignore': 1,
      'net.ipv4.conf.lo.arp_announce': 2,
    });
    await real.run('ip', 'address', 'add', `${vip}/32`, 'dev', 'lo');
  }
  await serveSorryPages(lab, directors);
  const servers = [
    webServer(lab, reals[0], '10.1.0.11:80', '80'),
    webServer(lab, reals[1], '10.1.0.12:80', '80'),
  ] as const;
  const config = (weight: number) =>
    configFile({
      routers: [{ name: 'VI_1', interface: 'eth0', vrid: 51, address: `${vip}/32` }],
      vip,
      reals: [`${servers[0].endpoint} gate ${weight}`, `${servers[1].endpoint} gate 1`],
    });
  return { name: 'direct routing', client, directors, servers, vip, config };
}

export async function buildNat(lab: Lab): Promise<Topology> {
  const vip = '10.2.0.100';
  const gateway = '10.3.0.254';
  const outer = await lab.lan('outer');
  const inner = await lab.lan('inner');
  const client = await lab.host('client');
  await lab.attach(client, outer, { addresses: ['10.2.0.10/24'] });
  const director = async (name: string, number: number) => {
    const made = await lab.host(name);
    await lab.attach(made, outer, { interface: 'eth0', addresses: [`10.2.0.${number}/24`] });
    await lab.attach(made, inner, { interface: 'eth1', addresses: [`10.3.0.${number}/24`] });
    // A redirect is sent unless both `all` and the interface say no.
    const quiet = ['all', 'eth0', 'eth1'].map((name) => [`net.ipv4.conf.${name}.send_redirects`, 0]);
    await made.sysctl({ 'net.ipv4.ip_forward': 1, ...Object.fromEntries(quiet) });
    return made;
  };
  const directors = [await director('lvs1', 1), await director('lvs2', 2)] as const;
  const real = async (name: string, address: string) => {
    const made = await lab.host(name);
    await lab.attach(made, inner, { addresses: [`${address}/24`] });
    // Replies must pass through the director that rewrote the request: the gateway floats with the VIP.
    await made.run('ip', 'route', 'add', 'default', 'via', gateway);
    return made;
  };
  await serveSorryPages(lab, directors);
  const servers = [
    webServer(lab, await real('web1', '10.3.0.11'), '10.3.0.11:8080', '8080'),
    webServer(lab, await real('web2', '10.3.0.12'), '10.3.0.12:8080', '8080'),
  ] as const;
  const config = (weight: number) =>
    configFile({
      routers: [
        { name: 'VI_OUTER', interface: 'eth0', vrid: 51, address: `${vip}/32` },
        { name: 'VI_INNER', interface: 'eth1', vrid: 52, address: `${gateway}/32` },
      ],
      vip,
      reals: [`${servers[0].endpoint} masq ${weight}`, `${servers[1].endpoint} masq 1`],
    });
  return { name: 'NAT', client, directors, servers, vip, config };
}

function webServer(lab: Lab, host: Host, endpoint: string, listen: string): WebServer {
  let running: Running | undefined;
  return {
    name: host.name,
    endpoint,
    start: async () => {
      running = await startNginx(lab, host, { listen: [listen], body: host.name });
    },
    stop: async () => {
      await running?.stop();
    },
  };
}

async function serveSorryPages(lab: Lab, directors: readonly Host[]): Promise<void> {
  for (const director of directors) await startNginx(lab, director, { listen: ['80'], body: sorryPage });
}

type Router = {
  readonly name: string;
  readonly interface: string;
  readonly vrid: number;
  readonly address: string;
};
type ConfigParts = {
  readonly routers: readonly Router[];
  readonly vip: string;
  /** In ldirectord's words. */
  readonly reals: readonly string[];
};

function configFile({ routers, vip, reals }: ConfigParts): string {
  const vrrp = routers.map(
    (router) => `  - name: ${router.name}
    interface: ${router.interface}
    virtual_router_id: ${router.vrid}
    priority: {lvs1: 150, lvs2: 100}
    advert_int: 1s
    virtual_ipaddress: [${router.address}]`,
  );
  return `director: {control_socket: $CONTROL, state_dir: $STATE}
log: {level: info, format: json}
ipvs: {resync_interval: 1s}
vrrp:
${vrrp.join('\n')}
checkinterval: 1
checktimeout: 2
failurecount: 2
quiescent: yes
virtual:
  - address: ${vip}:80
    scheduler: wrr
    service: http
    checktype: negotiate
    request: /
    receive: web[12]
    fallback: 127.0.0.1:80 gate
    real:
${reals.map((real) => `      - ${real}`).join('\n')}
`;
}
