// FRR's vrrpd as a peer on a lab host. It puts no addresses on: each virtual router is a macvlan that has them
// already, and that it takes out of service (protodown) as long as it is backup. zebra is its way to the kernel.
// Recipe: docs/reference/vrrp.md §4.
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Host } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { intervalMsOf, type Mode, type PeerKind, plans, virtualRouterId } from './peer.ts';

const folder = '/usr/lib/frr';

const waitMs = 15_000;

export const frr: PeerKind = {
  name: 'FRR',
  missing: ['zebra', 'vrrpd'].every((name) => existsSync(join(folder, name)))
    ? undefined
    : 'FRR is not installed',
  start: async (lab, host, { mode, priority }) => {
    const device = await addMacvlan(host, mode.family);
    const own = lab.directory(`${host.name}-frr`);
    // It gives up root, and finds its way to its files as the user of its package.
    chmodSync(dirname(own), 0o711);
    await host.run('chown', 'frr:frr', own);
    const daemon = (name: string, lines: readonly string[]) => {
      const file = join(own, `${name}.conf`);
      writeFileSync(file, `${lines.join('\n')}\n`);
      const paths = ['-f', file, '-i', join(own, `${name}.pid`), '-z', join(own, 'zserv.api')];
      const user = ['-u', 'frr', '-g', 'frr'];
      return host.start([join(folder, name), ...user, ...paths, '--vty_socket', own, '-A', '127.0.0.1']);
    };
    daemon('zebra', []);
    await waitUntil(() => existsSync(join(own, 'zserv.api')), { what: 'zebra listens' });
    const running = daemon('vrrpd', configLines(mode, priority));
    const vty = join(own, 'vrrpd.vty');
    await waitUntil(() => existsSync(vty), { what: 'vrrpd listens' });
    const isMaster = () => isInService(host, device);
    await waitUntil(async () => !(await isMaster()), { what: 'vrrpd is backup', timeoutMs: waitMs });
    return {
      isMaster,
      setPriority: (next) =>
        command(vty, [...configuring, 'interface eth0', `vrrp ${virtualRouterId} priority ${next}`]),
      stop: async () => void (await running.stop()),
    };
  },
};

const configuring = ['enable', 'configure terminal'];

function configLines(mode: Mode, priority: number): readonly string[] {
  const vrrp = ` vrrp ${virtualRouterId}`;
  const word = mode.family === 'inet' ? 'ip' : 'ipv6';
  return [
    'interface eth0',
    `${vrrp} version ${mode.version}`,
    `${vrrp} priority ${priority}`,
    `${vrrp} advertisement-interval ${intervalMsOf(mode)}`,
    `${vrrp} ${word} ${plans[mode.family].vip}`,
  ];
}

const isInService = async (host: Host, device: string) =>
  (await host.run('ip', '-br', 'link', 'show', 'dev', device)).split(/\s+/)[1] === 'UP';

/** vrrpd finds it by its MAC address. An earlier vrrpd's is used again. */
async function addMacvlan(host: Host, family: Mode['family']): Promise<string> {
  const [digit, byte] = family === 'inet' ? ['4', '01'] : ['6', '02'];
  const name = `vrrp${digit}-2-${virtualRouterId}`;
  if ((await host.attempt('ip', 'link', 'show', 'dev', name)).status === 0) return name;
  const mac = `00:00:5e:00:${byte}:${virtualRouterId.toString(16).padStart(2, '0')}`;
  // A backup must not answer for the address with the MAC of eth0.
  await host.sysctl({ 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv6.conf.default.accept_dad': 0 });
  await host.run('ip', 'link', 'add', name, 'link', 'eth0', 'type', 'macvlan', 'mode', 'bridge');
  await host.run('ip', 'link', 'set', name, 'address', mac, 'addrgenmode', 'random');
  const { vip, length } = plans[family];
  await host.run('ip', 'address', 'add', `${vip}/${length}`, 'dev', name);
  await host.run('ip', 'link', 'set', name, 'up');
  return name;
}

/** Over the daemon's own socket: a command and a zero byte; an answer ends with three of them and a status. */
function command(socketFile: string, commands: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiting = [...commands];
    let answer: Buffer = Buffer.alloc(0);
    const socket = connect(socketFile);
    const next = () => {
      const text = waiting.shift();
      if (text === undefined) {
        socket.end();
        resolve();
      } else socket.write(`${text}\0`);
    };
    socket.setTimeout(waitMs, () => socket.destroy(new Error(`Cannot command ${socketFile}: no answer`)));
    socket.on('error', reject);
    socket.on('connect', next);
    socket.on('data', (part) => {
      answer = Buffer.concat([answer, part]);
      const end = answer.indexOf(Buffer.alloc(3));
      if (end < 0 || answer.length < end + 4) return;
      const status = answer[end + 3];
      const said = answer.toString('utf8', 0, end).trim();
      answer = answer.subarray(end + 4);
      if (status === 0) next();
      else
        socket.destroy(new Error(`Cannot command ${socketFile}: expected status 0, got ${status}: ${said}`));
    });
  });
}
