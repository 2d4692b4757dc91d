// The pair that a soak run torments: a client, two directors, two web servers behind them and a third one that never
// answers as it should, on one network. With IPVS the directors spread requests over the servers; where the kernel has
// none, their own web servers answer for the virtual address. Builds and says what is promised; watches nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bound, Promised } from '../../soak/stream.ts';
import type { Host, Lab, Lan } from '../harness/namespaces.ts';
import { patience, type Running } from '../harness/process.ts';
import { startNginx } from '../harness/programs.ts';

export const vip = '10.1.0.100';
export const directorNames = ['lvs1', 'lvs2'] as const;
export const serverNames = ['10.1.0.11:80', '10.1.0.12:80'] as const;
/** Answers another page than the one that is asked for, always. */
export const neverRight = '10.1.0.13:80';
export const hasIpvs: boolean = existsSync('/proc/net/ip_vs');
/** A lab kernel has one processor and is slow: all goes on more slowly there. */
const slow = process.env.LAB_KERNEL !== undefined;
export const advertMs = slow ? 1000 : 250;
export const requestMs = slow ? 200 : 50;
export const pingMs = slow ? 100 : 20;
const checkMs = 1000;

/** RFC 9568 §6.1: Active_Down_Interval of the lower one of both priorities. */
const activeDownMs = 3 * advertMs + (advertMs * (256 - 100)) / 256;
/** docs/architecture.md "The lease": whole seconds, and the kernel looks at lifetimes once a second at most. */
const leaseMs = Math.floor((3 * advertMs + 500) / 1000 + 1) * 1000 + 1000;
/** What a busy machine may add. */
const slackMs = slow ? 3000 : 1500;

/** Who is called later than that has been kept from the processor. A lab kernel calls everybody late, for which slackMs is there. */
export const lateMs = slow ? 250 : 40;

/** What any single fault may cost, where no more is said of it. */
export const usual: Bound = {
  noHolderMs: activeDownMs + slackMs,
  twoHoldersMs: leaseMs + slackMs,
  silentMs: activeDownMs + slackMs,
  missingMs: 0,
};

export const promised: Promised = {
  hosts: directorNames,
  table: hasIpvs ? [{ service: `${vip}:80`, servers: [...serverNames, neverRight] }] : [],
  pingMs,
  verdictMs: 3 * checkMs + 2000 + slackMs,
};

export type Server = {
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type Site = {
  readonly lab: Lab;
  readonly lan: Lan;
  readonly client: Host;
  readonly directors: readonly [Host, Host];
  readonly servers: readonly [Server, Server];
  /** A small file system of each director's own, by its name, for its state and its log file. */
  readonly disk: (director: string) => string;
};

export const ownAddress = (director: string): string => (director === 'lvs1' ? '10.1.0.1/24' : '10.1.0.2/24');

export async function buildSite(lab: Lab): Promise<Site> {
  const lan = await lab.lan('lan');
  const host = async (name: string, address: string) => {
    const made = await lab.host(name);
    await lab.attach(made, lan, { addresses: [address] });
    return made;
  };
  const client = await host('client', '10.1.0.10/24');
  const directors = [await host('lvs1', ownAddress('lvs1')), await host('lvs2', ownAddress('lvs2'))] as const;
  for (const director of directors) await startNginx(lab, director, { listen: ['80'], body: 'web' });
  const server = async (name: string, number: number, body: string) => {
    const made = await host(name, `10.1.0.${number}/24`);
    await ownsQuietly(made);
    return webServer(lab, made, `10.1.0.${number}:80`, body);
  };
  const servers = [await server('web1', 11, 'web'), await server('web2', 12, 'web')] as const;
  for (const each of [...servers, await server('never', 13, 'under construction')]) await each.start();
  const disks = new Map(directorNames.map((name) => [name as string, smallDisk(lab, name)]));
  return { lab, lan, client, directors, servers, disk: (name) => disks.get(name) ?? '' };
}

/** The servers own the virtual address for local delivery, but never answer or ask ARP with it. */
async function ownsQuietly(host: Host): Promise<void> {
  const settings = ['all', 'lo'].flatMap((name) => [
    [`net.ipv4.conf.${name}.arp_ignore`, 1] as const,
    [`net.ipv4.conf.${name}.arp_announce`, 2] as const,
  ]);
  await host.sysctl(Object.fromEntries(settings));
  await host.run('ip', 'address', 'add', `${vip}/32`, 'dev', 'lo');
}

function webServer(lab: Lab, host: Host, name: string, body: string): Server {
  let running: Running | undefined;
  return {
    name,
    start: async () => {
      running = await startNginx(lab, host, { listen: ['80'], body });
    },
    stop: async () => {
      running?.signalAll('SIGKILL');
      await running?.exited;
    },
  };
}

/** In memory. It goes with the lab, and with the end of this process whatever that is. */
function smallDisk(lab: Lab, name: string): string {
  const folder = lab.directory(`${name}-disk`);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
  const remove = () => {
    if (readFileSync('/proc/self/mounts', 'utf8').includes(` ${folder} `))
      execFileSync('umount', ['-l', folder]);
  };
  // Before the lab's own, which removes the folder.
  process.prependOnceListener('exit', remove);
  lab.defer(() => {
    process.off('exit', remove);
    remove();
  });
  return folder;
}

/** The one file of both directors. */
export const configOf = (site: Site, director: string, weight = 1): string => `
director: {control_socket: $CONTROL, state_dir: ${site.disk(director)}/state}
log: {level: info, format: json, file: ${site.disk(director)}/director.log}
ipvs: {resync_interval: 1s}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: {lvs1: 150, lvs2: 100}
    advert_int: ${advertMs}ms
    virtual_ipaddress: [${vip}/32]
checkinterval: ${checkMs / 1000}
checktimeout: 2
failurecount: 2
quiescent: yes
readdquiescent: yes
virtual:
  - address: ${vip}:80
    scheduler: wrr
    service: http
    checktype: negotiate
    request: /
    receive: ^web
    fallback: 127.0.0.1:80 gate
    real:
      - ${serverNames[0]} gate ${weight}
      - ${serverNames[1]} gate 1
      - ${neverRight} gate 1
# end
`;

/** As long as a fault lasts. Not part of any bound. */
export const pause = (ms: number): Promise<void> => delay(ms);

/** All waits of a run end at last. */
export const settleMsMax: number = 20_000 * patience;
