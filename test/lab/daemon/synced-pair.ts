// Two directors that tell each other of connections by the kernel's sync daemons, a client before them and a server
// that echoes behind them: what the tests of a hand-over's connections share.
import { request } from 'node:http';
import { expect } from 'vitest';
import type { Host, Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

export const vip = '10.1.0.100';

/** Answers every line with itself. @param port of any address */
export const echo = (port: number) => `require('net').createServer((socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
}).listen(${port}, () => console.log('listening'))`;

export const node = (script: string) => [process.execPath, '-e', script];

/** One virtual router, and what synchronizes connections. @param more keys of `ipvs` */
export const pairConfig = (services: readonly string[], more = '') => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
ipvs:
  resync_interval: 1s
  sync: {interface: eth2}
${more}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 9
    advert_int: 500ms
    preempt: no
    priority: {lvs1: 150, lvs2: 100}
    virtual_ipaddress: [${vip}/24]
    virtual_ipaddress_excluded: [10.2.0.254/24 dev eth1]
virtual:
${services.map((service) => `  - {address: "${vip}:${service}}\n`).join('')}`;

/** A client, two directors and a server behind them; a network of its own for what the directors tell each other. */
export async function syncedPair(lab: Lab, config: string) {
  const [front, back, between] = [await lab.lan('front'), await lab.lan('back'), await lab.lan('between')];
  const [client, web] = [await lab.host('client'), await lab.host('web')];
  await lab.attach(client, front, { addresses: ['10.1.0.9/24'] });
  await lab.attach(web, back, { addresses: ['10.2.0.8/24'] });
  await web.run('ip', 'route', 'add', 'default', 'via', '10.2.0.254');
  const hosts: Host[] = [];
  for (const number of [1, 2]) {
    const host = await lab.host(`lvs${number}`);
    await lab.attach(host, front, { addresses: [`10.1.0.${number}/24`] });
    await lab.attach(host, back, { interface: 'eth1', addresses: [`10.2.0.${number}/24`] });
    await lab.attach(host, between, { interface: 'eth2', addresses: [`10.3.0.${number}/24`] });
    await host.sysctl({ 'net.ipv4.ip_forward': 1 });
    hosts.push(host);
  }
  await web.start(node(echo(7000))).waitFor(/listening/, { timeoutMs: 20_000 });
  const [one, other] = hosts as [Host, Host];
  const first = startDirector(lab, one, { config });
  await first.waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 30_000 });
  const second = startDirector(lab, other, { config });
  await second.waitFor('daemon.ready', undefined, { timeoutMs: 30_000 });
  await daemonsAre(one, 'master');
  await daemonsAre(other, 'backup');
  return { client, web, front, first, second, hosts: [one, other] as const };
}

const daemons = async (host: Host): Promise<string> =>
  [...(await host.run('ipvsadm', '-l', '--daemon')).matchAll(/^(master|backup) sync daemon/gm)]
    .map(([, state]) => state)
    .sort()
    .join(' ');
export const daemonsAre = (host: Host, wanted: string) =>
  waitUntil(async () => (await daemons(host)) === wanted, {
    what: `${host.name} has ${wanted || 'no sync daemon'}`,
    timeoutMs: 20_000,
    everyMs: 300,
  });

export const knows = (host: Host, clients: number) =>
  waitUntil(async () => (await host.run('ipvsadm', '-Lcn')).split(`${vip}:7000`).length > clients, {
    what: `${host.name} knows of ${clients} connection(s)`,
    timeoutMs: 20_000,
    everyMs: 300,
  });

/** Many answers more than there are now, on the connection that there was. */
export const goesOn = async (client: Running) => {
  const before = client.lineCount();
  await waitUntil(() => client.ended() || client.lineCount() >= before + 20, {
    what: 'a client hears more',
    timeoutMs: 20_000,
  });
  expect(client.lines().slice(-3).join()).toMatch(/^heard .*heard .*heard [^c]*$/);
};

/** By the control socket, as the command does, which takes longer to start than the kernel holds back. */
export const handOver = ({ controlSocket }: Director) =>
  new Promise<void>((resolve, reject) => {
    request({ socketPath: controlSocket, path: '/failover', method: 'POST' }, (answer) => {
      answer.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });

export const becomesActive = ({ waitFor }: Director, after: number) =>
  waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 20_000, after });
