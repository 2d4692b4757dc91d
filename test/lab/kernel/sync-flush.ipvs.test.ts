// Why a sync daemon outlives its role (src/reconcile/sync-daemons.ts): the kernel holds back what a master has to tell,
// and drops it when the master ends.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { flushMs } from '../../../src/reconcile/sync-daemons.ts';
import { type Host, type Lab, withLab } from '../harness/namespaces.ts';

const echo = `require('net').createServer((socket) => socket.on('error', () => {}).pipe(socket))
  .listen(7000, () => console.log('listening'))`;
/** Says three lines, one after the other, and stays connected. */
const talk = `const socket = require('net').connect(7000, '10.1.0.1');
let heard = 0;
socket.on('connect', () => socket.write('x'));
socket.on('data', () => (++heard < 3 ? socket.write('x') : console.log('port ' + socket.localPort)));`;

const daemon = (host: Host, action: 'start' | 'stop', state: string) =>
  host.run(
    'ipvsadm',
    `--${action}-daemon`,
    state,
    ...(action === 'start' ? ['--mcast-interface', 'eth2', '--syncid', '1'] : []),
  );

async function site(lab: Lab) {
  const [client, master, backup, web] = [
    await lab.host('client'),
    await lab.host('master'),
    await lab.host('backup'),
    await lab.host('web'),
  ];
  const [front, back, between] = [await lab.lan('front'), await lab.lan('back'), await lab.lan('between')];
  await lab.attach(client, front, { addresses: ['10.1.0.9/24'] });
  await lab.attach(master, front, { addresses: ['10.1.0.1/24'] });
  await lab.attach(master, back, { interface: 'eth1', addresses: ['10.2.0.1/24'] });
  await lab.attach(web, back, { addresses: ['10.2.0.8/24'] });
  await lab.attach(master, between, { interface: 'eth2', addresses: ['10.3.0.1/24'] });
  await lab.attach(backup, between, { interface: 'eth2', addresses: ['10.3.0.2/24'] });
  await web.run('ip', 'route', 'add', 'default', 'via', '10.2.0.1');
  await master.sysctl({ 'net.ipv4.ip_forward': 1 });
  await master.run('ipvsadm', '-A', '-t', '10.1.0.1:7000', '-s', 'rr');
  await master.run('ipvsadm', '-a', '-t', '10.1.0.1:7000', '-r', '10.2.0.8', '-m');
  await web.start([process.execPath, '-e', echo]).waitFor(/listening/, { timeoutMs: 20_000 });
  await daemon(backup, 'start', 'backup');
  return { client, master, backup };
}

describe('a master that ends', () => {
  it('takes along what it holds back; after the time that it is given, it has told it', () =>
    withLab(async (lab) => {
      const { client, master, backup } = await site(lab);
      const isToldWithin = async (ms: number): Promise<boolean> => {
        await daemon(master, 'start', 'master');
        const talking = client.start([process.execPath, '-e', talk]);
        const port = (await talking.waitFor(/^port/, { timeoutMs: 20_000 })).slice(5);
        await delay(ms);
        await daemon(master, 'stop', 'master');
        await delay(500);
        return (await backup.run('ipvsadm', '-Lcn')).includes(`10.1.0.9:${port} `);
      };
      expect([await isToldWithin(0), await isToldWithin(flushMs)]).toEqual([false, true]);
      await daemon(backup, 'stop', 'backup');
    }));
});
