// Connections that live on through a failover, as the kernel's sync daemons follow the roles.
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

const echo = `require('net').createServer((socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
}).listen(7000, () => console.log('listening'))`;

/** Says a number every 100 ms over one connection, and what came back; silent for so long after the first three. */
const talk = (silentMs: number) => `const socket = require('net').connect(7000, '10.1.0.100');
socket.setNoDelay();
let said = 0;
const say = () => {
  socket.write(++said + '\\n');
  setTimeout(say, said === 3 ? ${silentMs} : 100);
};
socket.on('connect', say);
socket.on('data', (data) => console.log('heard ' + String(data).trim().split('\\n').join(' ')));
socket.on('error', (error) => console.log('broke ' + error.code));
socket.on('close', () => console.log('closed'));`;

const node = (script: string) => [process.execPath, '-e', script];

const config = `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
ipvs:
  resync_interval: 1s
  sync: {interface: eth2}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 9
    advert_int: 500ms
    preempt: no
    priority: {lvs1: 150, lvs2: 100}
    virtual_ipaddress: [10.1.0.100/24]
    virtual_ipaddress_excluded: [10.2.0.254/24 dev eth1]
virtual:
  - {address: "10.1.0.100:7000", scheduler: rr, service: none, checktype: connect, checkinterval: 2, real: ["10.2.0.8:7000 masq"]}
`;

/** A client, two directors and a server behind them; a network of its own for what the directors tell each other. */
async function site() {
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
  await web.start(node(echo)).waitFor(/listening/, { timeoutMs: 20_000 });
  const [one, other] = hosts as [Host, Host];
  const first = startDirector(lab, one, { config });
  await first.waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 30_000 });
  const second = startDirector(lab, other, { config });
  await second.waitFor('daemon.ready', undefined, { timeoutMs: 30_000 });
  await daemonsAre(one, 'master');
  await daemonsAre(other, 'backup');
  return { client, first, second, hosts: [one, other] as const };
}

const daemons = async (host: Host): Promise<string> =>
  [...(await host.run('ipvsadm', '-l', '--daemon')).matchAll(/^(master|backup) sync daemon/gm)]
    .map(([, state]) => state)
    .sort()
    .join(' ');
const daemonsAre = (host: Host, wanted: string) =>
  waitUntil(async () => (await daemons(host)) === wanted, {
    what: `${host.name} has ${wanted || 'no sync daemon'}`,
    timeoutMs: 20_000,
    everyMs: 300,
  });

const knows = (host: Host, clients: number) =>
  waitUntil(async () => (await host.run('ipvsadm', '-Lcn')).split('10.1.0.100:7000').length > clients, {
    what: `${host.name} knows of ${clients} connection(s)`,
    timeoutMs: 20_000,
    everyMs: 300,
  });

/** Many answers more than there are now, on the connection that there was. */
const goesOn = async (client: Running) => {
  const before = client.lineCount();
  await waitUntil(() => client.ended() || client.lineCount() >= before + 20, {
    what: 'a client hears more',
    timeoutMs: 20_000,
  });
  expect(client.lines().slice(-3).join()).toMatch(/^heard .*heard .*heard [^c]*$/);
};

/** By the control socket, as the command does, which takes longer to start than the kernel holds back. */
const handOver = ({ controlSocket }: Director) =>
  new Promise<void>((resolve, reject) => {
    request({ socketPath: controlSocket, path: '/failover', method: 'POST' }, (answer) => {
      answer.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });

const becomesActive = ({ waitFor }: Director, after: number) =>
  waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 20_000, after });

describe('sync daemons by role', () => {
  it('let connections live on through hand-overs and the loss of a director', async () => {
    const { client, hosts, first, second } = await site();
    const [one, other] = hosts;
    const talking = client.start(node(talk(100)));
    await knows(other, 1);
    await handOver(first);
    await becomesActive(second, 0);
    await goesOn(talking);
    await daemonsAre(one, 'backup');
    await daemonsAre(other, 'master');
    expect(steps(first)).toEqual([
      'started backup: role',
      'started master: role',
      'stopped backup: role',
      'started backup: role',
      'stopped master: role',
    ]);
    expect(steps(second)).toEqual(['started backup: role', 'started master: role', 'stopped backup: role']);

    // What the kernel still holds back at a hand-over is sent after it, in time for a client that is silent so long.
    const before = first.running.lineCount();
    const silent = client.start(node(talk(6000)));
    await silent.waitFor(/heard .*\b3$/, { timeoutMs: 20_000 });
    await handOver(second);
    await becomesActive(first, before);
    await goesOn(silent);
    await knows(other, 2);

    const last = second.running.lineCount();
    await one.run('ip', 'link', 'set', 'eth0', 'down');
    await one.run('ip', 'link', 'set', 'eth1', 'down');
    await one.killAll();
    await becomesActive(second, last);
    await goesOn(talking);
    await goesOn(silent);
  }, 180_000);
});

const steps = (director: Director) =>
  director
    .events()
    .filter(({ event }) => event === 'ipvs.sync_daemon')
    .map(({ action, state, why }) => `${action} ${state}: ${why}`);
