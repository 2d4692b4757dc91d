// Connections that the sync daemons have not told of yet, as they are younger than sync_threshold (three packets from
// the client): with sloppy_tcp the director that takes over takes them on as well, where its scheduler chooses the same
// server. So with masq and with gate.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import type { Director } from '../harness/programs.ts';
import { becomesActive, echo, handOver, node, pairConfig, syncedPair, vip } from './synced-pair.ts';

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

/** mh, as its choice is the same on both. */
const services = [
  '7000", scheduler: mh, service: none, checktype: connect, checkinterval: 2, real: ["10.2.0.8:7000 masq", "10.2.0.9:7000 masq"]',
  '7001", scheduler: mh, service: none, checktype: connect, checkinterval: 2, real: ["10.1.0.8:7001 gate", "10.1.0.7:7001 gate"]',
];
const sloppy = pairConfig(services, '  sysctl: {sloppy_tcp: 1}');

/** Connects, and says nothing until it is told to on its input: two packets. Then a word, and what comes back. */
const silent = (port: number) => `const socket = require('net').connect(${port}, '${vip}');
socket.on('connect', () => console.log('connected'));
socket.on('data', (data) => console.log('heard ' + data));
socket.on('error', (error) => console.log('broke ' + error.code));
process.on('SIGUSR2', () => socket.write('word'));`;

/** A real server of gate beside the directors, which has the virtual address where nobody asks for it. */
async function serveDirectly(front: Lan): Promise<void> {
  const host = await lab.host('dr');
  await lab.attach(host, front, { addresses: ['10.1.0.8/24', '10.1.0.7/24'] });
  await host.sysctl({ 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 });
  await host.run('ip', 'address', 'add', `${vip}/32`, 'dev', 'lo');
  await host.start(node(echo(7001))).waitFor(/listening/, { timeoutMs: 20_000 });
}

async function connectTwice(client: Host) {
  const talking = [7000, 7001].map((port) => client.start(node(silent(port))));
  for (const each of talking) await each.waitFor(/^connected/, { timeoutMs: 20_000 });
  return talking;
}

async function reload(director: Director, config: string): Promise<void> {
  const after = director.running.lineCount();
  director.writeConfig(config);
  director.running.signal('SIGHUP');
  await director.waitFor('daemon.reloaded', () => true, { after, timeoutMs: 20_000 });
}

describe('connections of two packets', () => {
  it('live on through a hand-over with sloppy_tcp, and are reset without', async () => {
    const { client, web, front, first, second } = await syncedPair(lab, sloppy);
    await web.run('ip', 'address', 'add', '10.2.0.9/24', 'dev', 'eth0');
    await serveDirectly(front);
    for (const director of [first, second])
      for (const real of ['10.2.0.8:7000', '10.2.0.9:7000', '10.1.0.8:7001', '10.1.0.7:7001'])
        await director.waitFor('real.up', (event) => event.real === real, { timeoutMs: 20_000 });

    const young = await connectTwice(client);
    await handOver(first);
    await becomesActive(second, 0);
    for (const each of young) each.signal('SIGUSR2');
    for (const each of young)
      expect(await each.waitFor(/^(heard|broke)/, { timeoutMs: 20_000 })).toBe('heard word');

    for (const director of [first, second]) await reload(director, pairConfig(services));
    const reset = await connectTwice(client);
    const before = first.running.lineCount();
    await handOver(second);
    await becomesActive(first, before);
    for (const each of reset) each.signal('SIGUSR2');
    for (const each of reset)
      expect(await each.waitFor(/^(heard|broke)/, { timeoutMs: 20_000 })).toBe('broke ECONNRESET');
  });
});
